/** What an import refuses: files that are not whole or not of the format, files that contradict the namespace, documents that
 *  are none. A file that is refused at once leaves nothing behind. */
import { gzipSync } from "node:zlib";

import { pointIdOf } from "../../../src/ids";
import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../../support/inlet";

type Json = Record<string, unknown>;
const NDJSON = "application/x-ndjson";
let inlet: TestInlet;
let name: string;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
beforeEach(() => {
  name = uniqueName("imported");
});
afterAll(() => inlet.close());

const HEADER = {
  type: "header",
  format: "inlet.namespace",
  version: 1,
  exported_at: "2024-02-29T10:49:00.000Z",
  namespace: { namespace_id: "ns_elsewhere", namespace_name: "elsewhere" },
  settings: {},
  vectors: { v: { size: 2, distance: "Cosine" }, words: { sparse: { modifier: "idf" } } },
};
const COLLECTION = { type: "collection", collection_id: "col_talks", collection_name: "talks" };
const SKIPPED = { type: "skipped", id: "5", reason: "It is none." };
const end = (documents: number, changes: Json = {}): Json => ({
  type: "end",
  collections: 1,
  documents,
  skipped: 0,
  ...changes,
});

interface Payload extends Json {
  document_id: string;
  collection_id: string;
}
const internal = (id: string, changes: Json = {}): Json => ({
  document_id: id,
  collection_id: "col_talks",
  internal_id: "org_x",
  namespace_id: "ns_x",
  created_at: "2024-02-29T10:49:00.000Z",
  updated_at: "2024-02-29T10:49:00.000Z",
  ...changes,
});
const payload = (id: string, changes: Json = {}): Payload => ({
  n: 1,
  document_id: id,
  collection_id: "col_talks",
  _internal: internal(id),
  ...changes,
});
const document = (id: string, changes: Json = {}): Json => ({
  type: "document",
  id: pointIdOf(id),
  payload: payload(id),
  vectors: { v: [0.6, 0.8] },
  ...changes,
});

const file = (...lines: (Json | string)[]): string =>
  lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
const send = (body: string | Uint8Array, type = NDJSON, headers: Record<string, string> = {}): Promise<InletAnswer> =>
  inlet.call("POST", `/v1/namespaces/${name}/import`, { body, headers: { "Content-Type": type, ...headers } });
const statusOfNamespace = async (): Promise<number> => (await inlet.call("GET", `/v1/namespaces/${name}`)).status;
const read = async (id: string): Promise<InletAnswer> => inlet.call("GET", `/v1/documents/${id}`, { namespace: name });

describe("a body that is no file of the format makes nothing", () => {
  it.each<[string, string | Uint8Array, number, Json]>([
    ["is empty", "", 400, { code: "missing_body" }],
    ["has blank lines alone", "\n \r\n", 422, { code: "missing_header" }],
    [
      "has no header",
      file(COLLECTION, end(0)),
      422,
      { code: "missing_header", message: expect.stringMatching(/^Line 1:/) },
    ],
    ["is a header alone", file(HEADER), 422, { code: "missing_end" }],
    [
      "has two headers",
      file(HEADER, HEADER),
      422,
      { code: "second_header", message: expect.stringMatching(/^Line 2:/) },
    ],
    [
      "is of a later version",
      file({ ...HEADER, version: 2 }),
      422,
      { code: "unsupported_version", details: { version: 2, supported: 1 } },
    ],
    ["is no JSON", "{", 400, { code: "invalid_json", details: { line: 1, offset: 1 } }],
    ["is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), 400, { code: "invalid_json" }],
    ["is an array", "[]", 422, { details: { errors: [{ path: "type" }] } }],
    ["is null", "null", 422, { details: { errors: [{ path: "type" }] } }],
    [
      "has a line of a type that is none",
      file(HEADER, { type: "point" }),
      422,
      { details: { line: 2, errors: [{ path: "type" }] } },
    ],
    ["breaks off after its header", `${file(HEADER)}{"type":"coll`, 400, { details: { line: 2 } }],
    ["has a line after its end", file(HEADER, end(0, { collections: 0 }), SKIPPED), 422, { code: "lines_after_end" }],
    [
      "counts what it has not",
      file(HEADER, SKIPPED, end(0, { collections: 2, documents: 1 })),
      422,
      {
        code: "wrong_counts",
        details: { line: 3, errors: [{ path: "collections" }, { path: "documents" }, { path: "skipped" }] },
      },
    ],
    [
      "is of an export that failed",
      file(HEADER, { type: "error", status: 503, error: { message: "Qdrant is away.", type: "service_unavailable" } }),
      422,
      {
        code: "failed_export",
        message: expect.stringContaining("Qdrant is away."),
      },
    ],
  ])("which %s", async (_what, body, status, error) => {
    expect((await send(body)).body).toMatchObject({ status, error });
    expect(await statusOfNamespace()).toBe(404);
  });

  it.each([["application/json"], ["text/csv"], ["application/x-ndjson; charset=latin1"]])(
    "as %s: 415",
    async (type) => {
      expect((await send(file(HEADER, COLLECTION, end(0)), type)).status).toBe(415);
      expect(await statusOfNamespace()).toBe(404);
    },
  );

  it("with a line of more than 32 MiB: 413 with the line and the limit", async () => {
    const answer = await send(file(HEADER, { ...document("doc_1"), padding: "x".repeat(33 * 1024 * 1024) }));
    expect(answer.body).toMatchObject({
      status: 413,
      error: { code: "line_too_long", details: { line: 2, limit_bytes: 33_554_432 } },
    });
    expect(await statusOfNamespace()).toBe(404);
  });
});

it.each<[string, Json, string]>([
  ["of another format", { format: "csv" }, "format"],
  ["whose version is a text", { version: "1" }, "version"],
  ["without settings", { settings: undefined }, "settings"],
  ["with an unknown field", { colour: "red" }, "colour"],
  ["with a time that is none", { exported_at: "2024-02-30T10:49:00Z" }, "exported_at"],
  ["with no vectors", { vectors: null }, "vectors"],
  ["with a vector of no size", { vectors: { v: { distance: "Cosine" } } }, "vectors.v"],
  ["with a vector of size 0", { vectors: { v: { size: 0, distance: "Cosine" } } }, "vectors.v.size"],
  ["with a distance that is none", { vectors: { v: { size: 2, distance: "cosine" } } }, "vectors.v.distance"],
  [
    "with a datatype that is none",
    { vectors: { v: { size: 2, distance: "Dot", datatype: "float64" } } },
    "vectors.v.datatype",
  ],
  ["with a modifier that is none", { vectors: { v: { sparse: { modifier: "bm25" } } } }, "vectors.v.sparse.modifier"],
  [
    "that declares an index of no type",
    { settings: { payload_indexes: [{ field_name: "x", type: "number" }] } },
    "settings.payload_indexes[0].type",
  ],
  ["that declares a vector of size 0", { settings: { vectors: { v: { size: 0 } } } }, "settings.vectors.v"],
  ["with an unknown setting", { settings: { ttl_seconds: 60 } }, "settings.ttl_seconds"],
])("refuses a header %s with the path, and makes nothing", async (_what, changes, path) => {
  const answer = await send(file({ ...HEADER, ...changes }, COLLECTION, end(0)));
  expect(answer.body).toMatchObject({ status: 422, error: { details: { line: 1 } } });
  expect(answer.text).toContain(JSON.stringify(path).slice(0, -1));
  expect(await statusOfNamespace()).toBe(404);
});

it.each<[string, Json]>([
  ["no id", { collection_id: undefined }],
  ["an id that is none", { collection_id: "talks" }],
  ["a name that is none", { collection_name: "a/b" }],
  ["an id of others as its name", { collection_name: "ns_x" }],
  ["an unknown field", { colour: "red" }],
  ["metadata that are none", { metadata: 5 }],
])("refuses a collection with %s", async (_what, changes) => {
  const answer = await send(file(HEADER, { ...COLLECTION, ...changes }, end(0)));
  expect(answer.body).toMatchObject({ status: 422, error: { details: { line: 2 } } });
});

describe("vectors that contradict the namespace", () => {
  it.each<[string, Json]>([
    ["size", { size: 3, distance: "Cosine" }],
    ["distance", { size: 2, distance: "Dot" }],
    ["datatype", { size: 2, distance: "Cosine", datatype: "float16" }],
    ["number of rows", { size: 2, distance: "Cosine", multivector_config: { comparator: "max_sim" } }],
    ["kind", { sparse: {} }],
  ])("by their %s are refused by name, before anything is written", async (_what, params) => {
    const body = { namespace_name: name, vectors: { v: { size: 2, distance: "Cosine" } } };
    expect((await inlet.call("POST", "/v1/namespaces", { body })).status).toBe(200);
    const vectors = { other: { size: 2, distance: "Dot" }, v: params };
    const answer = await send(file({ ...HEADER, vectors }, COLLECTION, document("doc_1"), end(1)));
    expect(answer.body).toMatchObject({
      status: 422,
      error: { code: "vector_mismatch", details: { name: "v", line: 1 } },
    });
    const info = await inlet.call("GET", `/v1/namespaces/${name}`);
    expect(info.body).toMatchObject({ collection_count: 0, document_count: 0 });
    expect((await inlet.call("POST", `/v1/namespaces/${name}/export`)).text).not.toContain('"other"');
  });

  it("by a modifier are refused", async () => {
    const body = { namespace_name: name, vectors: { words: { sparse: {} } } };
    await inlet.call("POST", "/v1/namespaces", { body });
    expect((await send(file(HEADER, COLLECTION, end(0)))).body).toMatchObject({
      status: 422,
      error: { code: "vector_mismatch", details: { name: "words" } },
    });
  });

  it("by the file's own declarations are refused, and make no namespace", async () => {
    const settings = { vectors: { v: { size: 3, distance: "Cosine" } } };
    const answer = await send(file({ ...HEADER, settings }, COLLECTION, end(0)));
    expect(answer.body).toMatchObject({ status: 422, error: { code: "vector_mismatch", details: { name: "v" } } });
    expect(await statusOfNamespace()).toBe(404);
  });

  it("in a line of their own are refused where that line stands", async () => {
    const vector = { type: "vector", name: "v", params: { size: 3, distance: "Cosine" } };
    const answer = await send(file(HEADER, COLLECTION, document("doc_1"), vector, end(1)));
    expect(answer.body).toMatchObject({
      status: 422,
      error: { code: "vector_mismatch", details: { line: 4, progress: { failed: 0 } } },
    });
  });
});

it.each([
  ["its name", { collection_id: "col_other" }, "name_taken"],
  ["its id", { collection_name: "others" }, "id_taken"],
])("refuses a collection of which the namespace has %s otherwise", async (_what, changes, code) => {
  expect((await send(file(HEADER, COLLECTION, end(0)))).status).toBe(200);
  const answer = await send(file(HEADER, { ...COLLECTION, ...changes }, document("doc_1"), end(1)));
  expect(answer.body).toMatchObject({ status: 409, error: { code, details: { line: 2 } } });
  expect((await read("doc_1")).status).toBe(404);
});

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

it("refuses each document that is none with its line's number and its id, and writes the others", async () => {
  const bad: [string, Json, RegExp][] = [
    ["doc_point", { id: pointIdOf("doc_another") }, /^id is not the UUIDv5/],
    ["doc_upper", { id: pointIdOf("doc_upper").toUpperCase() }, /^id is not the UUIDv5/],
    ["doc_number", { id: 5 }, /^id must be a string/],
    ["doc_extra", { colour: "red" }, /^colour is not a known field/],
    ["doc_inner", { payload: payload("doc_inner", { _internal: internal("doc_x") }) }, /_internal\.document_id/],
    [
      "doc_place",
      { payload: payload("doc_place", { _internal: internal("doc_place", { collection_id: "col_x" }) }) },
      /_internal\.collection_id/,
    ],
    ["doc_where", { payload: payload("doc_where", { collection_id: "col_x" }) }, /col_x, which is none/],
    [
      "doc_half_system",
      { payload: payload("doc_half_system", { _internal: {} }) },
      /_internal\.document_id is required/,
    ],
    ["doc_system", { payload: payload("doc_system", { _internal: 5 }) }, /_internal must be an object/],
    [
      "doc_time",
      { payload: payload("doc_time", { _internal: internal("doc_time", { updated_at: "today" }) }) },
      /updated_at must be/,
    ],
    ["doc_large", { payload: payload("doc_large", { x: 2 ** 53 }) }, /payload\.x is a whole number beyond/],
    ["doc_half", { payload: payload("doc_half", { x: "\ud800" }) }, /lone surrogate/],
    ["doc_deep", { payload: payload("doc_deep", { x: nested(101) }) }, /nested deeper than 100/],
    ["doc_names", { vectors: { w: [1, 2] } }, /vectors\.w is no vector of the namespace/],
    ["doc_size", { vectors: { v: [1, 2, 3] } }, /dense of size 3/],
    ["doc_rows", { vectors: { v: [[1, 2]] } }, /multi-dense of size 2/],
    ["doc_kind", { vectors: { words: [1, 2] } }, /dense of size 2/],
    ["doc_empty", { vectors: { v: [] } }, /empty vector/],
    ["doc_null", { vectors: { v: [null, 1] } }, /must be a number, not null/],
    ["doc_wide", { vectors: { v: [1e39, 1] } }, /does not fit a float32/],
    ["doc_twice", { vectors: { words: { indices: [1, 1], values: [1, 2] } } }, /repeats the index 1/],
    ["doc_list", { vectors: [1, 2] }, /^vectors must be an object/],
  ];
  const lines = bad.map(([id, changes]) => document(id, changes));
  const nameless = { type: "document", id: pointIdOf("doc_1"), payload: { collection_id: "col_talks" }, vectors: {} };
  const all = [document("doc_first"), ...lines, nameless, document("doc_last")];
  const answer = await send(file(HEADER, COLLECTION, ...all, end(all.length)));
  expect(answer.body).toMatchObject({ imported: 2, failed: bad.length + 1 });
  const { errors } = answer.body as { errors: { line: number; document_id?: string; message: string }[] };
  expect(errors).toEqual([
    ...bad.map(([id, , message], index) => ({
      line: index + 4,
      document_id: id,
      message: expect.stringMatching(message),
    })),
    { line: bad.length + 4, message: expect.stringContaining("payload.document_id is required") },
  ]);
  expect([(await read("doc_first")).status, (await read("doc_last")).status]).toEqual([200, 200]);
  expect((await inlet.call("GET", `/v1/namespaces/${name}`)).body).toMatchObject({ document_count: 2 });
});

it("tells the one document of a group that Qdrant alone refuses", async () => {
  const deep = payload("doc_deep", { _internal: internal("doc_deep", { x: nested(130) }) });
  const all = [document("doc_1"), document("doc_deep", { payload: deep }), document("doc_2")];
  expect((await send(file(HEADER, COLLECTION, ...all, end(3)))).body).toMatchObject({
    imported: 2,
    failed: 1,
    errors: [{ line: 4, document_id: "doc_deep" }],
  });
});

it("counts every refusal and names the first hundred", async () => {
  const all = Array.from({ length: 150 }, (_, n) => document(`doc_${n}`, { id: "none" }));
  const { body } = await send(file(HEADER, COLLECTION, ...all, end(150)));
  expect(body).toMatchObject({ imported: 0, failed: 150 });
  expect((body as { errors: unknown[] }).errors).toHaveLength(100);
});

it.each<[string, (whole: string) => string | Uint8Array, Record<string, string>]>([
  ["has lost its end", (whole) => whole.slice(0, whole.lastIndexOf('{"type":"end"')), {}],
  ["breaks off within a line", (whole) => whole.slice(0, -20), {}],
  ["has a damaged line", (whole) => whole.replace('{"type":"end"', '{"type":end'), {}],
  ["was cut off while it was packed", (whole) => gzipSync(whole).subarray(0, -30), { "Content-Encoding": "gzip" }],
])(
  "says of a file that %s how far it came; the whole file sent again completes it",
  async (_what, damaged, headers) => {
    const whole = file(HEADER, COLLECTION, document("doc_1"), document("doc_2", { id: "none" }), end(2));
    const answer = await send(damaged(whole), NDJSON, headers);
    expect([400, 422]).toContain(answer.status);
    if (!("Content-Encoding" in headers)) {
      expect(answer.body).toMatchObject({
        error: {
          details: {
            progress: { imported: expect.any(Number), failed: 1, errors: [{ line: 4, document_id: "doc_2" }] },
          },
        },
      });
    }
    expect((await send(whole)).body).toMatchObject({ imported: 1, failed: 1 });
    expect((await read("doc_1")).status).toBe(200);
  },
);

it("makes no namespace where first writes make none", async () => {
  const strict = await startInlet(backend(), { INLET_AUTO_PROVISION: "false" });
  try {
    const sent = { body: file(HEADER, COLLECTION, end(0)), headers: { "Content-Type": NDJSON } };
    expect((await strict.call("POST", `/v1/namespaces/${name}/import`, sent)).status).toBe(404);
    expect(await statusOfNamespace()).toBe(404);
    await strict.call("POST", "/v1/namespaces", { body: { namespace_name: name } });
    expect((await strict.call("POST", `/v1/namespaces/${name}/import`, sent)).body).toMatchObject({ collections: 1 });
  } finally {
    await strict.close();
  }
});

it.each(["export", "import"])("refuses the %s of what is no name, and of what is not there", async (verb) => {
  const call = (namespace: string): Promise<InletAnswer> =>
    inlet.call("POST", `/v1/namespaces/${namespace}/${verb}`, {
      ...(verb === "import" ? { body: file(HEADER, COLLECTION, end(0)), headers: { "Content-Type": NDJSON } } : {}),
    });
  for (const bad of ["a%2Fb", "org_x", "__proto__", "x".repeat(65)]) {
    expect((await call(bad)).body).toMatchObject({ status: 422, error: { type: "validation_error" } });
  }
  if (verb === "export") expect((await call(name)).body).toMatchObject({ status: 404 });
  expect((await inlet.call("GET", `/v1/namespaces/${name}/${verb}`)).headers.get("allow")).toBe("POST");
});
