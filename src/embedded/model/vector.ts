/** Vectors as they are stored and scored: numbers are float32 (float16 and uint8 are rounded before they get here). */
export interface SparseVector {
  /** Ascending, unique, each a u32. */
  indices: Uint32Array;
  /** As many as the indices. */
  values: Float32Array;
}
/** Rows of one size, row-major: `data.length = rows x size`. */
export interface MultiVector {
  size: number;
  data: Float32Array;
}
export type StoredVector =
  | { kind: "dense"; data: Float32Array }
  | { kind: "sparse"; sparse: SparseVector }
  | { kind: "multi"; multi: MultiVector };

/** A vector as a request gives it, before the collection says what it should be. A float beyond float32 is ±Infinity. */
export type GivenVector =
  | { kind: "dense"; data: Float32Array }
  | { kind: "sparse"; sparse: SparseVector }
  | { kind: "multi"; rows: Float32Array[] };

/** The vectors of one point in a request: one without a name (kept under ""), or by name. */
export type GivenVectors = Map<string, GivenVector>;

/** The name of the unnamed vector. */
export const DEFAULT_VECTOR = "";
