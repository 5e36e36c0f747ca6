/** BM25 as a sparse vector (Robertson and Zaragoza 2009). The passage carries the saturated term frequency and the query the
 *  rarity of its words, so that their dot product is the BM25 score and new passages leave old vectors as they are. */
import { counted, wordsOf } from "./words.js";

const K1 = 1.2;
const B = 0.75;
/** A fixed average length instead of the true one: passages are cut to one size, and a vector does not depend on the rest of
 *  the folder, so that ingesting a file again gives the same document. */
const AVERAGE_WORDS = 80;

/** A word's place in the sparse vector: FNV-1a over its UTF-8 bytes, 32 bits. */
export function wordIndex(word) {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The vector of a passage, or undefined where it has no word. Words that share an index add up. */
export function sparseOfPassage(text) {
  const words = wordsOf(text);
  if (words.length === 0) return undefined;
  const lengthFactor = K1 * (1 - B + (B * words.length) / AVERAGE_WORDS);
  const weights = new Map();
  for (const [word, count] of counted(words)) {
    const index = wordIndex(word);
    weights.set(index, (weights.get(index) ?? 0) + (count * (K1 + 1)) / (count + lengthFactor));
  }
  return { indices: [...weights.keys()], values: [...weights.values()] };
}

/** The vector of a query over `total` passages; `frequencies` has, per index, the passages in which it occurs. */
export function sparseOfQuery(frequencies, total) {
  const found = [...frequencies].filter(([, frequency]) => frequency > 0);
  return {
    indices: found.map(([index]) => index),
    values: found.map(([, frequency]) => Math.log((total - frequency + 0.5) / (frequency + 0.5) + 1)),
  };
}
