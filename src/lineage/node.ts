/** A document as far as lineage goes: who it is, and which document it was made from. Small, since a walk holds many. */
import { type QdrantPoint } from "../qdrant/gateway";

export interface LineageNode {
  pointId: string;
  documentId: string;
  collectionId: string;
  /** The document that it names as its parent, whether that is there or not. */
  parentId?: string;
  rootObjectId?: string;
  rootBucketId?: string;
  path?: string;
  /** What made it: the extractor of its first feature. */
  extractorId?: string;
  createdAt?: string;
}

/** The payload fields that a node is read from. */
export const NODE_FIELDS: string[] = [
  "document_id",
  "collection_id",
  "_internal.created_at",
  "_internal.lineage.source_document_id",
  "_internal.lineage.root_object_id",
  "_internal.lineage.root_bucket_id",
  "_internal.lineage.path",
  "_internal.features[].feature_extractor_id",
];

type Json = Record<string, unknown>;
const recordOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const textIn = (record: Json, key: string): string | undefined => {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
};

/** undefined for a point that is no document: others may write to the namespace's Qdrant collection too. */
export function nodeOf({ id, payload }: Pick<QdrantPoint, "id" | "payload">): LineageNode | undefined {
  const documentId = textIn(payload, "document_id");
  const collectionId = textIn(payload, "collection_id");
  if (documentId === undefined || collectionId === undefined) return undefined;
  const internal = recordOf(payload["_internal"]);
  const lineage = recordOf(internal["lineage"]);
  const features = internal["features"];
  const firstFeature: unknown = Array.isArray(features) ? features[0] : undefined;
  const optional = {
    parentId: textIn(lineage, "source_document_id"),
    rootObjectId: textIn(lineage, "root_object_id"),
    rootBucketId: textIn(lineage, "root_bucket_id"),
    path: textIn(lineage, "path"),
    extractorId: textIn(recordOf(firstFeature), "feature_extractor_id"),
    createdAt: textIn(internal, "created_at"),
  };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { pointId: id, documentId, collectionId, ...known };
}
