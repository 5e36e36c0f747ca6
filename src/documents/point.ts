/** A document as its Qdrant point and back, exactly as section 1 of the contract lays it out: user fields, `document_id` and
 *  `collection_id` at the payload's root, all that the system knows under `_internal`, arrays only in the vectors. Pure. */
import { pointIdOf } from "../ids";
import { type Lineage } from "../lineage/derive";
import { type QdrantPoint, type QdrantVector, type VectorSchema } from "../qdrant/gateway";
import { type Description, type Draft, type StoredFeature } from "./document";
import { isRecord } from "./json-rules";
import { normsOf, type Norms } from "./norms";
import { type NamedVector, toQdrant } from "./vectors";

export type Payload = Record<string, unknown>;

/** Where a document lies. */
export interface Place {
  organisationId: string;
  namespaceId: string;
  collectionId: string;
  documentId: string;
}

/** What a write leaves on the document. Times are ISO 8601 with milliseconds and `Z`. */
export interface Stamp {
  createdAt: string;
  /** Later with every write, so that a conditional write can name the state that it goes from. */
  updatedAt: string;
  /** Another one with every write; also the ETag. */
  revision: string;
  /** Of the request that made the document; see idempotency.ts. */
  requestHash?: string;
}

const DEFAULT_SCHEMA_VERSION = "v1";

/** True where Qdrant normalises what is stored under the name. What a namespace does not have yet is made with cosine. */
export const isCosine = (schema: VectorSchema | undefined): boolean =>
  schema === undefined || (schema.kind !== "sparse" && schema.distance === "Cosine");

/** The names and lengths of vectors as a feature keeps them. */
export function vectorEntries(
  vectors: readonly NamedVector[],
  schemas: ReadonlyMap<string, VectorSchema>,
): Pick<StoredFeature, "vectors" | "norms"> {
  if (vectors.length === 0) return {};
  const norms: [string, Norms][] = [];
  for (const { name, vector } of vectors) {
    const length = isCosine(schemas.get(name)) ? normsOf(vector) : undefined;
    if (length !== undefined) norms.push([name, length]);
  }
  return {
    vectors: vectors.map(({ name }) => name),
    ...(norms.length === 0 ? {} : { norms: Object.fromEntries(norms) }),
  };
}

function storedFeatures(draft: Draft, schemas: ReadonlyMap<string, VectorSchema>): StoredFeature[] {
  const stored: StoredFeature[] = draft.features.map((feature, index) => ({
    ...feature,
    ...vectorEntries(
      draft.vectors.filter((vector) => vector.feature === index),
      schemas,
    ),
  }));
  const own = draft.vectors.filter((vector) => vector.feature === undefined);
  if (own.length > 0) stored.push(vectorEntries(own, schemas));
  return stored;
}

/** The whole point of a new document, or of one that replaces another. */
export function pointOf(
  draft: Draft,
  place: Place,
  lineage: Lineage,
  schemas: ReadonlyMap<string, VectorSchema>,
  stamp: Stamp,
): QdrantPoint {
  const features = storedFeatures(draft, schemas);
  const { document_schema_version: version, ...description } = draft.description;
  return {
    id: pointIdOf(place.documentId),
    payload: {
      ...draft.userFields,
      document_id: place.documentId,
      collection_id: place.collectionId,
      _internal: {
        internal_id: place.organisationId,
        namespace_id: place.namespaceId,
        document_id: place.documentId,
        collection_id: place.collectionId,
        created_at: stamp.createdAt,
        updated_at: stamp.updatedAt,
        lineage,
        ...(features.length === 0 ? {} : { features }),
        metadata: {
          ingestion_status: "COMPLETED",
          revision: stamp.revision,
          ...(stamp.requestHash === undefined ? {} : { request_hash: stamp.requestHash }),
        },
        document_schema_version: version ?? DEFAULT_SCHEMA_VERSION,
        ...description,
      },
    },
    vector: Object.fromEntries(
      draft.vectors.map(({ name, vector }): [string, QdrantVector] => [name, toQdrant(vector)]),
    ),
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** `_internal` of a stored payload; empty where someone has taken it away in Qdrant. */
export function internalOf(payload: Payload): Payload {
  const internal = payload["_internal"];
  return isRecord(internal) ? internal : {};
}

function systemMetadataOf(payload: Payload): Payload {
  const metadata = internalOf(payload)["metadata"];
  return isRecord(metadata) ? metadata : {};
}

export const collectionIdOf = (payload: Payload): string | undefined => text(payload["collection_id"]);
export const revisionOf = (payload: Payload): string | undefined => text(systemMetadataOf(payload)["revision"]);
export const requestHashOf = (payload: Payload): string | undefined => text(systemMetadataOf(payload)["request_hash"]);
export const updatedAtOf = (payload: Payload): string | undefined => text(internalOf(payload)["updated_at"]);
export const createdAtOf = (payload: Payload): string | undefined => text(internalOf(payload)["created_at"]);

const isNorms = (value: unknown): value is Norms =>
  typeof value === "number" || (Array.isArray(value) && value.every((norm) => typeof norm === "number"));

/** The features of a stored payload; what does not look like one is left out. */
export function featuresOf(payload: Payload): StoredFeature[] {
  const features = internalOf(payload)["features"];
  if (!Array.isArray(features)) return [];
  return features.filter(isRecord).map((feature) => {
    const { feature_extractor_id: extractor, payload: inner, vectors, norms } = feature;
    return {
      ...(typeof extractor === "string" ? { feature_extractor_id: extractor } : {}),
      ...(isRecord(inner) ? { payload: inner } : {}),
      ...(Array.isArray(vectors) ? { vectors: vectors.filter((name) => typeof name === "string") } : {}),
      ...(isRecord(norms)
        ? {
            norms: Object.fromEntries(
              Object.entries(norms).filter((entry): entry is [string, Norms] => isNorms(entry[1])),
            ),
          }
        : {}),
    };
  });
}

/** The names of a document's vectors, in the order of its features. */
export const vectorNamesOf = (payload: Payload): string[] =>
  featuresOf(payload).flatMap(({ vectors }) => vectors ?? []);

/** The lengths of its vectors by name. */
export const normsByName = (payload: Payload): ReadonlyMap<string, Norms> =>
  new Map(featuresOf(payload).flatMap(({ norms }) => Object.entries(norms ?? {})));

export type DescriptionKey = keyof Description;
