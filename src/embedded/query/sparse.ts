/** Similarity of sparse vectors: the dot product over the indices that both have. */
import { type Slot, type SparseColumn } from "../model/table";
import { type SparseVector } from "../model/vector";
import { TopK, type SlotScore } from "./top-k";

/** undefined where no index is shared, which is not the same as a sum of 0. O(a + b); indices ascend in both. */
export function sparseDot(a: SparseVector, b: SparseVector): number | undefined {
  let sum: number | undefined;
  for (let i = 0, j = 0; i < a.indices.length && j < b.indices.length;) {
    const [left, right] = [a.indices[i] ?? 0, b.indices[j] ?? 0];
    if (left === right) sum = (sum ?? 0) + (a.values[i++] ?? 0) * (b.values[j++] ?? 0);
    else if (left < right) i++;
    else j++;
  }
  return sum === undefined ? undefined : Math.fround(sum);
}

/** The weight of a dimension that `frequency` of `count` vectors have: ln((N − df + ½) / (df + ½) + 1), as BM25 has it
 *  (Robertson, Zaragoza, "The Probabilistic Relevance Framework", 2009, in Lucene's form, which is never negative). */
export const inverseDocumentFrequency = (count: number, frequency: number): number =>
  Math.log((count - frequency + 0.5) / (frequency + 0.5) + 1);

/** The query as the column compares it: under the `idf` modifier each value times its dimension's weight. */
export function weightedQuery(query: SparseVector, column: SparseColumn): SparseVector {
  if (!column.params.idf) return query;
  const values = query.values.map(
    (value, i) => value * inverseDocumentFrequency(column.count, column.postings(query.indices[i] ?? 0).length),
  );
  return { indices: query.indices, values };
}

export interface SparseSearch {
  k: number;
  /** Which slots may be results; undefined: all. A filtered search keeps points whose sum is 0, the inverted index behind an
   *  unfiltered one leaves them out. */
  allowed: ((slot: Slot) => boolean) | undefined;
}

/** The best k points that share an index with the query, by the column's postings: O(sum of their lengths). */
export function nearestBySparse(
  query: SparseVector,
  column: SparseColumn,
  slotCount: number,
  { k, allowed }: SparseSearch,
): SlotScore[] {
  const sums = new Float64Array(slotCount);
  const seen = new Uint8Array(slotCount);
  const touched: Slot[] = [];
  query.indices.forEach((dimension, i) => {
    const weight = query.values[i] ?? 0;
    const { slots, values, length } = column.postings(dimension);
    for (let at = 0; at < length; at++) {
      const slot = slots[at] ?? 0;
      if (seen[slot] === 0) {
        seen[slot] = 1;
        touched.push(slot);
      }
      sums[slot] = (sums[slot] ?? 0) + weight * (values[at] ?? 0);
    }
  });
  const best = new TopK(k);
  for (const slot of touched) {
    const score = Math.fround(sums[slot] ?? 0);
    if (allowed === undefined ? score !== 0 : allowed(slot)) best.push(slot, score);
  }
  return best.sorted();
}
