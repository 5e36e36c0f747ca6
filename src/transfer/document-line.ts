/** What a document's line must be. An export asks it of what it writes too, so that whatever is in a file can be read. */
import { checkExact, isRecord } from "../documents/json-rules";
import { checkAgainst } from "../documents/placement";
import { readVector } from "../documents/vector-input";
import { type NamedVector, toQdrant } from "../documents/vectors";
import { type Fault, InletError } from "../errors";
import { pointIdOf } from "../ids";
import { type QdrantVector, type VectorSchema } from "../qdrant/gateway";
import { indexPath, keyPath } from "../schema/paths";
import { documentFaults } from "./lines";
import { type DocumentLine } from "./schemas";

export interface ReadDocument {
  id: string;
  documentId: string;
  collectionId: string;
  payload: DocumentLine["payload"];
  vectors: Record<string, QdrantVector>;
}

export type DocumentOrFaults = { document: ReadDocument; faults?: undefined } | { faults: Fault[] };

/** What is known of the namespace that the document is in, or goes to. */
export interface DocumentPlace {
  schemas: ReadonlyMap<string, VectorSchema>;
  hasCollection(id: string): boolean;
}

/** Takes any JSON. The faults' paths start at the line. */
export function readDocument(value: unknown, place: DocumentPlace): DocumentOrFaults {
  const shape = documentFaults(value);
  if (!isDocumentLine(value, shape)) return { faults: shape };
  const faults = [...idFaults(value), ...collectionFaults(value, place), ...payloadFaults(value.payload)];
  const vectors = namedVectors(value.vectors, place.schemas, faults);
  if (faults.length > 0) return { faults };
  const misfits = misfitsOf(vectors, place.schemas);
  if (misfits.length > 0) return { faults: misfits };
  const { id, payload } = value;
  const read = Object.fromEntries(vectors.map(({ name, vector }): [string, QdrantVector] => [name, toQdrant(vector)]));
  const { document_id: documentId, collection_id: collectionId } = payload;
  return { document: { id, documentId, collectionId, payload, vectors: read } };
}

/** The document's own id, as far as it can be read. */
export function documentIdIn(value: unknown): string | undefined {
  const payload = isRecord(value) ? value.payload : undefined;
  const id = isRecord(payload) ? payload.document_id : undefined;
  return typeof id === "string" ? id : undefined;
}

/** The faults as one sentence. */
export function faultsText(faults: readonly Fault[]): string {
  const shown = faults.slice(0, 3).map(({ path, message }) => (path === "" ? `It ${message}` : `${path} ${message}`));
  return [...shown, ...(faults.length > 3 ? [`and ${faults.length - 3} more faults`] : [])].join("; ");
}

const isDocumentLine = (_value: unknown, faults: readonly Fault[]): _value is DocumentLine => faults.length === 0;

function idFaults({ id, payload }: DocumentLine): Fault[] {
  const expected = pointIdOf(payload.document_id);
  const point = id === expected ? [] : [{ path: "id", message: `is not the UUIDv5 of its document_id, ${expected}` }];
  const inner = payload._internal?.document_id;
  if (inner === undefined || inner === payload.document_id) return point;
  return [...point, { path: "payload._internal.document_id", message: "is not the payload's document_id" }];
}

function collectionFaults({ payload }: DocumentLine, place: DocumentPlace): Fault[] {
  const { collection_id: id, _internal: internal } = payload;
  const faults: Fault[] = place.hasCollection(id)
    ? []
    : [{ path: "payload.collection_id", message: `is ${id}, which is none of the collections before it` }];
  const inner = internal?.collection_id;
  if (inner === undefined || inner === id) return faults;
  return [...faults, { path: "payload._internal.collection_id", message: "is not the payload's collection_id" }];
}

/** The same that creating a document asks of what its user gives. What the system keeps may be larger. */
function payloadFaults(payload: DocumentLine["payload"]): Fault[] {
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(payload)) {
    if (key !== "_internal") checkExact(value, keyPath("payload", key), faults);
  }
  for (const [index, feature] of (payload._internal?.features ?? []).entries()) {
    const path = `${indexPath("payload._internal.features", index)}.payload`;
    checkExact(feature.payload, path, faults, 0);
  }
  return faults;
}

function namedVectors(
  given: Readonly<Record<string, unknown>>,
  schemas: ReadonlyMap<string, VectorSchema>,
  faults: Fault[],
): NamedVector[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const path = keyPath("vectors", name);
    const vector = readVector(value, path, faults);
    if (vector === undefined) return [];
    if (!schemas.has(name)) {
      faults.push({ path, message: "is no vector of the namespace" });
      return [];
    }
    return [{ name, path, feature: undefined, vector }];
  });
}

function misfitsOf(vectors: readonly NamedVector[], schemas: ReadonlyMap<string, VectorSchema>): Fault[] {
  try {
    checkAgainst(schemas, vectors);
    return [];
  } catch (error) {
    if (!(error instanceof InletError)) throw error;
    const errors: unknown = error.details?.["errors"];
    return Array.isArray(errors) ? errors.map(({ path, message }: Fault) => ({ path, message })) : [];
  }
}
