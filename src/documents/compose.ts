/** Puts the parts of the document calls together. */
import { randomUUID } from "node:crypto";

import { createPresigner, type PresignerSettings } from "../blobs/presigner";
import { type ControlStore } from "../control/store";
import { type IdMaker } from "../ids";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type PointWriter } from "../qdrant/gateway";
import { DocumentBatches } from "./batch";
import { type DocumentBatchServices } from "./batch-routes";
import { IdempotencyKeys } from "./idempotency";
import { Placement } from "./placement";
import { type DocumentServices } from "./routes";
import { DocumentService } from "./service";
import { DocumentUpdates } from "./update";
import { type DocumentUpdateServices } from "./update-routes";

export interface DocumentParts {
  qdrant: PointReader & PointWriter;
  resolver: NamespaceResolver;
  control: ControlStore;
  ids: IdMaker;
  nowMs: () => number;
  s3: PresignerSettings;
}

export function createDocumentServices(
  parts: DocumentParts,
): DocumentServices & DocumentUpdateServices & DocumentBatchServices {
  const { qdrant, resolver, control, ids, nowMs, s3 } = parts;
  const common = {
    placement: new Placement({ resolver, reader: qdrant }),
    reader: qdrant,
    writer: qdrant,
    presigner: createPresigner(s3),
    newRevision: randomUUID,
    nowMs,
  };
  const documents = new DocumentService({ ...common, keys: new IdempotencyKeys(control, nowMs), ids });
  const updates = new DocumentUpdates({ ...common, documents });
  return { documents, updates, batches: new DocumentBatches({ ...common, updates }) };
}
