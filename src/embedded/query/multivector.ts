/** MaxSim ("late interaction"): for each row of the query the best similarity with any row of the point, summed. Source: Khattab,
 *  Zaharia, "ColBERT", SIGIR 2020. Rows are compared by the raw similarities of query/distance.ts, so under Euclid by minus the
 *  squared distance; `shownScore` of the sum is what an answer shows. */
import { type MultiVector } from "../model/vector";
import { type Kernel } from "./distance";

/** O(query rows x point rows x size). Both have rows of one size; a point without rows scores −Infinity. */
export function maxSim(query: MultiVector, point: MultiVector, kernel: Kernel): number {
  const { size } = query;
  let sum = 0;
  for (let from = 0; from < query.data.length; from += size) {
    let best = -Infinity;
    for (let at = 0; at < point.data.length; at += size) {
      best = Math.max(best, kernel(query.data, from, point.data, at, size));
    }
    sum += best;
  }
  return Math.fround(sum);
}
