/** A document as the service knows it, between the request and the Qdrant point. */
import { type Blob } from "../blobs/schemas";
import { type Lineage } from "../lineage/derive";
import { type DocumentCreate } from "./schemas";
import { collectVectors, type NamedVector } from "./vectors";

/** A feature as it is kept, without its arrays. `feature_extractor_id` is missing in the entry of the document's own
 *  vectors. `norms` has the lengths of vectors that Qdrant normalises. */
export interface StoredFeature {
  feature_extractor_id?: string;
  payload?: Record<string, unknown>;
  vectors?: string[];
  norms?: Record<string, number | number[]>;
}

/** What describes a document beside its user fields; a key that is not known is not there. */
export interface Description {
  document_schema_version?: "v1" | "v2";
  document_blobs?: Blob[];
  source_blobs?: Blob[];
  modality?: string;
  mime_type?: string;
  size_bytes?: number;
  content_hash?: string;
}

/** A checked create request. */
export interface Draft {
  /** The caller's own id. */
  documentId: string | undefined;
  /** The collection as the body names it. */
  collection: string | undefined;
  lineage: Lineage;
  description: Description;
  userFields: Record<string, unknown>;
  features: { feature_extractor_id: string; payload?: Record<string, unknown> }[];
  vectors: NamedVector[];
}

/** `given` without the keys that are null or undefined; of its nested objects and lists too where `deep`. */
export function withoutNulls<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const kept: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const [key, value] of entries) Reflect.set(kept, key, value);
  return kept;
}

/** Reads a body that schema and inspectDocument have found right. */
export function draftOf(body: DocumentCreate): Draft {
  const given = withoutNulls(body);
  return {
    documentId: given.document_id,
    collection: given.collection_id,
    lineage: lineageOf(body),
    description: descriptionOf(body),
    userFields: given.metadata ?? {},
    features: (given.features ?? []).map(({ feature_extractor_id, payload }) => ({
      feature_extractor_id,
      ...(payload === undefined || payload === null ? {} : { payload }),
    })),
    vectors: collectVectors(body, []),
  };
}

function lineageOf(body: DocumentCreate): Lineage {
  const { lineage_path: path, lineage_chain: chain } = body;
  return withoutNulls({
    root_object_id: body.root_object_id,
    root_bucket_id: body.root_bucket_id,
    source_type: body.source_type,
    source_object_id: body.source_object_id,
    source_document_id: body.source_document_id,
    source_collection_id: body.source_collection_id,
    path,
    chain: chain?.map((step) => ({
      collection_id: step.collection_id,
      feature_extractor_id: step.feature_extractor_id,
      ...withoutNulls({ document_id: step.document_id, timestamp: step.timestamp }),
    })),
  });
}

/** The described part of a body or of an update. */
export function descriptionOf(body: Pick<DocumentCreate, keyof Description>): Description {
  return withoutNulls({
    document_schema_version: body.document_schema_version,
    document_blobs: body.document_blobs?.map(withoutBlobNulls),
    source_blobs: body.source_blobs?.map(withoutBlobNulls),
    modality: body.modality,
    mime_type: body.mime_type,
    size_bytes: body.size_bytes,
    content_hash: body.content_hash,
  });
}

const withoutBlobNulls = (blob: Blob): Blob => ({ ...withoutNulls(blob), field: blob.field, url: blob.url });
