/** Qdrant stores cosine vectors normalised. Inlet keeps the length of each in `_internal.features`, and gives the caller's
 *  own values back: stored values x (length sent / length stored).
 *
 *  Qdrant leaves a vector as it is when its squared length is under 1.19e-7 or within 1e-6 of 1. Dividing by the length
 *  that is stored makes both cases come out right without asking which one it was: there the quotient is 1. */
import { type QdrantVector } from "../qdrant/gateway";
import { type SuppliedVector } from "./vector-input";

/** The length of a dense vector; one per row of a multivector. */
export type Norms = number | number[];

/** Qdrant sums the squares as float32: past this the sum is Infinity and all that is left of the vector is zeros. */
const MAX_SQUARED_LENGTH = 3.4e38;
/** Closer than this to 1 the quotient is rounding, not normalisation. */
const QUOTIENT_NOISE = 4e-7;
/** Decimal digits that a float32 always keeps, and the relative gap between neighbours. */
const SHORT_DIGITS = 7;
const FULL_DIGITS = 9;
const FLOAT32_GAP = 2 ** -23;

const squaredLength = (values: readonly number[]): number => {
  let sum = 0;
  for (const value of values) {
    const rounded = Math.fround(value);
    sum += rounded * rounded;
  }
  return sum;
};

/** A double of 16 or 17 digits may come back from Qdrant one unit in the last place off, and then differ between two
 *  backends; 15 digits are kept, and are far more than a float32 needs. */
const KEPT_DIGITS = 15;
const lengthOf = (values: readonly number[]): number =>
  Number(Math.sqrt(squaredLength(values)).toPrecision(KEPT_DIGITS));

/** The lengths to keep for a vector under cosine; undefined for a sparse one, which Qdrant stores as it is. */
export function normsOf(vector: SuppliedVector): Norms | undefined {
  switch (vector.kind) {
    case "dense":
      return lengthOf(vector.values);
    case "multi":
      return vector.rows.map(lengthOf);
    case "sparse":
      return undefined;
  }
}

/** True where Qdrant could not normalise the vector without losing it. */
export function tooLongForCosine(vector: SuppliedVector): boolean {
  switch (vector.kind) {
    case "dense":
      return squaredLength(vector.values) > MAX_SQUARED_LENGTH;
    case "multi":
      return vector.rows.some((row) => squaredLength(row) > MAX_SQUARED_LENGTH);
    case "sparse":
      return false;
  }
}

/** The decimal that a person would have written for this float32: seven digits where they are within one step of it. */
function shortDecimal(value: number): number {
  const short = Number(value.toPrecision(SHORT_DIGITS));
  if (Math.abs(short - value) <= Math.abs(value) * FLOAT32_GAP) return short;
  return Number(Math.fround(value).toPrecision(FULL_DIGITS));
}

function restoreRow(stored: number[], norm: number): number[] {
  const length = Math.sqrt(squaredLength(stored));
  if (length === 0) return stored;
  const quotient = norm / length;
  if (Math.abs(quotient - 1) < QUOTIENT_NOISE) return stored;
  return stored.map((value) => shortDecimal(value * quotient));
}

/** The caller's values of a stored vector, within float32. Without norms, or where they don't fit, what is stored. */
export function restore(stored: QdrantVector, norms: Norms | undefined): QdrantVector {
  if (norms === undefined || !Array.isArray(stored)) return stored;
  if (typeof norms === "number") return isRow(stored) ? restoreRow(stored, norms) : stored;
  if (isRow(stored) || stored.length !== norms.length) return stored;
  return stored.map((row, index) => restoreRow(row, norms[index] ?? 0));
}

const isRow = (vector: number[] | number[][]): vector is number[] => !Array.isArray(vector[0]);
