/** Sparse vectors of texts for BM25, as Qdrant's own model `qdrant/bm25` makes them.
 *
 *  A document's token weighs tf · (k + 1) / (tf + k · (1 − b + b · length / avg_len)), a query's weighs 1; the inverse document
 *  frequency is left to the vector's `idf` modifier. Source: Robertson, Zaragoza, "The Probabilistic Relevance Framework", 2009.
 *  A token's index is the absolute value of its MurmurHash3 (32 bits, seed 0, of UTF-8) as a signed number. */
import murmurhash from "murmurhash";
import { type SparseVector } from "../model/vector";

export interface Bm25Parameters {
  /** How soon more of one token adds nothing; 0 or more. */
  k: number;
  /** How much a document's length counts, from 0 to 1. */
  b: number;
  /** Tokens of an average document, above 0. */
  averageLength: number;
}

export const BM25_DEFAULTS: Bm25Parameters = { k: 1.2, b: 0.75, averageLength: 256 };

const utf8 = new TextEncoder();
const indexOf = (token: string): number => Math.abs(murmurhash.v3(utf8.encode(token), 0) | 0);

export const queryVector = (tokens: readonly string[]): SparseVector => {
  const indices = Uint32Array.from(new Set(tokens.map(indexOf))).sort();
  return { indices, values: new Float32Array(indices.length).fill(1) };
};

export function documentVector(tokens: readonly string[], { k, b, averageLength }: Bm25Parameters): SparseVector {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(indexOf(token), (counts.get(indexOf(token)) ?? 0) + 1);
  const rest = k * (1 - b + (b * tokens.length) / averageLength);
  const indices = Uint32Array.from(counts.keys()).sort();
  const values = Float32Array.from(indices, (index) => {
    const count = counts.get(index) ?? 0;
    return (count * (k + 1)) / (count + rest);
  });
  return { indices, values };
}
