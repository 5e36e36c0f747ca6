/** Searching documents by their vectors. */
import { compile } from "../../src/schema/compile";
import { SearchAnswer } from "../../src/search/schemas";
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const namespace = uniqueName("search");
/** Against the schema that is published. */
const faultsOfAnswer = compile(SearchAnswer);
let inlet: TestInlet;

const call = (method: string, path: string, body?: unknown) =>
  inlet.call(method, path, { namespace, ...(body === undefined ? {} : { body }) });

interface Hit {
  score: number;
  document: Record<string, unknown> & { document_id: string };
}
interface Found {
  results: Hit[];
  groups: { group_key: string; results: Hit[] }[];
  next_offset: number | null;
  explain: { qdrant: { path: string; body: Record<string, unknown> } };
}

async function search(body: object, path = "/v1/collections/talks/documents/search"): Promise<Found> {
  const answer = await call("POST", path, body);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  expect(faultsOfAnswer(answer.body)).toEqual([]);
  return answer.body as Found;
}
const idsOf = ({ results }: Found): string[] => results.map(({ document }) => document.document_id);
const allIds = async (body: object, path?: string): Promise<string[]> => idsOf(await search(body, path));

const create = async (collection: string, document_id: string, rest: object): Promise<void> => {
  const made = await call("POST", `/v1/collections/${collection}/documents`, { document_id, ...rest });
  expect([made.status, made.text]).toEqual([200, expect.anything()]);
};

beforeAll(async () => {
  inlet = await startInlet(backend());
  const vectors = {
    dot: { size: 2, distance: "Dot" },
    far: { size: 2, distance: "Euclid" },
    rows: { size: 2, distance: "Dot", multivector_config: { comparator: "max_sim" } },
    words: { sparse: {} },
  };
  const made = await call("POST", "/v1/namespaces", { namespace_name: namespace, vectors });
  expect([made.status, made.text]).toEqual([200, expect.anything()]);
  const document = (x: number, y: number, words: number[], rows: number[][]) => ({
    vectors: { dot: [x, y], far: [x, y], rows, words: { indices: words, values: words.map(() => 1) } },
  });
  await create("talks", "doc_a", {
    root_object_id: "obj_1",
    metadata: { title: "A", tags: { lang: "en", year: 2020 } },
    ...document(
      3,
      1,
      [1, 2],
      [
        [3, 0],
        [0, 1],
      ],
    ),
  });
  await create("talks", "doc_b", {
    root_object_id: "obj_1",
    metadata: { title: "B" },
    ...document(
      2,
      2,
      [2, 3],
      [
        [1, 2],
        [3, 4],
      ],
    ),
  });
  await create("talks", "doc_c", {
    root_object_id: "obj_2",
    metadata: { title: "C" },
    ...document(1, 3, [3], [[0, 5]]),
  });
  await create("notes", "doc_d", { root_object_id: "obj_3", ...document(9, 9, [1, 2, 3], [[9, 9]]) });
  await create("notes", "doc_bare", { metadata: { title: "no vector" } });
});
afterAll(() => inlet.close());

describe("one query", () => {
  it("gives documents by score, of the collection alone", async () => {
    const { results, next_offset } = await search({ queries: [{ vector_name: "dot", vector: [1, 0] }] });
    expect(results.map(({ score, document }) => [document.document_id, score])).toEqual([
      ["doc_a", 3],
      ["doc_b", 2],
      ["doc_c", 1],
    ]);
    expect(results[0]?.document).toMatchObject({ title: "A", _internal: { lineage: { root_object_id: "obj_1" } } });
    expect(results[0]?.document).not.toHaveProperty("vectors");
    expect(next_offset).toBeNull();
  });

  it("searches the namespace, or some of its collections", async () => {
    const queries = [{ vector_name: "dot", vector: [1, 0] }];
    const path = "/v1/documents/search";
    expect(await allIds({ queries }, path)).toEqual(["doc_d", "doc_a", "doc_b", "doc_c"]);
    expect(await allIds({ queries, collection_ids: ["notes"] }, path)).toEqual(["doc_d"]);
    expect(await allIds({ queries, collection_ids: ["notes", "talks"], limit: 2 }, path)).toEqual(["doc_d", "doc_a"]);
  });

  it("ranks distances with the nearest first", async () => {
    expect(await allIds({ queries: [{ vector_name: "far", vector: [1, 3] }] })).toEqual(["doc_c", "doc_b", "doc_a"]);
  });

  it("reads base64 of little-endian float32", async () => {
    const base64_f32 = Buffer.from(new Float32Array([0, 1]).buffer).toString("base64");
    expect(await allIds({ queries: [{ vector_name: "dot", vector: { base64_f32 } }] })).toEqual([
      "doc_c",
      "doc_b",
      "doc_a",
    ]);
  });

  it("searches sparse vectors; documents without a shared index are no hits", async () => {
    const sparse = { indices: [1, 2], values: [1, 0.5] };
    expect(await allIds({ queries: [{ vector_name: "words", sparse }] })).toEqual(["doc_a", "doc_b"]);
    expect(await allIds({ queries: [{ vector_name: "words", vector: sparse }] })).toEqual(["doc_a", "doc_b"]);
  });

  it("takes two rows of whole numbers for a multivector", async () => {
    // As indices and values this would be a sparse vector.
    const { results } = await search({
      queries: [
        {
          vector_name: "rows",
          vector: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
    });
    expect(results.map(({ score, document }) => [document.document_id, score])).toEqual([
      ["doc_b", 11 + 25],
      ["doc_c", 10 + 20],
      ["doc_a", 3 + 9],
    ]);
  });

  it("compares a dense vector with a multivector as one row", async () => {
    expect(await allIds({ queries: [{ vector_name: "rows", vector: [0, 1] }] })).toEqual(["doc_c", "doc_b", "doc_a"]);
  });

  it("leaves out what scores no better than the threshold", async () => {
    const queries = [{ vector_name: "dot", vector: [1, 0] }];
    expect(await allIds({ queries, score_threshold: 1.5 })).toEqual(["doc_a", "doc_b"]);
    expect(await allIds({ queries: [{ vector_name: "far", vector: [1, 3] }], score_threshold: 1 })).toEqual(["doc_c"]);
  });

  it("finds nothing in an empty reach, and answers past the end", async () => {
    const queries = [{ vector_name: "dot", vector: [1, 0] }];
    expect(await search({ queries, offset: 100 })).toMatchObject({ results: [], next_offset: null });
    expect(await search({ queries, limit: 1 })).toMatchObject({ next_offset: 1 });
  });
});

describe("examples", () => {
  it("finds documents like one, without that one", async () => {
    expect(await allIds({ queries: [{ vector_name: "far", document_id: "doc_a" }] })).toEqual(["doc_b", "doc_c"]);
  });

  it("takes an example from another collection of the namespace", async () => {
    expect(await allIds({ queries: [{ vector_name: "far", document_id: "doc_d" }], limit: 1 })).toHaveLength(1);
  });

  it("weighs positive against negative ones, documents or vectors", async () => {
    const queries = [{ vector_name: "dot", positive: ["doc_b", [0, 1]], negative: ["doc_a"] }];
    expect(await allIds({ queries })).toEqual(["doc_c"]);
    const away = [{ vector_name: "dot", negative: [[1, 0]], strategy: "best_score" }];
    expect(await allIds({ queries: away })).toEqual(["doc_c", "doc_b", "doc_a"]);
  });
});

describe("several queries", () => {
  const queries = [
    { vector_name: "dot", vector: [1, 0] },
    { vector_name: "words", sparse: { indices: [3], values: [1] } },
  ];

  it("fuses their ranks", async () => {
    const { results } = await search({ queries, fusion: "rrf" });
    const scores = Object.fromEntries(results.map(({ score, document }) => [document.document_id, score]));
    expect(Object.keys(scores)[0]).toBe("doc_b");
    expect(scores.doc_a).toBeCloseTo(1 / 2, 5);
  });

  it("ranks within the collection alone before it fuses", async () => {
    // doc_d of another collection scores best in each query; with one candidate it would leave none.
    const { results } = await search({ queries, candidates: 1 });
    expect(results.map(({ document }) => document.document_id)).toContain("doc_a");
    expect(results.length).toBeLessThanOrEqual(2);
  });

  it("fuses their scores, distances left out", async () => {
    expect(await allIds({ queries, fusion: "dbsf" })).toHaveLength(3);
    const far = [...queries, { vector_name: "far", vector: [1, 0] }];
    const refused = await call("POST", "/v1/documents/search", { queries: far, fusion: "dbsf" });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("far");
    expect(await allIds({ queries: far, fusion: "rrf" })).toHaveLength(3);
  });
});

describe("answers", () => {
  const queries = [{ vector_name: "dot", vector: [1, 0] }];

  it("adds vectors and their names where asked", async () => {
    const { results } = await search({ queries, limit: 1, return_vectors: true, return_vector_names: true });
    expect(results[0]?.document).toMatchObject({
      vectors: {
        dot: [3, 1],
        rows: [
          [3, 0],
          [0, 1],
        ],
      },
      _vectors: ["dot", "far", "rows", "words"],
    });
  });

  it("selects fields; the ids come along", async () => {
    const { results } = await search({ queries, limit: 1, select: ["metadata.tags.lang", "title"] });
    expect(results[0]?.document).toEqual({
      document_id: "doc_a",
      collection_id: expect.any(String),
      title: "A",
      tags: { lang: "en" },
    });
  });

  it("groups hits by a field, one of each object where no more are asked for", async () => {
    const group_by = "_internal.lineage.root_object_id";
    const { groups, results } = await search({ queries, group_by });
    expect(results).toBeUndefined();
    expect(
      groups.map(({ group_key, results: hits }) => [group_key, hits.map(({ document }) => document.document_id)]),
    ).toEqual([
      ["obj_1", ["doc_a"]],
      ["obj_2", ["doc_c"]],
    ]);
    const larger = await search({ queries, group_by, group_size: 2, limit: 1 });
    expect(larger.groups.map(({ results: hits }) => hits.length)).toEqual([2]);
    expect(larger.next_offset).toBe(1);
    const next = await search({ queries, group_by, group_size: 2, limit: 1, offset: 1 });
    expect(next.groups.map(({ group_key }) => group_key)).toEqual(["obj_2"]);
    expect(next.next_offset).toBeNull();
  });

  it("shows the request that was sent, which Qdrant answers alike", async () => {
    const found = await search({ queries, explain: true });
    const { path, body } = found.explain.qdrant;
    const direct = (await qdrantView(backend()).post(path, body)) as { points: { score: number }[] };
    expect(direct.points.map(({ score }) => score)).toEqual(found.results.map(({ score }) => score));
    expect(await search({ queries })).not.toHaveProperty("explain");
  });
});

it("pages through equal scores without a repeat or a gap", async () => {
  const many = Array.from({ length: 90 }, (_, index) => `doc_tie_${String(index).padStart(2, "0")}`);
  for (const [index, document_id] of many.entries()) {
    await create("ties", document_id, { vectors: { dot: [index % 3, 1] } });
  }
  const path = "/v1/collections/ties/documents/search";
  const queries = [{ vector_name: "dot", vector: [0, 1] }];
  const seen: string[] = [];
  for (let offset = 0; offset !== null && offset < 200;) {
    const page: Found = await search({ queries, limit: 7, offset }, path);
    seen.push(...idsOf(page));
    if (page.next_offset === null) break;
    offset = page.next_offset;
  }
  expect([...seen].sort()).toEqual(many);
});
