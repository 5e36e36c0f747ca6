/** node search.js WORDS…: finds passages, asking Qdrant itself. By words (BM25) and, where the word vectors are installed and
 *  the namespace has dense vectors, by meaning too, the two lists fused by reciprocal rank. */
import { QdrantClient } from "@qdrant/js-client-rest";
import { loadWordVectors } from "./lib/dense.js";
import { DENSE_VECTOR, SPARSE_VECTOR, run, settings } from "./lib/settings.js";
import { sparseOfQuery, wordIndex } from "./lib/sparse.js";
import { wordsOf } from "./lib/words.js";

const SHOWN = 5;
const CANDIDATES = 50;
const { namespace } = settings;

/** In how many passages each index occurs: a query for it alone finds exactly those. A sparse vector that is declared with
 *  Qdrant's idf modifier makes this needless; one that Inlet makes on first use has no modifier. */
async function frequenciesOf(qdrant, indices, total) {
  const searches = indices.map((index) => ({
    query: { indices: [index], values: [1] },
    using: SPARSE_VECTOR,
    limit: total,
    with_payload: false,
  }));
  const found = await qdrant.queryBatch(namespace, { searches });
  return new Map(indices.map((index, i) => [index, found[i].points.length]));
}

/** Passages around the question, best first. */
async function search(qdrant, question) {
  const { count: total } = await qdrant.count(namespace);
  const indices = [...new Set(wordsOf(question).map(wordIndex))];
  const frequencies = total > 0 && indices.length > 0 ? await frequenciesOf(qdrant, indices, total) : new Map();
  const sparse = sparseOfQuery(frequencies, total);
  const { config } = await qdrant.getCollection(namespace);
  const dense = config.params.vectors?.[DENSE_VECTOR] && loadWordVectors()?.(question);
  const prefetch = [
    ...(sparse.indices.length > 0 ? [{ query: sparse, using: SPARSE_VECTOR, limit: CANDIDATES }] : []),
    ...(dense ? [{ query: dense, using: DENSE_VECTOR, limit: CANDIDATES }] : []),
  ];
  if (prefetch.length === 0) return [];
  const { points } = await qdrant.query(namespace, {
    prefetch,
    query: { fusion: "rrf" },
    limit: SHOWN,
    with_payload: ["file", "heading", "text"],
  });
  return points;
}

const shortened = (text, length) => (text.length > length ? `${text.slice(0, length).trimEnd()}…` : text);

await run(async () => {
  const question = process.argv.slice(2).join(" ");
  if (question === "") throw new Error("usage: node search.js WORDS…");
  const qdrant = new QdrantClient({ url: settings.qdrantUrl, apiKey: settings.qdrantApiKey });
  const points = await search(qdrant, question);
  if (points.length === 0) console.log("Nothing found.");
  for (const [i, { score, payload }] of points.entries()) {
    console.log(`${i + 1}. ${payload.file}${payload.heading ? ` · ${payload.heading}` : ""}  (${score.toFixed(3)})`);
    console.log(`   ${shortened(payload.text.replace(/\s+/g, " "), 240)}\n`);
  }
});
