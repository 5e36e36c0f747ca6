/** Distances between two dense vectors of one size, as raw similarities: more is nearer, whatever the distance.
 *
 *  Cosine     the dot product, for vectors are normalised when they are written (uint8 ones are not: the true cosine)
 *  Dot        the dot product
 *  Euclid     minus the sum of squared differences
 *  Manhattan  minus the sum of absolute differences
 *
 *  An answer shows `shownScore(raw)`: the root of the squares, the sum without its sign. Sums of long vectors run in doubles
 *  and are rounded to float32 once, which is nearer to the true value than any order of float32 additions; those of short ones
 *  run as Qdrant's do, so that their scores are the same to the last digit. */
import { type DenseParams, type Distance } from "../model/collection";
import { toFloat16 } from "../operations/prepare-vector";

/** `size` numbers of `a` from `aStart` against as many of `b` from `bStart`. */
export type Kernel = (a: Float32Array, aStart: number, b: Float32Array, bStart: number, size: number) => number;

const dotSum: Kernel = (a, aStart, b, bStart, size) => {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return sum;
};

export const dot: Kernel = (a, aStart, b, bStart, size) => Math.fround(dotSum(a, aStart, b, bStart, size));

export const minusSquaredEuclid: Kernel = (a, aStart, b, bStart, size) => {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const difference = (a[aStart + i] ?? 0) - (b[bStart + i] ?? 0);
    sum += difference * difference;
  }
  return -Math.fround(sum);
};

export const minusManhattan: Kernel = (a, aStart, b, bStart, size) => {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.abs((a[aStart + i] ?? 0) - (b[bStart + i] ?? 0));
  return -Math.fround(sum);
};

/** A vector of zeros has similarity 0 with everything. */
export const trueCosine: Kernel = (a, aStart, b, bStart, size) => {
  const norms = dotSum(a, aStart, a, aStart, size) * dotSum(b, bStart, b, bStart, size);
  return norms === 0 ? 0 : Math.fround(dotSum(a, aStart, b, bStart, size) / Math.sqrt(norms));
};

/** Below this size Qdrant computes on float16 vectors in float16 arithmetic, each difference and product rounded, and sums those
 *  up in float32; from it on in float32 throughout. */
const LEAST_SIZE_OF_WIDE_ARITHMETIC = 16;

const halfPrecision =
  (term: (a: number, b: number) => number): Kernel =>
  (a, aStart, b, bStart, size) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += toFloat16(term(a[aStart + i] ?? 0, b[bStart + i] ?? 0));
    return Math.fround(sum);
  };

const HALF_PRECISION: Record<Distance, Kernel> = {
  Cosine: halfPrecision((a, b) => a * b),
  Dot: halfPrecision((a, b) => a * b),
  Euclid: halfPrecision((a, b) => -(toFloat16(a - b) ** 2)),
  Manhattan: halfPrecision((a, b) => -Math.abs(a - b)),
};

/** Vectors that are shorter are summed in float32, number by number; longer ones by registers, in an order of their own. */
const LEAST_SIZE_OF_REGISTERS = 16;

const oneByOne =
  (term: (a: number, b: number) => number): Kernel =>
  (a, aStart, b, bStart, size) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum = Math.fround(sum + Math.fround(term(a[aStart + i] ?? 0, b[bStart + i] ?? 0)));
    return sum;
  };

const shortDot = oneByOne((a, b) => a * b);
const SHORT: Record<Distance, Kernel> = {
  Cosine: shortDot,
  Dot: shortDot,
  Euclid: oneByOne((a, b) => -(Math.fround(a - b) ** 2)),
  Manhattan: oneByOne((a, b) => -Math.abs(a - b)),
};

/** The kernel for rows of that kind. */
export function kernelFor({ distance, datatype, size }: Pick<DenseParams, "distance" | "datatype" | "size">): Kernel {
  if (datatype === "float16" && size < LEAST_SIZE_OF_WIDE_ARITHMETIC) return HALF_PRECISION[distance];
  if (datatype === "float32" && size < LEAST_SIZE_OF_REGISTERS) return SHORT[distance];
  switch (distance) {
    case "Cosine":
      return datatype === "uint8" ? trueCosine : dot;
    case "Dot":
      return dot;
    case "Euclid":
      return minusSquaredEuclid;
    case "Manhattan":
      return minusManhattan;
  }
}

/** The score that an answer shows for a raw similarity. */
export function shownScore(distance: Distance, raw: number): number {
  switch (distance) {
    case "Cosine":
    case "Dot":
      return raw;
    case "Euclid":
      return Math.fround(Math.sqrt(Math.abs(raw)));
    case "Manhattan":
      return Math.abs(raw);
  }
}

export const smallerIsBetter = (distance: Distance): boolean => distance === "Euclid" || distance === "Manhattan";

/** Qdrant's test of `score_threshold` on a vector query's shown score: strict, and by the distance alone, so that under
 *  Euclid and Manhattan it keeps what is below, even where the query's own scores are the better the larger. */
export const passesThreshold = (distance: Distance, shown: number, threshold: number): boolean =>
  smallerIsBetter(distance) ? shown < threshold : shown > threshold;
