/** From a vector as given to the vector as stored: its kind made to fit the named vector's, cosine vectors normalised, numbers
 *  rounded to the datatype. */
import { type QdrantError, badInput, noVectorName, wrongDimension } from "../errors";
import { type CollectionConfig, type Datatype, type DenseParams } from "../model/collection";
import { type GivenVector, type GivenVectors, type StoredVector } from "../model/vector";

/** What a named vector's parameters say, of whichever kind it is. */
export type VectorParams = Pick<CollectionConfig, "dense" | "sparse">;

const wrongKind = (given: "sparse" | "multi"): QdrantError =>
  badInput(`Conversion between ${given} and regular vectors failed`);

/** Smallest squared norm that is normalised, and how near 1 counts as normalised already (float32's epsilon; 1e-6). */
const LEAST_SQUARED_NORM = 1.1920929e-7;
const NORMALISED_WITHIN = 1e-6;

/** The vector divided by its norm; itself where its squared norm is almost 0 or almost 1. One whose squared norm does not fit
 *  a float32 becomes all zeros, as in Qdrant. */
export function normalised(data: Float32Array): Float32Array {
  let sum = 0;
  for (const value of data) sum += value * value;
  const squaredNorm = Math.fround(sum);
  if (squaredNorm < LEAST_SQUARED_NORM || Math.abs(squaredNorm - 1) <= NORMALISED_WITHIN) return data;
  const norm = Math.fround(Math.sqrt(squaredNorm));
  return data.map((value) => value / norm);
}

/** The nearest half-precision number (IEEE 754 binary16, ties to even) as a double; beyond ±65504 (rounded) ±Infinity. */
export function toFloat16(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || !Number.isFinite(value)) return value;
  // Steps between neighbours: 2^-24 below the normal range, else 2^(exponent − 10).
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const step = 2 ** (exponent - 10);
  const scaled = magnitude / step;
  const floor = Math.floor(scaled);
  const up = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 === 1);
  const rounded = (up ? floor + 1 : floor) * step;
  return Math.sign(value) * (rounded > 65_504 ? Infinity : rounded);
}

const toUint8 = (value: number): number => (value >= 255 ? 255 : value > 0 ? Math.trunc(value) : 0);

export function roundedTo(datatype: Datatype, data: Float32Array): Float32Array {
  switch (datatype) {
    case "float32":
      return data;
    case "float16":
      return data.map(toFloat16);
    case "uint8":
      return data.map(toUint8);
  }
}

/** One row as it is stored. Cosine over uint8 is normalised when it is compared, since bytes can't hold it. */
function preparedRow(params: DenseParams, row: Float32Array): Float32Array {
  const scaled = params.distance === "Cosine" && params.datatype !== "uint8" ? normalised(row) : row;
  return roundedTo(params.datatype, scaled);
}

/** @throws QdrantError 400 where the kind does not fit */
export function preparedDense(params: DenseParams, given: GivenVector): StoredVector {
  if (given.kind === "sparse") throw wrongKind("sparse");
  if (!params.multi) {
    if (given.kind === "multi") throw wrongKind("multi");
    return { kind: "dense", data: preparedRow(params, given.data) };
  }
  const rows = given.kind === "multi" ? given.rows : [given.data];
  const data = new Float32Array(rows.length * params.size);
  rows.forEach((row, i) => data.set(preparedRow(params, row), i * params.size));
  return { kind: "multi", multi: { size: params.size, data } };
}

/** All vectors of one point, ready to be stored. Sizes are checked before, by `checkDimensions`.
 *  @throws QdrantError 400 for an unknown name or a kind that does not fit */
export function preparedVectors(params: VectorParams, given: GivenVectors): Map<string, StoredVector> {
  const prepared = new Map<string, StoredVector>();
  for (const [name, vector] of given) {
    const dense = params.dense.get(name);
    if (dense) prepared.set(name, preparedDense(dense, vector));
    else if (!params.sparse.has(name)) throw noVectorName(name);
    else if (vector.kind === "sparse") prepared.set(name, vector);
    else throw wrongKind(vector.kind === "multi" ? "multi" : "sparse");
  }
  return prepared;
}

/** @throws QdrantError 400 for the first dense vector or row whose size is not its named vector's; `named` says whether the
 *  text tells the name */
export function checkDimensions(params: VectorParams, given: GivenVectors, named: boolean): void {
  for (const [name, vector] of given) {
    const size = params.dense.get(name)?.size;
    if (size === undefined || vector.kind === "sparse") continue;
    const rows = vector.kind === "multi" ? vector.rows : [vector.data];
    const other = rows.find((row) => row.length !== size);
    if (other) throw wrongDimension(size, other.length, named ? name : "");
  }
}
