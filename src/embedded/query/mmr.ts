/** Maximal marginal relevance: picks hits one by one, each time the one with the largest
 *  (1 − diversity) · relevance − diversity · (similarity to the nearest of those picked already).
 *  Source: Carbonell, Goldstein, SIGIR 1998 (there λ = 1 − diversity). Relevance and similarity are raw similarities. */

/** @param candidates best first, with their relevance
 *  @param similarity between two candidates, called at most picks x candidates times
 *  @returns at most `limit` of them in the order picked; of equal ones the first. */
export function maximalMarginalRelevance<T extends { score: number }>(
  candidates: readonly T[],
  similarity: (a: T, b: T) => number,
  diversity: number,
  limit: number,
): T[] {
  const left = candidates.map((candidate) => ({ candidate, nearest: -Infinity }));
  const picked: T[] = [];
  while (picked.length < limit && left.length > 0) {
    // The first pick is the most relevant one: there is nothing yet to differ from.
    const value = ({ candidate, nearest }: { candidate: T; nearest: number }): number =>
      picked.length === 0 ? candidate.score : (1 - diversity) * candidate.score - diversity * nearest;
    let best = 0;
    left.forEach((each, i) => {
      const leader = left[best];
      if (leader !== undefined && value(each) > value(leader)) best = i;
    });
    const [chosen] = left.splice(best, 1);
    if (chosen === undefined) break;
    picked.push(chosen.candidate);
    for (const each of left) each.nearest = Math.max(each.nearest, similarity(each.candidate, chosen.candidate));
  }
  return picked;
}
