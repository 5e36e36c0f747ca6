/** Bring your own vectors: whole documents by id, made or replaced under a namespace of the path. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const qdrant = qdrantView(backend());
const namespace = uniqueName("own");
const UPSERT = `/v1/namespaces/${namespace}/documents/upsert`;
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

const upsert = (body: unknown, headers: Record<string, string> = {}) => inlet.call("POST", UPSERT, { body, headers });
const read = async (id: string): Promise<Record<string, unknown> & { _internal: Record<string, unknown> }> =>
  JSON.parse((await inlet.call("GET", `/v1/namespaces/${namespace}/documents/${id}?return_vectors=true`)).text);
const document = (id: string, n: number) => ({
  document_id: id,
  vectors: {
    dense: [3, 4],
    rows: [
      [1, 2],
      [3, 4],
    ],
    words: { indices: [9, 2], values: [1, 0.5] },
  },
  payload: { n },
  metadata: { kind: "own" },
});

it("makes documents in the collection `default`, with vectors of every kind", async () => {
  const answer = await upsert({ documents: [document("doc_a", 1), document("doc_b", 2)] });
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      inserted: 2,
      document_ids: ["doc_a", "doc_b"],
      consistency: { retriever_visible: "immediate", write_token_available: false },
    },
  ]);
  const { vectors, ...rest } = await read("doc_b");
  expect(rest).toMatchObject({ document_id: "doc_b", n: 2, kind: "own" });
  expect(vectors).toEqual({
    dense: [expect.closeTo(3, 5), expect.closeTo(4, 5)],
    rows: [
      [expect.closeTo(1, 5), expect.closeTo(2, 5)],
      [expect.closeTo(3, 5), expect.closeTo(4, 5)],
    ],
    words: { indices: [2, 9], values: [0.5, 1] },
  });
  const inDefault = await inlet.call("GET", "/v1/collections/default/documents/doc_a", { namespace });
  expect(inDefault.status).toBe(200);
});

it("replaces whole documents, keeps when they were made, and moves when they were changed", async () => {
  const before = await read("doc_a");
  expect(
    (await upsert({ documents: [{ document_id: "doc_a", vectors: { dense: [1, 0] }, payload: { x: 1 } }] })).status,
  ).toBe(200);
  const after = await read("doc_a");
  expect(after).toMatchObject({ x: 1, vectors: { dense: [1, 0] } });
  expect(after).not.toHaveProperty("n");
  expect(after["vectors"]).not.toHaveProperty("rows");
  expect(after._internal["created_at"]).toBe(before._internal["created_at"]);
  expect(String(after._internal["updated_at"]) > String(before._internal["updated_at"])).toBe(true);
});

it("lets each of several writers of the same documents through, whole", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `doc_race_${i}`);
  const all = (n: number) => ({ documents: ids.map((id) => document(id, n)) });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => upsert(all(n))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const merged = await Promise.all([
    upsert(all(6)),
    ...ids.map((id) => inlet.call("PATCH", `/v1/documents/${id}`, { namespace, body: { metadata: { n: 7 } } })),
  ]);
  expect(merged.map(({ status }) => status)).toEqual(merged.map(() => 200));
  for (const id of ids) expect([6, 7]).toContain((await read(id))["n"]);
});

it("derives a document's lineage from one that stands before it in the request", async () => {
  const { status } = await upsert({
    documents: [
      { document_id: "doc_page", vectors: {}, root_object_id: "obj_1", root_bucket_id: "bkt_1" },
      { document_id: "doc_part", vectors: {}, source_document_id: "doc_page" },
    ],
  });
  expect(status).toBe(200);
  const { _internal } = await read("doc_part");
  expect(_internal["lineage"]).toMatchObject({ root_object_id: "obj_1", root_bucket_id: "bkt_1" });
});

it("takes a thousand documents whose vectors do not fit one request to Qdrant", async () => {
  const dense = Array.from({ length: 1_200 }, (_, i) => i / 7);
  const documents = Array.from({ length: 1_000 }, (_, i) => ({
    document_id: `doc_wide_${i}`,
    vectors: { wide: dense },
  }));
  expect((await upsert({ collection_id: "wide", documents })).body).toMatchObject({ inserted: 1_000 });
  expect((await inlet.call("GET", "/v1/collections/wide/documents/count", { namespace })).body).toMatchObject({
    count: 1_000,
  });
});

it("is sent again safely under a key, and refuses another body under it", async () => {
  const body = { documents: [document("doc_keyed", 1)], options: { idempotency_key: "batch-7" } };
  expect((await upsert(body)).status).toBe(200);
  expect((await upsert(body)).status).toBe(200);
  const other = await upsert({ documents: [document("doc_keyed", 2)] }, { "Idempotency-Key": "batch-7" });
  expect(other.body).toMatchObject({ status: 409, error: { code: "idempotency_conflict" } });
  expect(await read("doc_keyed")).toMatchObject({ n: 1 });
});

it("moves no document from another collection", async () => {
  await inlet.call("POST", "/v1/collections/talks/documents", { namespace, body: { document_id: "doc_talk" } });
  const answer = await upsert({ documents: [document("doc_new", 1), document("doc_talk", 1)] });
  expect(answer.body).toMatchObject({ status: 409, error: { details: { document_ids: ["doc_talk"] } } });
  expect((await inlet.call("GET", "/v1/documents/doc_new", { namespace })).status).toBe(404);
});

describe("refuses the whole request and writes nothing of it:", () => {
  const good = document("doc_good", 1);
  it.each<[string, unknown, string[]]>([
    ["no documents", { documents: [] }, ["documents"]],
    ["1,001 documents", { documents: Array.from({ length: 1_001 }, (_, i) => document(`doc_${i}`, i)) }, ["documents"]],
    ["an id twice", { documents: [good, good] }, ["documents[1].document_id"]],
    ["a document without vectors", { documents: [good, { document_id: "doc_x" }] }, ["documents[1].vectors"]],
    ["an id of another form", { documents: [good, { ...good, document_id: "x" }] }, ["documents[1].document_id"]],
    ["a reserved field", { documents: [{ ...good, payload: { _internal: 1 } }] }, ["documents[0].payload._internal"]],
    [
      "a field in payload and metadata",
      { documents: [{ ...good, payload: { kind: 1 } }] },
      ["documents[0].metadata.kind"],
    ],
    ["rules of access", { documents: [{ ...good, acl: { public: true } }] }, ["documents[0].acl"]],
    ["an unknown option", { documents: [good], options: { x: 1 } }, ["options.x"]],
    ["an unknown field", { documents: [{ ...good, colour: 1 }] }, ["documents[0].colour"]],
    [
      "text in a vector",
      { documents: [good, { document_id: "doc_x", vectors: { v: [1, "2"] } }] },
      ["documents[1].vectors.v[1]"],
    ],
    [
      "another size than the namespace's",
      { documents: [good, { document_id: "doc_x", vectors: { dense: [1] } }] },
      ["documents[1].vectors.dense"],
    ],
    [
      "two sizes of a new vector",
      {
        documents: [
          { document_id: "doc_x", vectors: { fresh: [1, 2] } },
          { document_id: "doc_y", vectors: { fresh: [1] } },
        ],
      },
      ["documents[1].vectors.fresh"],
    ],
    ["a collection's name that is none", { collection_id: "inlet_x", documents: [good] }, ["collection"]],
  ])("%s", async (_what, body, paths) => {
    const answer = await upsert(body);
    expect([answer.status, answer.text]).toEqual([422, expect.any(String)]);
    const { error } = JSON.parse(answer.text) as { error: { details: { errors: { path: string }[] } } };
    expect(error.details.errors.map(({ path }) => path)).toEqual(paths);
    expect((await inlet.call("GET", "/v1/documents/doc_good", { namespace })).status).toBe(404);
    expect(JSON.stringify(await qdrant.get(`/collections/${namespace}`))).not.toContain("fresh");
  });

  it("a read of what is not there is 404", async () => {
    expect((await inlet.call("GET", `/v1/namespaces/${namespace}/documents/doc_none`)).status).toBe(404);
    expect((await inlet.call("GET", `/v1/namespaces/${uniqueName("none")}/documents/doc_none`)).status).toBe(404);
  });
});
