/** Recommendation from positive and negative examples. Pure. The average becomes a plain nearest query; the other two score
 *  each point by its raw similarities (query/distance.ts) with every example. Formulas: Qdrant's documentation, "Explore". */
import { badInput } from "../errors";
import { type GivenVector, type SparseVector } from "../model/vector";

/** Squeezes any number into 0 … 1: ½ (x / (1 + |x|) + 1), a sigmoid without an exponential. */
export const squashed = (x: number): number => 0.5 * (x / (1 + Math.abs(x)) + 1);

/** The better of both sides decides: g(best positive), or −g(best negative) where a negative is nearer. No example at all
 *  gives NaN, shown as null. */
export function bestScore(positive: readonly number[], negative: readonly number[]): number {
  const [near, far] = [Math.max(...positive), Math.max(...negative)];
  return Math.fround(near > far ? squashed(near) : -squashed(far));
}

export const sumScores = (positive: readonly number[], negative: readonly number[]): number =>
  Math.fround(sumOf(positive) - sumOf(negative));

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** The vector to search with under `average_vector`: avg⁺, or 2·avg⁺ − avg⁻ where there are negatives. The average of
 *  multivectors is all their rows; taking negatives off adds their rows negated.
 *  @throws QdrantError 400 without a positive, or where kinds differ. */
export function averageVector(positive: readonly GivenVector[], negative: readonly GivenVector[]): GivenVector {
  const toward = averageOf(positive);
  if (toward === undefined) throw badInput("Positive vectors should not be empty with `average` strategy");
  const away = averageOf(negative);
  if (away === undefined) return toward;
  if (toward.kind === "dense" && away.kind === "dense") {
    const result = toward.data.map((value, i) => value + value - (away.data[i] ?? 0));
    return { kind: "dense", data: result.subarray(0, Math.min(toward.data.length, away.data.length)) };
  }
  if (toward.kind === "sparse" && away.kind === "sparse") {
    return { kind: "sparse", sparse: combined(toward.sparse, away.sparse, (plus, minus) => plus + plus - minus) };
  }
  if (toward.kind === "multi" && away.kind === "multi") {
    return { kind: "multi", rows: [...toward.rows, ...away.rows.map((row) => row.map((value) => -value))] };
  }
  throw badInput(
    "Positive and negative vectors should be of the same type, either all dense or all sparse or all multi",
  );
}

function averageOf(vectors: readonly GivenVector[]): GivenVector | undefined {
  const [first, ...rest] = vectors;
  if (first === undefined) return undefined;
  switch (first.kind) {
    case "dense": {
      const all = [first, ...rest.map(ofKind("dense"))];
      // Qdrant does not compare the lengths: what one has beyond the others is added to nothing.
      const sum = new Float32Array(Math.max(...all.map(({ data }) => data.length)));
      for (const { data } of all) data.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
      return { kind: "dense", data: sum.map((value) => value / vectors.length) };
    }
    case "sparse": {
      const sum = rest
        .map(ofKind("sparse"))
        .reduce((sofar, { sparse }) => combined(sofar, sparse, (a, b) => a + b), first.sparse);
      return {
        kind: "sparse",
        sparse: { indices: sum.indices, values: sum.values.map((value) => value / vectors.length) },
      };
    }
    case "multi":
      return { kind: "multi", rows: [first, ...rest.map(ofKind("multi"))].flatMap(({ rows }) => rows) };
  }
}

const ofKind =
  <K extends GivenVector["kind"]>(kind: K) =>
  (vector: GivenVector): Extract<GivenVector, { kind: K }> => {
    if (!isOfKind(vector, kind)) throw badInput("Can't average vectors with different types");
    return vector;
  };
const isOfKind = <K extends GivenVector["kind"]>(
  vector: GivenVector,
  kind: K,
): vector is Extract<GivenVector, { kind: K }> => vector.kind === kind;

/** Index by index; what only one has meets 0. */
function combined(a: SparseVector, b: SparseVector, combine: (a: number, b: number) => number): SparseVector {
  const values = new Map<number, [number, number]>();
  a.indices.forEach((index, i) => values.set(index, [a.values[i] ?? 0, 0]));
  b.indices.forEach((index, i) => values.set(index, [values.get(index)?.[0] ?? 0, b.values[i] ?? 0]));
  const sorted = [...values].sort(([left], [right]) => left - right);
  return {
    indices: Uint32Array.from(sorted, ([index]) => index),
    values: Float32Array.from(sorted, ([, [left, right]]) => combine(left, right)),
  };
}
