/** What a search refuses, field by field, and where it says the fault is. */
import { backend, uniqueName } from "../../support/backend";
import { startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("badsearch");
const other = uniqueName("badsearch");
const SEARCH = "/v1/collections/talks/documents/search";
let inlet: TestInlet;

const post = (body: unknown, path = SEARCH, space = namespace) => inlet.call("POST", path, { namespace: space, body });

interface Failure {
  error: {
    type: string;
    code?: string;
    message: string;
    details: { errors: { path: string }[] } & Record<string, unknown>;
  };
}
const errorOf = (body: unknown): Failure["error"] => (body as Failure).error;

beforeAll(async () => {
  inlet = await startInlet(backend());
  const vectors = {
    far: { size: 2, distance: "Euclid" },
    rows: { size: 2, multivector_config: { comparator: "max_sim" } },
  };
  expect((await inlet.call("POST", "/v1/namespaces", { body: { namespace_name: namespace, vectors } })).status).toBe(
    200,
  );
  const documents: [string, string, object][] = [
    [namespace, "doc_a", { vectors: { dense: [1, 2, 3], words: { indices: [1], values: [1] } } }],
    [namespace, "doc_bare", {}],
    [other, "doc_other", { vectors: { dense: [1, 2, 3] } }],
  ];
  for (const [space, document_id, rest] of documents) {
    const made = await inlet.call("POST", "/v1/collections/talks/documents", {
      namespace: space,
      body: { document_id, ...rest },
    });
    expect(made.status).toBe(200);
  }
});
afterAll(() => inlet.close());

const good = { vector_name: "dense", vector: [1, 2, 3] };
const one = (query: unknown): object => ({ queries: [query] });

it.each<[string, unknown, string[]]>([
  ["no queries", {}, ["queries"]],
  ["no query in the list", { queries: [] }, ["queries"]],
  ["queries that are no list", { queries: good }, ["queries"]],
  ["17 queries", { queries: new Array(17).fill(good) }, ["queries"]],
  ["a query that is no object", one("dense"), ["queries[0]"]],
  ["an unknown key", { ...one(good), vectors: [1] }, ["vectors"]],
  ["an unknown key of a query", one({ ...good, using: "dense" }), ["queries[0].using"]],
  ["a name that is no text", one({ ...good, vector_name: 1 }), ["queries[0].vector_name"]],
  ["nothing to look for", one({ vector_name: "dense" }), ["queries[0]"]],
  ["two things to look for", one({ ...good, document_id: "doc_a" }), ["queries[0]"]],
  ["a text for a vector", one({ ...good, vector: "abc" }), ["queries[0].vector"]],
  ["an empty vector", one({ ...good, vector: [] }), ["queries[0].vector"]],
  ["a text in a vector", one({ ...good, vector: [1, "2", 3] }), ["queries[0].vector[1]"]],
  ["a null in a vector", one({ ...good, vector: [1, null, 3] }), ["queries[0].vector[1]"]],
  ["a number past float32", one({ ...good, vector: [1, 1e39, 3] }), ["queries[0].vector[1]"]],
  ["ragged rows", one({ vector_name: "rows", vector: [[1, 2], [3]] }), ["queries[0].vector[1]"]],
  ["base64 that is none", one({ ...good, vector: { base64_f32: "%" } }), ["queries[0].vector.base64_f32"]],
  ["half a float", one({ ...good, vector: { base64_f32: "AAA=" } }), ["queries[0].vector.base64_f32"]],
  ["a dense vector as sparse", one({ vector_name: "words", sparse: [1] }), ["queries[0].sparse"]],
  [
    "more indices than values",
    one({ vector_name: "words", sparse: { indices: [1, 2], values: [1] } }),
    ["queries[0].sparse"],
  ],
  [
    "an index twice",
    one({ vector_name: "words", sparse: { indices: [1, 1], values: [1, 2] } }),
    ["queries[0].sparse.indices[1]"],
  ],
  [
    "an index below 0",
    one({ vector_name: "words", sparse: { indices: [-1], values: [1] } }),
    ["queries[0].sparse.indices[0]"],
  ],
  ["a document that is no text", one({ vector_name: "dense", document_id: 7 }), ["queries[0].document_id"]],
  ["an unknown document", one({ vector_name: "dense", document_id: "doc_none" }), ["queries[0].document_id"]],
  ["another namespace's document", one({ vector_name: "dense", document_id: "doc_other" }), ["queries[0].document_id"]],
  ["a document without the vector", one({ vector_name: "dense", document_id: "doc_bare" }), ["queries[0].document_id"]],
  ["no example", one({ vector_name: "dense", positive: [], negative: [] }), ["queries[0]"]],
  ["an example that is neither", one({ vector_name: "dense", positive: [true] }), ["queries[0].positive[0]"]],
  [
    "an unknown example",
    one({ vector_name: "dense", positive: ["doc_a"], negative: ["doc_none"] }),
    ["queries[0].negative[0]"],
  ],
  ["negative examples alone", one({ vector_name: "dense", negative: ["doc_a"] }), ["queries[0].positive"]],
  ["101 examples", one({ vector_name: "dense", positive: new Array(101).fill("doc_a") }), ["queries[0].positive"]],
  [
    "a strategy there is not",
    one({ vector_name: "dense", positive: ["doc_a"], strategy: "best" }),
    ["queries[0].strategy"],
  ],
  ["a strategy without examples", one({ ...good, strategy: "best_score" }), ["queries[0].strategy"]],
  ["a fusion there is not", { ...one(good), fusion: "sum" }, ["fusion"]],
  ["dbsf over distances", { queries: [good, { vector_name: "far", vector: [1, 2] }], fusion: "dbsf" }, ["fusion"]],
  ["no candidate", { ...one(good), candidates: 0 }, ["candidates"]],
  ["filters that are no object", { ...one(good), filters: [] }, ["filters"]],
  ["a limit of 0", { ...one(good), limit: 0 }, ["limit"]],
  ["a limit over 1000", { ...one(good), limit: 1001 }, ["limit"]],
  ["half a hit", { ...one(good), limit: 1.5 }, ["limit"]],
  ["an offset below 0", { ...one(good), offset: -1 }, ["offset"]],
  ["a page past 10,000", { ...one(good), limit: 10, offset: 9_991 }, ["offset"]],
  ["a group past 1,000", { ...one(good), group_by: "x", limit: 10, offset: 991 }, ["offset"]],
  ["a threshold that is no number", { ...one(good), score_threshold: "0.5" }, ["score_threshold"]],
  ["an exact that is no boolean", { ...one(good), exact: "yes" }, ["exact"]],
  ["a group_by that is no text", { ...one(good), group_by: ["x"] }, ["group_by"]],
  ["an empty group_by", { ...one(good), group_by: "" }, ["group_by"]],
  ["a group_size of 0", { ...one(good), group_by: "x", group_size: 0 }, ["group_size"]],
  ["a group_size alone", { ...one(good), group_size: 2 }, ["group_size"]],
  ["a select that is no list", { ...one(good), select: "title" }, ["select"]],
  ["a selected number", { ...one(good), select: [1] }, ["select[0]"]],
  ["a flag that is no boolean", { ...one(good), return_vectors: 1, explain: "no" }, ["return_vectors", "explain"]],
])("refuses %s", async (_what, body, paths) => {
  const { status, body: answer } = await post(body);
  expect(status).toBe(422);
  const { type, details } = errorOf(answer);
  expect(type).toBe("validation_error");
  expect(details.errors.map(({ path }) => path)).toEqual(paths);
});

it.each([["nope"], [undefined], [null]])("lists the vectors there are where the name is %s", async (vector_name) => {
  const { status, body } = await post(one({ vector_name, vector: [1] }));
  expect(status).toBe(422);
  expect(errorOf(body)).toMatchObject({
    code: "unknown_vector",
    message: expect.stringContaining("dense, far, rows, words"),
    details: { available: ["dense", "far", "rows", "words"], errors: [{ path: "queries[0].vector_name" }] },
  });
});

it.each([
  ["a size that differs", { vector_name: "dense", vector: [1, 2] }, 3, 2],
  ["rows of another size", { vector_name: "rows", vector: [[1], [2]] }, 2, 1],
  ["sparse for dense", { vector_name: "dense", sparse: { indices: [1], values: [1] } }, "dense of size 3", "sparse"],
  ["dense for sparse", { vector_name: "words", vector: [1] }, "sparse", "dense of size 1"],
  [
    "rows for one vector",
    {
      vector_name: "dense",
      vector: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
    "dense of size 3",
    "multi-dense of size 3",
  ],
])("refuses %s, naming what is expected and what it got", async (_what, query, expected, got) => {
  const { status, body } = await post(one(query));
  expect(status).toBe(422);
  expect(errorOf(body)).toMatchObject({ code: "vector_mismatch", details: { name: query.vector_name, expected, got } });
});

it("refuses a fault in an example vector at its place", async () => {
  const { body } = await post(one({ vector_name: "dense", positive: ["doc_a", [1, 2]] }));
  expect(errorOf(body).details.errors.map(({ path }) => path)).toEqual(["queries[0].positive[1]"]);
});

it("knows collections and namespaces, or says that it does not", async () => {
  expect((await post(one(good), "/v1/collections/none/documents/search")).status).toBe(404);
  expect((await post(one(good), SEARCH, uniqueName("none"))).status).toBe(404);
  const unknown = await post({ ...one(good), collection_ids: ["talks", "none"] }, "/v1/documents/search");
  expect(unknown.status).toBe(422);
  expect(errorOf(unknown.body).details.errors.map(({ path }) => path)).toEqual(["collection_ids[1]"]);
  const empty = await post({ ...one(good), collection_ids: [] }, "/v1/documents/search");
  expect(empty.status).toBe(422);
  expect((await post({ ...one(good), collection_ids: ["talks"] })).status).toBe(422);
});

it("asks for a namespace, a key and JSON", async () => {
  expect((await inlet.call("POST", SEARCH, { body: one(good) })).status).toBe(400);
  expect((await inlet.call("POST", SEARCH, { namespace, key: null, body: one(good) })).status).toBe(401);
  expect((await inlet.call("POST", SEARCH, { namespace, body: "{" })).status).toBe(400);
});
