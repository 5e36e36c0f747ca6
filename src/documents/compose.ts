/** Puts the parts of the document calls together. */
import { randomUUID } from "node:crypto";

import { type Presigner } from "../blobs/presigner";
import { type ControlStore } from "../control/store";
import { FilterTranslator } from "../filters/translator";
import { type IdMaker } from "../ids";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type Admin, type PointReader, type PointWriter } from "../qdrant/gateway";
import { DocumentBatches } from "./batch";
import { type DocumentBatchServices } from "./batch-routes";
import { type DocumentCheckServices } from "./check-routes";
import { DocumentGroups } from "./create-group";
import { DocumentDryRun } from "./dry-run";
import { GroupPlacement } from "./group-placement";
import { DocumentsByFilter } from "./by-filter";
import { IdempotencyKeys } from "./idempotency";
import { DocumentLists } from "./list";
import { type DocumentListServices } from "./list-routes";
import { Placement } from "./placement";
import { type DocumentServices } from "./routes";
import { DocumentService } from "./service";
import { DocumentUpdates } from "./update";
import { type DocumentUpdateServices } from "./update-routes";
import { DocumentUpserts } from "./upsert";
import { type DocumentUpsertServices } from "./upsert-routes";

export interface DocumentParts {
  qdrant: PointReader & PointWriter & Pick<Admin, "describeCollection">;
  /** Where the documents are looked up that new ones are made from. */
  parents: Pick<PointReader, "retrieve">;
  /** All points, whoever asks: whether an id is taken. */
  all: Pick<PointReader, "retrieve">;
  resolver: NamespaceResolver;
  control: ControlStore;
  ids: IdMaker;
  nowMs: () => number;
  presigner: Presigner;
}

/** The services of the document calls, and what writes many documents at once for bulk/. */
export type AllDocumentServices = DocumentServices &
  DocumentUpdateServices &
  DocumentBatchServices &
  DocumentListServices &
  DocumentUpsertServices &
  DocumentCheckServices & { groups: DocumentGroups };

export function createDocumentServices(parts: DocumentParts): AllDocumentServices {
  const { qdrant, parents, all, resolver, control, ids, nowMs, presigner } = parts;
  const common = {
    placement: new Placement({ resolver, parents }),
    reader: qdrant,
    writer: qdrant,
    presigner,
    newRevision: randomUUID,
    nowMs,
  };
  const filters = new FilterTranslator(qdrant);
  const keys = new IdempotencyKeys(control, all, nowMs);
  const documents = new DocumentService({ ...common, keys, ids });
  const updates = new DocumentUpdates({ ...common, documents });
  const many = { ...common, placement: new GroupPlacement({ resolver, parents }) };
  return {
    documents,
    updates,
    dryRun: new DocumentDryRun({ placement: common.placement, control }),
    batches: new DocumentBatches({ ...common, updates }),
    upserts: new DocumentUpserts({ ...many, keys }),
    lists: new DocumentLists({ ...common, filters }),
    byFilter: new DocumentsByFilter({ ...common, updates, filters }),
    groups: new DocumentGroups({ ...many, documents, ids }),
  };
}
