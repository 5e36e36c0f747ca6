/** The vectors of a document under the names that Qdrant knows them by: the naming rule of the contract, and what a
 *  namespace must have so that they fit. How one vector is read is vector-input.ts's matter, norms are norms.ts's. */
import { type Fault } from "../errors";
import { type QdrantVector } from "../qdrant/gateway";
import { keyPath } from "../schema/paths";
import { hasLoneSurrogate, isRecord } from "./json-rules";
import { readVectors, type SuppliedVector } from "./vector-input";

/** A supplied vector with its name in Qdrant and its place in the request. `feature` is the index in `features`; undefined for the document's own. */
export interface NamedVector {
  name: string;
  path: string;
  feature: number | undefined;
  vector: SuppliedVector;
}

/** What a namespace has to have for a vector. */
export type WantedVector = { kind: "dense" | "multi"; size: number } | { kind: "sparse" };

const MAX_NAME_BYTES = 200;
/** Qdrant's rule for the names of vectors. */
const FORBIDDEN = /[<>:"/\\|?*]/;

/** `text_extractor_v1` + `embedding` gives `text_extractor_v1_embedding`; a key that starts with the id stays as it is. */
export const vectorNameOf = (featureExtractorId: string, key: string): string =>
  key.startsWith(featureExtractorId) ? key : `${featureExtractorId}_${key}`;

function nameFault(name: string): string | undefined {
  if (name === "") return "must have a name";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `comes to a vector name of more than ${MAX_NAME_BYTES} bytes`;
  if (hasLoneSurrogate(name) || FORBIDDEN.test(name) || hasControl(name)) {
    return `comes to a vector name (${JSON.stringify(name)}) with a character that Qdrant refuses (<>:"/\\|?*, controls)`;
  }
  return undefined;
}

function hasControl(name: string): boolean {
  for (const character of name) {
    if (character < " ") return true;
  }
  return false;
}

/** What is no object has its fault from the schema. */
const vectorsIn = (given: unknown, path: string, faults: Fault[]): Map<string, SuppliedVector> =>
  isRecord(given) ? readVectors(given, path, faults) : new Map();

/** All vectors of a request's `features` and `vectors`, in that order. Takes any JSON; the shape of what is no vector is
 *  left to the schema. Two that come to one name are a fault. */
export function collectVectors(body: { features?: unknown; vectors?: unknown }, faults: Fault[]): NamedVector[] {
  const collected: NamedVector[] = [];
  const pathOfName = new Map<string, string>();
  const add = (name: string, path: string, feature: number | undefined, vector: SuppliedVector): void => {
    const message = nameFault(name);
    const taken = pathOfName.get(name);
    if (message !== undefined) faults.push({ path, message });
    else if (taken !== undefined) faults.push({ path, message: `comes to the vector name ${name}, as ${taken} does` });
    else {
      pathOfName.set(name, path);
      collected.push({ name, path, feature, vector });
    }
  };
  if (Array.isArray(body.features)) {
    for (const [index, feature] of body.features.entries()) {
      if (!isRecord(feature)) continue;
      const path = `features[${index}].vectors`;
      const extractor = feature["feature_extractor_id"];
      for (const [key, vector] of vectorsIn(feature["vectors"], path, faults)) {
        if (typeof extractor === "string") add(vectorNameOf(extractor, key), keyPath(path, key), index, vector);
      }
    }
  }
  for (const [key, vector] of vectorsIn(body.vectors, "vectors", faults)) {
    add(key, keyPath("vectors", key), undefined, vector);
  }
  return collected;
}

export function wantedOf(vector: SuppliedVector): WantedVector {
  switch (vector.kind) {
    case "dense":
      return { kind: "dense", size: vector.values.length };
    case "multi":
      return { kind: "multi", size: vector.rows[0]?.length ?? 0 };
    case "sparse":
      return { kind: "sparse" };
  }
}

/** As Qdrant's API takes it. */
export function toQdrant(vector: SuppliedVector): QdrantVector {
  switch (vector.kind) {
    case "dense":
      return vector.values;
    case "multi":
      return vector.rows;
    case "sparse":
      return { indices: vector.indices, values: vector.values };
  }
}
