/** The point of a document that is made now. */
import { type QdrantPoint } from "../qdrant/gateway";
import { type Draft } from "./document";
import { type Placed } from "./placement";
import { pointOf } from "./point";

export interface PointSource {
  nowMs: () => number;
  /** A new revision for each write. */
  newRevision: () => string;
}

/** `requestHash` where the request can be sent again; see idempotency.ts. `before` are the times of the document that this
 *  one replaces: it keeps the one and comes later than the other. */
export function newPoint(
  { nowMs, newRevision }: PointSource,
  placed: Placed,
  draft: Draft,
  documentId: string,
  requestHash: string | undefined,
  before: { createdAt?: string | undefined; updatedAt?: string | undefined } = {},
): QdrantPoint {
  const lastMs = Date.parse(before.updatedAt ?? "");
  const now = nowMs();
  const updatedAt = new Date(Number.isNaN(lastMs) ? now : Math.max(now, lastMs + 1)).toISOString();
  const place = {
    organisationId: placed.namespace.organisationId,
    namespaceId: placed.namespace.id,
    collectionId: placed.collection.id,
    documentId,
  };
  return pointOf(draft, place, placed.lineage, placed.schemas, {
    createdAt: before.createdAt ?? updatedAt,
    updatedAt,
    revision: newRevision(),
    ...(requestHash === undefined ? {} : { requestHash }),
  });
}
