/** Many documents in one request: in every form, in order, of any length, each with its own answer. */
import { request } from "node:http";
import { once } from "node:events";
import { gzipSync } from "node:zlib";

import { backend, uniqueName } from "../support/backend";
import { OPERATOR_KEY, startInlet, type TestInlet } from "../support/inlet";

const NDJSON = "application/x-ndjson";
const BULK = "/v1/collections/talks/documents/bulk";
const LIMIT = 256 * 1024;
let inlet: TestInlet;
let namespace: string;

beforeAll(async () => {
  inlet = await startInlet(backend(), { INLET_BODY_LIMIT: String(LIMIT) });
});
beforeEach(() => {
  namespace = uniqueName("bulk");
});
afterAll(() => inlet.close());

interface Line {
  index?: number;
  status?: number;
  document_id?: string;
  error?: { code?: string; message: string; details?: { errors?: { path: string }[] } };
  summary?: unknown;
  complete?: boolean;
}

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));

async function bulk(body: unknown, type = NDJSON, headers: Record<string, string> = {}, query = "") {
  const answer = await inlet.call("POST", BULK + query, {
    namespace,
    body,
    headers: { "Content-Type": type, ...headers },
  });
  return { ...answer, lines: answer.status === 200 ? linesOf(answer.text) : [] };
}
const ndjson = (documents: unknown[]): string => documents.map((each) => `${JSON.stringify(each)}\n`).join("");
const read = async (id: string): Promise<Record<string, unknown>> =>
  JSON.parse((await inlet.call("GET", `/v1/documents/${id}?return_vectors=true`, { namespace })).text);
const count = async (): Promise<unknown> =>
  (await inlet.call("GET", "/v1/collections/talks/documents/count", { namespace })).body;
const document = (n: number) => ({ document_id: `doc_${n}`, metadata: { n }, vectors: { v: [n, 1] } });

it.each<[string, string, (documents: unknown[]) => string | Uint8Array, Record<string, string>]>([
  ["NDJSON", NDJSON, ndjson, {}],
  [
    "NDJSON with blank lines, \\r\\n, a byte order mark and no last newline",
    "application/jsonl",
    (all) => `\ufeff\r\n${all.map((each) => JSON.stringify(each)).join("\r\n \r\n")}`,
    {},
  ],
  ["an array", "application/json", (all) => JSON.stringify(all, null, 2), {}],
  ["an object", "application/json; charset=utf-8", (all) => ` { "documents" : ${JSON.stringify(all)} } `, {}],
  ["gzipped NDJSON", NDJSON, (all) => gzipSync(ndjson(all)), { "Content-Encoding": "gzip" }],
])("takes %s and answers each document in order, then the counts", async (_form, type, write, headers) => {
  const documents = [document(1), { metadata: { text: 'brackets ] } and "quotes\\"' } }, document(2)];
  const { lines, headers: answered } = await bulk(write(documents), type, headers);
  expect(answered.get("content-type")).toMatch(/^application\/x-ndjson/);
  expect(lines).toEqual([
    { index: 0, status: 200, document_id: "doc_1" },
    { index: 1, status: 200, document_id: expect.stringMatching(/^doc_[0-9a-f]{24}$/) },
    { index: 2, status: 200, document_id: "doc_2" },
    { summary: { received: 3, written: 3, refused: 0 }, complete: true },
  ]);
  expect(await read(String(lines[1]?.document_id))).toMatchObject(documents[1]?.metadata ?? {});
  expect(await read("doc_2")).toMatchObject({ n: 2, vectors: { v: [expect.closeTo(2, 5), expect.closeTo(1, 5)] } });
});

it("refuses each faulty document in its line, with its id where it can be read, and writes the others", async () => {
  const lines = [
    JSON.stringify(document(1)),
    '{"metadata": {"score": NaN}}',
    JSON.stringify({ ...document(2), colour: "red" }),
    JSON.stringify({ ...document(3), vectors: { v: null } }),
    JSON.stringify({ ...document(4), vectors: { v: [1, 2, 3] } }),
    JSON.stringify({ ...document(5), metadata: { text: "x".repeat(LIMIT) } }),
    "[]",
    JSON.stringify({ ...document(6), collection_id: "others" }),
    JSON.stringify({ ...document(7), vectors: { v: { indices: [1], values: [1] } } }),
    JSON.stringify(document(8)),
  ];
  const answer = await bulk(Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), Buffer.from([0x22, 0xff, 0x22])]));
  expect(answer.lines.map(({ status, document_id }) => [status, document_id])).toEqual([
    [200, "doc_1"],
    [400, undefined],
    [422, "doc_2"],
    [422, "doc_3"],
    [422, "doc_4"],
    [413, undefined],
    [422, undefined],
    [422, "doc_6"],
    [422, "doc_7"],
    [200, "doc_8"],
    [400, undefined],
    [undefined, undefined],
  ]);
  expect(answer.lines[3]?.error?.details?.errors).toMatchObject([{ path: "vectors.v" }]);
  expect(answer.lines[4]?.error).toMatchObject({
    code: "vector_mismatch",
    details: { name: "v", expected: 2, got: 3 },
  });
  expect(answer.lines.at(-1)).toEqual({ summary: { received: 11, written: 2, refused: 9 }, complete: true });
  expect(answer.text).not.toContain("xxxx");
  expect(await count()).toMatchObject({ count: 2 });
});

it("answers with refusals and counts alone when asked to", async () => {
  const { lines } = await bulk(ndjson([document(1), { x: 1 }, document(2)]), NDJSON, {}, "?results=errors");
  expect(lines).toMatchObject([{ index: 1, status: 422 }, { summary: { received: 3, written: 2, refused: 1 } }]);
});

it("takes the same documents again as the same ones, and refuses others under their ids", async () => {
  const bodies = [document(1), document(1), { ...document(1), metadata: { n: 9 } }, document(2)];
  const statuses = async () => (await bulk(ndjson(bodies))).lines.map(({ status }) => status);
  expect(await statuses()).toEqual([200, 200, 409, 200, undefined]);
  const made = (await read("doc_1"))["_internal"];
  expect(await statuses()).toEqual([200, 200, 409, 200, undefined]);
  expect((await read("doc_1"))["_internal"]).toEqual(made);
  expect(await count()).toMatchObject({ count: 2 });
});

it("gives documents without ids the same ones under the same Idempotency-Key", async () => {
  const body = ndjson([{ metadata: { n: 1 } }, { metadata: { n: 2 } }]);
  const first = await bulk(body, NDJSON, { "Idempotency-Key": "run-1" });
  const again = await bulk(body, NDJSON, { "Idempotency-Key": "run-1" });
  expect(again.lines).toEqual(first.lines);
  const other = await bulk(ndjson([{ metadata: { n: 3 } }]), NDJSON, { "Idempotency-Key": "run-1" });
  expect(other.lines[0]).toMatchObject({ status: 409 });
  expect(await count()).toMatchObject({ count: 2 });
});

it("derives lineage from parents that stand before in the stream", async () => {
  const parts = Array.from({ length: 300 }, (_, i) => ({
    document_id: `doc_part_${i}`,
    source_document_id: "doc_page",
  }));
  const { lines } = await bulk(ndjson([{ document_id: "doc_page", root_object_id: "obj_7" }, ...parts]));
  expect(lines.at(-1)).toMatchObject({ summary: { written: 301 } });
  for (const id of ["doc_part_0", "doc_part_299"]) {
    expect(await read(id)).toMatchObject({ _internal: { lineage: { root_object_id: "obj_7" } } });
  }
});

it("writes a stream that is longer than any buffer, and answers while it still comes", async () => {
  const { hostname, port } = new URL(inlet.url);
  const sent = request({
    hostname,
    port,
    path: BULK,
    agent: false,
    method: "POST",
    headers: { Authorization: `Bearer ${OPERATOR_KEY}`, "X-Namespace": namespace, "Content-Type": NDJSON },
  });
  const answered = once(sent, "response");
  const filler = "y".repeat(8_000);
  sent.write(ndjson([document(0)]));
  const [response] = await answered;
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(response, "data");
  expect(linesOf(text)).toEqual([{ index: 0, status: 200, document_id: "doc_0" }]);
  for (let n = 1; n < 6_000; n++) {
    if (!sent.write(ndjson([{ ...document(n), metadata: { n, filler } }]))) await once(sent, "drain");
  }
  sent.end();
  await once(response, "end");
  const lines = linesOf(text);
  expect(lines.map(({ index }) => index)).toEqual([...Array(6_000).keys(), undefined]);
  expect(lines.at(-1)).toEqual({ summary: { received: 6_000, written: 6_000, refused: 0 }, complete: true });
});

it.each<[string, string]>([
  ["an array that ends too early", '[{"document_id": "doc_1"}, {"document_id": "doc_2"'],
  ["something behind the array", '[{"document_id": "doc_1"}] x'],
  ["a second key", '{"documents": [{"document_id": "doc_1"}], "more": 1}'],
])("says in the last line that it could not read on: %s", async (_what, body) => {
  const { lines } = await bulk(body, "application/json");
  expect(lines[0]).toMatchObject({ status: 200, document_id: "doc_1" });
  expect(lines.at(-1)).toMatchObject({ complete: false, error: { message: expect.any(String) } });
});

it("answers counts of zero where there are no documents", async () => {
  for (const [body, type] of [
    ["[]", "application/json"],
    ['{"documents":[]}', "application/json"],
    ["\n", NDJSON],
  ] as const) {
    expect((await bulk(body, type)).lines).toEqual([
      { summary: { received: 0, written: 0, refused: 0 }, complete: true },
    ]);
  }
});

describe("refuses the request itself, and makes nothing:", () => {
  const line = ndjson([document(1)]);
  it.each<[string, number, unknown, string, Record<string, string>, string]>([
    ["another type", 415, line, "text/csv", {}, ""],
    ["another charset", 415, line, `${NDJSON}; charset=latin1`, {}, ""],
    ["an unknown encoding", 415, line, NDJSON, { "Content-Encoding": "zip" }, ""],
    ["what is not gzipped as gzip", 400, line, NDJSON, { "Content-Encoding": "gzip" }, ""],
    ["no body", 400, undefined, NDJSON, {}, ""],
    ["JSON that is neither array nor object", 400, "3", "application/json", {}, ""],
    ["another key", 422, '{"docs": []}', "application/json", {}, ""],
    ["documents that are no array", 422, '{"documents": {}}', "application/json", {}, ""],
    ["results of another kind", 422, line, NDJSON, {}, "?results=some"],
    ["an Idempotency-Key with a space", 422, line, NDJSON, { "Idempotency-Key": "a b" }, ""],
  ])("%s is %i", async (_what, status, body, type, headers, query) => {
    const answer = await bulk(body, type, headers, query);
    expect([answer.status, answer.body]).toEqual([status, expect.objectContaining({ success: false, status })]);
    expect((await inlet.call("GET", `/v1/namespaces/${namespace}`)).status).toBe(404);
  });

  it("no namespace, no key, and a collection's name that is none", async () => {
    const headers = { "Content-Type": NDJSON };
    expect((await inlet.call("POST", BULK, { body: line, headers })).status).toBe(400);
    expect((await inlet.call("POST", BULK, { namespace, key: null, body: line, headers })).status).toBe(401);
    const named = await inlet.call("POST", "/v1/collections/inlet_x/documents/bulk", {
      namespace,
      body: line,
      headers,
    });
    expect(named.status).toBe(422);
  });

  it("a namespace that may not be made is 404, however long the stream", async () => {
    const filler = "z".repeat(1_000);
    const strict = await startInlet(backend(), { INLET_AUTO_PROVISION: "false" });
    const headers = { "Content-Type": NDJSON };
    const body = ndjson(Array.from({ length: 20_000 }, (_, n) => ({ ...document(n), metadata: { n, filler } })));
    expect((await strict.call("POST", BULK, { namespace, body, headers })).status).toBe(404);
    await strict.close();
  });
});
