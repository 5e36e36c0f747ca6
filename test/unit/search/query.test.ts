import { type VectorSchema } from "../../../src/qdrant/gateway";
import { pointIdOf } from "../../../src/ids";
import { qdrantQueryOf, type SearchPlan, withSchemas } from "../../../src/search/query";
import { readQueries } from "../../../src/search/request";

const schemas = new Map<string, VectorSchema>([
  ["dense", { kind: "dense", size: 2, distance: "Cosine" }],
  ["words", { kind: "sparse" }],
]);
const filter = { must: [{ key: "collection_id", match: { value: "col_1" } }] };

function planOf(queries: unknown[], rest: Partial<SearchPlan> = {}): SearchPlan {
  return {
    queries: withSchemas(readQueries(queries, []), schemas),
    fusion: "rrf",
    candidates: 500,
    filter,
    scoreThreshold: undefined,
    exact: undefined,
    ...rest,
  };
}

it("sends one query as it is", () => {
  const plan = planOf([{ vector_name: "dense", vector: [1, 2] }], { scoreThreshold: 0.5, exact: true });
  expect(qdrantQueryOf(plan)).toEqual({
    query: { nearest: [1, 2] },
    using: "dense",
    params: { exact: true },
    filter,
    score_threshold: 0.5,
  });
});

it("fuses several, with filter and threshold on the whole", () => {
  const queries = [
    { vector_name: "dense", document_id: "doc_1" },
    { vector_name: "words", sparse: { indices: [3], values: [1] } },
  ];
  expect(qdrantQueryOf(planOf(queries, { scoreThreshold: 0.1, fusion: "dbsf" }))).toEqual({
    prefetch: [
      { query: { nearest: pointIdOf("doc_1") }, using: "dense", limit: 500 },
      { query: { nearest: { indices: [3], values: [1] } }, using: "words", limit: 500 },
    ],
    query: { fusion: "dbsf" },
    filter,
    score_threshold: 0.1,
  });
});

it("takes fewer candidates where Qdrant takes more of them for groups", () => {
  const queries = [
    { vector_name: "dense", vector: [1, 2] },
    { vector_name: "dense", vector: [2, 1] },
  ];
  expect(qdrantQueryOf(planOf(queries), 100).prefetch?.map(({ limit }) => limit)).toEqual([5, 5]);
  expect(qdrantQueryOf(planOf(queries), 10_000).prefetch?.map(({ limit }) => limit)).toEqual([1, 1]);
});

it("puts examples into Qdrant's recommend", () => {
  const query = { vector_name: "dense", positive: ["doc_1", [1, 0]], negative: ["doc_2"], strategy: "sum_scores" };
  expect(qdrantQueryOf(planOf([query], { filter: undefined }))).toEqual({
    query: {
      recommend: {
        positive: [pointIdOf("doc_1"), [1, 0]],
        negative: [pointIdOf("doc_2")],
        strategy: "sum_scores",
      },
    },
    using: "dense",
  });
});
