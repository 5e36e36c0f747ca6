/** Discovery, context and relevance feedback: scores of a point from its raw similarities (query/distance.ts) with the query's
 *  vectors. Pure. Formulas: Qdrant's documentation, "Explore"; the feedback formula as a real 1.18.3 answers. */
import { type ContextPair } from "../model/query";
import { squashed } from "./recommend";

/** The gap between two adjacent float32 at 1, which Qdrant takes off a pair's margin so that a tie counts as a loss. */
const FLOAT32_EPSILON = 2 ** -23;

/** In how many pairs the point is nearer to the positive, less those where it is nearer to the negative, plus its squashed
 *  similarity with the target, which decides among points of one zone. */
export function discoverScore(target: number, pairs: readonly ContextPair<number>[]): number {
  const rank = pairs.reduce((sum, { positive, negative }) => sum + Math.sign(positive - negative), 0);
  return Math.fround(rank + squashed(target));
}

/** 0 for a point that is nearer to the positive in every pair, else a negative loss. */
export function contextScore(pairs: readonly ContextPair<number>[]): number {
  return Math.fround(
    pairs.reduce((sum, { positive, negative }) => {
      const margin = Math.min(positive - negative - FLOAT32_EPSILON, 0);
      return sum + margin / (1 + Math.abs(margin));
    }, 0),
  );
}

/** Two examples of which the first was rated higher, by `confidence`. */
export interface RatedPair<T> extends ContextPair<T> {
  confidence: number;
}

/** Every pair of examples with different ratings. */
export function ratedPairs<T>(feedback: readonly { example: T; score: number }[]): RatedPair<T>[] {
  const sorted = [...feedback].sort((a, b) => b.score - a.score);
  return sorted.flatMap((high, i) =>
    sorted
      .slice(i + 1)
      .flatMap((low) =>
        high.score > low.score
          ? [{ positive: high.example, negative: low.example, confidence: high.score - low.score }]
          : [],
      ),
  );
}

/** a · s(target) + Σ confidence^b · c · (s(higher) − s(lower)), over all rated pairs. */
export function feedbackScore(
  target: number,
  pairs: readonly RatedPair<number>[],
  { a, b, c }: { a: number; b: number; c: number },
): number {
  const boost = pairs.reduce(
    (sum, { positive, negative, confidence }) => sum + confidence ** b * c * (positive - negative),
    0,
  );
  return Math.fround(a * target + boost);
}
