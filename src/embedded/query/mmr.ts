/** Maximal marginal relevance: picks hits one by one, each time the one with the largest
 *  (1 − diversity) · relevance − diversity · (similarity to the nearest of those picked already).
 *  Source: Carbonell, Goldstein, SIGIR 1998 (there λ = 1 − diversity). Relevance and similarity are raw similarities. */

export interface Candidate {
  relevance: number;
}

const { fround } = Math;

/** In float32, as Qdrant computes it, for values that are equal there need not be in doubles.
 *  @param candidates best first
 *  @param similarity between two candidates, called at most picks x candidates times
 *  @returns at most `limit` of them in the order picked; of equal ones the last that is left, where the place of one that was
 *  picked is taken by the last of all: Qdrant's order. */
export function maximalMarginalRelevance<T extends Candidate>(
  candidates: readonly T[],
  similarity: (a: T, b: T) => number,
  diversity: number,
  limit: number,
): T[] {
  const lambda = fround(1 - diversity);
  const penalty = fround(1 - lambda);
  const left = candidates.map((candidate) => ({ candidate, nearest: -Infinity }));
  const picked: T[] = [];
  while (picked.length < limit && left.length > 0) {
    // The first pick is the most relevant one: there is nothing yet to differ from.
    const value = ({ candidate: { relevance }, nearest }: { candidate: T; nearest: number }): number =>
      picked.length === 0 ? relevance : fround(fround(lambda * relevance) - fround(penalty * nearest));
    let best = 0;
    left.forEach((each, i) => {
      const leader = left[best];
      if (leader !== undefined && value(each) >= value(leader)) best = i;
    });
    const chosen = left[best];
    const last = left.pop();
    if (chosen === undefined || last === undefined) break;
    if (best < left.length) left[best] = last;
    picked.push(chosen.candidate);
    for (const each of left) each.nearest = Math.max(each.nearest, similarity(each.candidate, chosen.candidate));
  }
  return picked;
}
