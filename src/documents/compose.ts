/** Puts the parts of the document calls together. */
import { randomUUID } from "node:crypto";

import { createPresigner, type PresignerSettings } from "../blobs/presigner";
import { type ControlStore } from "../control/store";
import { type IdMaker } from "../ids";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type PointWriter } from "../qdrant/gateway";
import { IdempotencyKeys } from "./idempotency";
import { Placement } from "./placement";
import { type DocumentServices } from "./routes";
import { DocumentService } from "./service";

export interface DocumentParts {
  qdrant: PointReader & PointWriter;
  resolver: NamespaceResolver;
  control: ControlStore;
  ids: IdMaker;
  nowMs: () => number;
  s3: PresignerSettings;
}

export function createDocumentServices(parts: DocumentParts): DocumentServices {
  const { qdrant, resolver, control, ids, nowMs, s3 } = parts;
  const documents = new DocumentService({
    placement: new Placement({ resolver, reader: qdrant }),
    reader: qdrant,
    writer: qdrant,
    keys: new IdempotencyKeys(control, nowMs),
    presigner: createPresigner(s3),
    ids,
    newRevision: randomUUID,
    nowMs,
  });
  return { documents };
}
