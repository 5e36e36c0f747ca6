/** Fusion of several ranked lists into one. Pure; the lists stand best first, each with the scores as they would be shown. */
import { type PointId } from "../model/point-id";

/** The least that a hit must carry to be fused. */
export interface Ranked {
  id: PointId;
  score: number;
}

/** Reciprocal rank fusion. A hit's score is the sum over the lists that have it of 1 / ((rank + 1) / weight + k − 1), rank from
 *  0; with weight 1 that is 1 / (rank + k). A list of weight ≤ 0 adds nothing, though its points are in the result.
 *  Source: Cormack, Clarke, Buettcher, SIGIR 2009 (there: rank from 1, k = 60); the weights and k = 2 are Qdrant's. */
export function reciprocalRankFusion<T extends Ranked>(lists: readonly T[][], k: number, weights?: number[]): T[] {
  return fused(lists, (list, rank) => {
    const weight = weights?.[list] ?? 1;
    return weight > 0 ? 1 / ((rank + 1) / weight + k - 1) : 0;
  });
}

/** Distribution-based score fusion: each list's scores are laid on 0 … 1 between three standard deviations (of a sample: n − 1)
 *  below and above its mean, and summed. A list of one point, or of equal scores, gives 0.5. Scores go in as they are shown, so
 *  a distance counts the more the farther the point is, as in Qdrant. Source: M. Mazzeschi, "Distribution-Based Score Fusion",
 *  2023. */
export function distributionBasedFusion<T extends Ranked>(lists: readonly T[][]): T[] {
  const scales = lists.map((list) => scaleOf(list.map((hit) => hit.score)));
  return fused(lists, (list, _rank, hit) => {
    const scale = scales[list];
    return scale === undefined ? 0.5 : (hit.score - scale.low) / scale.width;
  });
}

/** undefined where the scores do not spread. */
function scaleOf(scores: number[]): { low: number; width: number } | undefined {
  if (scores.length < 2) return undefined;
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  const deviation = Math.sqrt(variance);
  return deviation === 0 ? undefined : { low: mean - 3 * deviation, width: 6 * deviation };
}

/** Sums the parts of equal ids; everything else of a hit is that of the first list that has it. Largest first, ties in the
 *  order in which they were met. */
function fused<T extends Ranked>(lists: readonly T[][], part: (list: number, rank: number, hit: T) => number): T[] {
  const sums = new Map<PointId, { hit: T; sum: number }>();
  lists.forEach((list, index) =>
    list.forEach((hit, rank) => {
      const added = part(index, rank, hit);
      const known = sums.get(hit.id);
      if (known === undefined) sums.set(hit.id, { hit, sum: added });
      else known.sum += added;
    }),
  );
  return [...sums.values()]
    .map(({ hit, sum }) => ({ ...hit, score: Math.fround(sum) }))
    .sort((a, b) => b.score - a.score);
}
