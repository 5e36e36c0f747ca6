/** Vectors as requests give them: dense, rows, or sparse, alone or by name.
 *
 *  The two-row trap: in a map of vectors, and in queries, Qdrant tries `{indices, values}` before rows, and that type also
 *  reads a list of two. So `[[1, 2], [3, 4]]` is a sparse vector there, whenever the first row is all u32 integers written
 *  without point, exponent or sign. A bare `vector` has no sparse form and so no trap. */
import { formatError } from "../../errors";
import { FloatList, type JsonValue, asDouble, isObject } from "../../model/json";
import { DEFAULT_VECTOR, type GivenVector, type GivenVectors, type SparseVector } from "../../model/vector";
import { type Decoder, type Place } from "../decode";
import { inferredVector } from "./inference";

const MAX_U32 = 4_294_967_295;

/** A list of numbers as float32, undefined for anything else. A number beyond float32 becomes ±Infinity. */
function asRow(value: JsonValue): Float32Array | undefined {
  if (value instanceof FloatList) return value.numbers;
  if (!Array.isArray(value)) return undefined;
  const row = new Float32Array(value.length);
  for (let i = 0; i < row.length; i++) {
    const item = value[i];
    const number = typeof item === "number" ? item : asDouble(item);
    if (number === undefined) return undefined;
    row[i] = number;
  }
  return row;
}

function asRows(value: JsonValue): Float32Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const rows: Float32Array[] = [];
  for (const item of value) {
    const row = asRow(item);
    if (row === undefined) return undefined;
    rows.push(row);
  }
  return rows;
}

function asIndices(value: JsonValue | undefined): Uint32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const indices = new Uint32Array(value.length);
  for (let i = 0; i < indices.length; i++) {
    const item = value[i];
    if (typeof item !== "number" || !Number.isInteger(item) || item < 0 || item > MAX_U32) return undefined;
    indices[i] = item;
  }
  return indices;
}

function asSparse(value: JsonValue): SparseVector | undefined {
  const [givenIndices, givenValues] = isObject(value)
    ? [value.get("indices"), value.get("values")]
    : Array.isArray(value) && value.length === 2
      ? value
      : [];
  const indices = asIndices(givenIndices);
  const values = givenValues === undefined ? undefined : asRow(givenValues);
  return indices && values ? { indices, values } : undefined;
}

/** Sorted by index where lengths agree; a vector whose lengths differ is left as it is, to be refused. */
function sorted(sparse: SparseVector): SparseVector {
  const { indices, values } = sparse;
  if (indices.length !== values.length) return sparse;
  if (indices.every((index, i) => i === 0 || index > (indices[i - 1] ?? 0))) return sparse;
  const order = Array.from(indices.keys()).sort((a, b) => (indices[a] ?? 0) - (indices[b] ?? 0));
  return {
    indices: Uint32Array.from(order, (i) => indices[i] ?? 0),
    values: Float32Array.from(order, (i) => values[i] ?? 0),
  };
}

/** One vector in any form, with the two-row trap; undefined where the value is no vector. Nothing is validated. */
export function asVector(value: JsonValue): GivenVector | undefined {
  const data = asRow(value);
  if (data) return { kind: "dense", data };
  const sparse = asSparse(value);
  if (sparse) return { kind: "sparse", sparse: sorted(sparse) };
  const rows = asRows(value);
  return rows && { kind: "multi", rows };
}

/** Notes what is wrong in a vector that could be read: an empty dense one (where `allowEmptyDense` does not leave that to
 *  the check of its size), ragged or empty rows, sparse indices that repeat or are not as many as the values. */
export function noteVectorFaults(vector: GivenVector, at: Place, allowEmptyDense = false): void {
  switch (vector.kind) {
    case "dense":
      if (vector.data.length === 0 && !allowEmptyDense) at.key("vector").fault("dense vector must not be empty");
      return;
    case "multi": {
      const size = vector.rows[0]?.length ?? 0;
      const other = vector.rows.find((row) => row.length !== size);
      if (vector.rows.length === 0) at.key("data").fault("multivector must not be empty");
      else if (vector.rows.some((row) => row.length === 0)) at.key("data").fault("all vectors must be non-empty");
      else if (other) {
        const text = `all vectors must have the same dimension, found vector with dimension ${other.length}`;
        at.key("data").fault(text);
      }
      return;
    }
    case "sparse": {
      const { indices, values } = vector.sparse;
      if (indices.length !== values.length) {
        at.key("values").fault("Validation error: must be the same length as indices [{}]");
      }
      if (new Set(indices).size !== indices.length) at.key("indices").fault("Validation error: must be unique [{}]");
    }
  }
}

/** One vector of a query; checked, an empty dense one too unless `allowEmptyDense`. */
export const vector =
  (allowEmptyDense = false): Decoder<GivenVector> =>
  (value, at) => {
    const read = asVector(value) ?? inferredVector(value, "query");
    if (read === undefined) throw formatError("data did not match any variant of untagged enum Vector");
    noteVectorFaults(read, at, allowEmptyDense);
    return read;
  };

/** The vector or vectors of one point as they were given, not yet validated. */
export type VectorStruct = { kind: "bare"; vector: GivenVector } | { kind: "named"; vectors: GivenVectors };

/** A point's `vector`: numbers, rows, or a map of vectors by name. */
export const vectorStruct: Decoder<VectorStruct> = (value) => {
  const wrong = "data did not match any variant of untagged enum VectorStruct";
  if (isObject(value)) {
    const alone = inferredVector(value, "document");
    if (alone) return { kind: "bare", vector: alone };
    const vectors: GivenVectors = new Map();
    for (const [name, each] of value) {
      const read = asVector(each) ?? inferredVector(each, "document");
      if (read === undefined) throw formatError(wrong);
      vectors.set(name, read);
    }
    return { kind: "named", vectors };
  }
  const data = asRow(value);
  if (data) return { kind: "bare", vector: { kind: "dense", data } };
  const rows = asRows(value);
  if (rows === undefined) throw formatError(wrong);
  return { kind: "bare", vector: { kind: "multi", rows } };
};

/** Notes the faults of vectors of which Qdrant does not tell the name: `?` for the only faulty one, `?[n]` for several. */
export function noteFaultsOfMany(vectors: Iterable<GivenVector>, at: Place): void {
  const faulty = [...vectors].filter((each) => {
    const trial = at.trial();
    noteVectorFaults(each, trial);
    return trial.isFaulty;
  });
  faulty.forEach((each, i) => noteVectorFaults(each, faulty.length === 1 ? at.key("?") : at.key("?").item(i)));
}

export function noteStructFaults(struct: VectorStruct, at: Place): void {
  if (struct.kind === "bare") noteVectorFaults(struct.vector, at);
  else noteFaultsOfMany(struct.vectors.values(), at);
}

export const vectorsByName = (struct: VectorStruct): GivenVectors =>
  struct.kind === "bare" ? new Map([[DEFAULT_VECTOR, struct.vector]]) : struct.vectors;
