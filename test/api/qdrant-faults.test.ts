/** Where Qdrant itself answers wrongly, or its parser reads something else: what a user of documents sees all the same. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const qdrant = qdrantView(backend());
const namespace = uniqueName("faults");
const DOCUMENTS = "/v1/collections/talks/documents";
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

const call = (method: string, path: string, body?: unknown) =>
  inlet.call(method, path, { namespace, ...(body === undefined ? {} : { body }) });
const create = (body: unknown) => call("POST", DOCUMENTS, body);
const read = async (id: string) => JSON.parse((await call("GET", `${DOCUMENTS}/${id}?return_vectors=true`)).text);
const found = async (filter: unknown): Promise<unknown[]> => {
  const result = await qdrant.post(`/collections/${namespace}/points/scroll`, {
    filter,
    with_payload: ["document_id"],
  });
  return (result as { points: { payload: { document_id: unknown } }[] }).points.map((each) => each.payload.document_id);
};

/** Equal within float32: one part in ten million of each number. */
function expectRows(read: unknown, sent: number[][]): void {
  const near = (value: number): number => Number(value.toPrecision(7));
  const rows = (read as number[][]).map((row) => row.map(near));
  expect(rows).toEqual(sent.map((row) => row.map(near)));
}

describe("two rows of whole numbers, which Qdrant's parser takes for a sparse vector", () => {
  it.each<[string, number[][]]>([
    [
      "of equal rows",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "with zeros and repeats",
      [
        [0, 0],
        [7, 7],
      ],
    ],
    [
      "at the ends of u32",
      [
        [4_294_967_295, 0],
        [0, 1],
      ],
    ],
    [
      "with a first row that is ascending, as indices are",
      [
        [1, 5],
        [1, 1],
      ],
    ],
  ])("go in and come back: %s", async (_what, rows) => {
    const created = await create({ vectors: { rows } });
    expect([created.status, created.text]).toEqual([200, expect.any(String)]);
    const { document_id: id } = JSON.parse(created.text);
    expectRows((await read(id)).vectors.rows, rows);
    expect((await call("PATCH", `${DOCUMENTS}/${id}`, { vectors: { rows } })).status).toBe(200);
    expect((await call("PUT", `${DOCUMENTS}/${id}?replace=true`, { vectors: { rows } })).status).toBe(200);
    expectRows((await read(id)).vectors.rows, rows);
  });
});

it("writes no part of a document whose vector is of another kind than the namespace's", async () => {
  expect((await create({ document_id: "doc_kinds", vectors: { kind_a: [1, 2], kind_b: [1, 2, 3] } })).status).toBe(200);
  const before = await read("doc_kinds");
  const wrong = { vectors: { kind_a: [5, 6], kind_b: { indices: [1], values: [1] } } };
  for (const [method, path] of [
    ["PATCH", DOCUMENTS],
    ["PUT", DOCUMENTS],
    ["PATCH", "/v1/documents"],
  ] as const) {
    expect((await call(method, `${path}/doc_kinds`, wrong)).status).toBe(422);
  }
  expect(await read("doc_kinds")).toEqual(before);
});

it("stores a key with a quote in it, and gives it back", async () => {
  const metadata = { 'say "hi"': { 'deep"er': [1, null] }, "tb_9.6.1": "x", "a b": 1 };
  const { document_id: id } = JSON.parse((await create({ metadata })).text);
  expect(await read(id)).toMatchObject(metadata);
  expect(await found({ must: [{ key: '"tb_9.6.1"', match: { value: "x" } }] })).toEqual([id]);
});

it("refuses a user field nested deeper than 100 levels, and takes one of 90", async () => {
  const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  const refused = await create({ metadata: { deep: nested(120) } });
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining("metadata.deep")]);
  expect((await create({ metadata: { deep: nested(90) } })).status).toBe(200);
});

it("compares what was sent with what was sent, not with fractions as Qdrant gives them back", async () => {
  const fractions = Array.from({ length: 200 }, (_, i) => 0.1 + i / 7919);
  const body = { document_id: "doc_fractions", metadata: { fractions } };
  const first = await create(body);
  expect(first.status).toBe(200);
  const again = await create(body);
  expect(again.status).toBe(200);
  expect(JSON.parse(again.text)._internal.created_at).toBe(JSON.parse(first.text)._internal.created_at);
});

it("leaves no trace of a removed field in the index of a path below it", async () => {
  const where = uniqueName("stale");
  const at = (method: string, path: string, body: unknown) => inlet.call(method, path, { namespace: where, body });
  expect((await at("POST", DOCUMENTS, { document_id: "doc_1", metadata: { o: { l: [{ v: 7 }] }, k: 1 } })).status).toBe(
    200,
  );
  await qdrant.put(`/collections/${where}/index?wait=true`, { field_name: "o.l[].v", field_schema: "integer" });
  const patched = await at("PATCH", `${DOCUMENTS}/doc_1`, { metadata: { o: null } });
  expect(JSON.parse(patched.text)).not.toHaveProperty("o");
  const filter = { must: [{ key: "o.l[].v", match: { value: 7 } }] };
  expect(await qdrant.post(`/collections/${where}/points/count`, { filter, exact: true })).toEqual({ count: 0 });
});
