/** What to send of a stored vector so that Qdrant stores the same bits again.
 *
 *  Qdrant normalises a cosine vector when it is written, unless its squared length is under float32's epsilon or within 1e-6 of
 *  1, and then rounds it to the datatype. A float32 vector that was normalised once is within that margin (the rounding of
 *  the length, of the quotients and of the sum come to 4e-7 together), so it is left alone. One in float16 is not: rounding
 *  moves its length by up to 5e-4, and dividing by that may move a number to the next float16. There, any numbers that round
 *  to the stored ones and have the length 1 will do, and some exist: those that it was rounded from. Bytes (uint8) are never
 *  normalised. Pure. */
import { type QdrantVector, type VectorSchema } from "../qdrant/gateway";

const LEAST_SQUARED_LENGTH = 1.1920929e-7;
/** Well within Qdrant's own margin around 1. */
const CLOSE = 5e-7;
/** How much of the way to the next float16 is used: two steps of float32 less, to which what is sent is rounded. */
const SAFE_SHARE = 1 - 2 ** -11;
const MIN_EXPONENT = -14;
const FRACTION_BITS = 10;
const BISECTIONS = 60;

export function toStoreAgain(vector: QdrantVector, schema: VectorSchema | undefined): QdrantVector {
  if (!Array.isArray(vector) || schema === undefined || schema.kind === "sparse") return vector;
  if (schema.distance !== "Cosine" || schema.datatype !== "float16") return vector;
  return isRow(vector) ? rowToStoreAgain(vector) : vector.map(rowToStoreAgain);
}

const isRow = (vector: number[] | number[][]): vector is number[] => !Array.isArray(vector[0]);

/** The sizes that round to the float16 of this size. */
interface Range {
  size: number;
  least: number;
  most: number;
}

function rangeOf(value: number): Range {
  const size = Math.abs(value);
  if (size === 0) return { size, least: 0, most: 0 };
  const exponent = Math.max(Math.floor(Math.log2(size)), MIN_EXPONENT);
  const step = 2 ** (exponent - FRACTION_BITS);
  // Below a power of two the steps are half as long.
  const stepBelow = size === 2 ** exponent && exponent > MIN_EXPONENT ? step / 2 : step;
  const share = SAFE_SHARE / 2;
  return { size, least: size - stepBelow * share, most: size + step * share };
}

const squared = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size * size, 0);

/** The row scaled, but no number further than it may go. */
const scaled = (ranges: readonly Range[], scale: number): number[] =>
  ranges.map(({ size, least, most }) => Math.min(most, Math.max(least, size * scale)));

function rowToStoreAgain(row: number[]): number[] {
  const ranges = row.map(rangeOf);
  const now = squared(row);
  const left = now < LEAST_SQUARED_LENGTH || Math.abs(now - 1) <= CLOSE;
  if (left) return row;
  const scale = 1 / Math.sqrt(now);
  const normalised = ranges.every(({ size, least, most }) => size * scale >= least && size * scale <= most);
  if (normalised) return row;
  const sizes = withLengthOne(ranges) ?? leastSizes(ranges);
  return sizes === undefined ? row : row.map((value, index) => Math.fround(Math.sign(value) * (sizes[index] ?? 0)));
}

/** Numbers that round to the row's and have about the length 1: it grows with the scale, so it is found by halving. */
function withLengthOne(ranges: readonly Range[]): number[] | undefined {
  let [low, high] = [0, 2];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (squared(scaled(ranges, middle)) < 1) low = middle;
    else high = middle;
  }
  const sizes = scaled(ranges, high);
  return Math.abs(squared(sizes) - 1) <= CLOSE ? sizes : undefined;
}

/** For a vector that was stored as it came, since it was almost 0. */
function leastSizes(ranges: readonly Range[]): number[] | undefined {
  const sizes = ranges.map(({ least }) => least);
  return squared(sizes) < LEAST_SQUARED_LENGTH ? sizes : undefined;
}
