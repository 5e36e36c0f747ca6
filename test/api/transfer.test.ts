/** A namespace out of one Inlet and into another one over another Qdrant: every point with the same bits. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import fc from "fast-check";

import { pointIdOf } from "../../src/ids";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { exportOf, importInto, type Line, linesOf, NDJSON } from "../support/transfer";

let source: TestInlet;
let target: TestInlet;
let dataDir: string;
let name: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "inlet-transfer-"));
  source = await startInlet(backend());
  target = await startInlet({ dataDir });
});
beforeEach(() => {
  name = uniqueName("transfer");
});
afterAll(async () => {
  await Promise.all([source.close(), target.close()]);
  await rm(dataDir, { recursive: true, force: true });
});

type Json = Record<string, unknown>;

const exported = (inlet: TestInlet, namespace = name): Promise<string> => exportOf(inlet, namespace);
const imported = (inlet: TestInlet, body: string | Uint8Array, namespace = name, headers = {}): Promise<InletAnswer> =>
  importInto(inlet, namespace, body, headers);
const idOf = async (inlet: TestInlet): Promise<string> =>
  ((await inlet.call("GET", `/v1/namespaces/${name}`)).body as { namespace_id: string }).namespace_id;
const create = async (document: Json, collection = "talks"): Promise<Json> => {
  const answer = await source.call("POST", `/v1/collections/${collection}/documents`, {
    namespace: name,
    body: document,
  });
  expect(answer.status).toBe(200);
  return answer.body as Json;
};

/** Every point as Qdrant's own text has it, so that 1.0 and 1, 0.0 and -0.0 differ; without what names the place. */
async function pointsOf(inlet: TestInlet): Promise<string[]> {
  const { apiKey } = backend();
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined || inlet === target ? {} : { "api-key": apiKey }),
  };
  const body = JSON.stringify({ limit: 10_000, with_vector: true });
  const answer = await fetch(`${inlet.qdrantUrl}/collections/${await idOf(inlet)}/points/scroll`, {
    method: "POST",
    headers,
    body,
  });
  const points = (await answer.text()).split(/(?=\{"id":)/).slice(1);
  return points.map((point) =>
    point
      .replace(/"(internal_id|namespace_id)":"[^"]*"/g, '"$1":""')
      .replace(/\],"next_page_offset".*$/, "")
      .replace(/,$/, ""),
  );
}

const VECTORS = {
  cosine: { size: 3, distance: "Cosine", on_disk: true, hnsw_config: { m: 8 } },
  half: { size: 3, distance: "Cosine", datatype: "float16" },
  bytes: { size: 2, distance: "Dot", datatype: "uint8" },
  rows: { size: 2, distance: "Euclid", multivector_config: { comparator: "max_sim" } },
  cosine_rows: { size: 2, distance: "Cosine", multivector_config: { comparator: "max_sim" } },
  words: { sparse: { modifier: "idf" } },
};

/** -0 as a float32, which JSON.stringify can write. */
const NEGATIVE_ZERO = -1e-60;

const DOCUMENTS: Json[] = [
  { document_id: "doc_bare" },
  {
    document_id: "doc_all",
    metadata: {
      ["__proto__"]: { a: 1 },
      "a.b": 1,
      'with "quote"': [null, { x: [] }],
      é: "🙂",
      f: 0.1,
      g: 1e-7,
      h: 123456789.125,
      n: null,
    },
    source_type: "bucket",
    root_object_id: "obj_1",
    mime_type: "text/plain",
    features: [{ feature_extractor_id: "text_v1", payload: { lang: "de" }, vectors: { embedding: [5, -0.25, 1e-3] } }],
    vectors: {
      cosine: [10, 20, 30.5],
      half: [0.1, 7, -3],
      bytes: [0, 255],
      rows: [
        [1, 2],
        [3, 4],
      ],
      cosine_rows: [
        [3, 4],
        [0, 0],
        [-1, 1e-9],
      ],
      words: { indices: [7, 4_294_967_295, 0], values: [0.5, -2, 1e-30] },
    },
  },
  {
    document_id: "doc_zero",
    vectors: { cosine: [0, NEGATIVE_ZERO, 0], half: [0, 0, NEGATIVE_ZERO], rows: [[NEGATIVE_ZERO, 0]] },
  },
  {
    document_id: "doc_far",
    vectors: { cosine: [1e-5, 0, 0], rows: [[3.4e38, 1e-45]], words: { indices: [1], values: [1] } },
  },
];

async function fillSource(): Promise<void> {
  const body = {
    namespace_name: name,
    description: "Talks of the year",
    vectors: VECTORS,
    payload_indexes: [{ field_name: "lang", type: "keyword" }],
  };
  expect((await source.call("POST", "/v1/namespaces", { body })).status).toBe(200);
  const collection = { collection_name: "talks", description: "All of them", metadata: { year: 2024 } };
  expect((await source.call("POST", "/v1/collections", { namespace: name, body: collection })).status).toBe(200);
  for (const document of DOCUMENTS) await create(document);
  await create({ document_id: "doc_other", metadata: { n: 1 } }, "others");
}

it("brings every point over with the same bits, and what the namespace and its collections say of themselves", async () => {
  await fillSource();
  const text = await exported(source);
  const answer = await imported(target, text);
  expect(answer.body).toEqual({
    namespace_id: await idOf(target),
    namespace_name: name,
    collections: 2,
    imported: 5,
    failed: 0,
    skipped: 0,
    errors: [],
  });
  const points = await pointsOf(target);
  expect(points).toEqual(await pointsOf(source));
  expect(points.join()).toContain("[0.0,0.0,-0.0]");
  expect(points.join()).toContain('"__proto__":{"a":1}');
  const [before, after] = [
    await source.call("GET", `/v1/namespaces/${name}`),
    await target.call("GET", `/v1/namespaces/${name}`),
  ];
  const declared = ({ body }: InletAnswer): Json => {
    const { description, payload_indexes, vectors, document_count, collection_count } = body as Json;
    return { description, payload_indexes, vectors, document_count, collection_count };
  };
  expect(declared(after)).toEqual(declared(before));
  const talks = await target.call("GET", "/v1/collections/talks", { namespace: name });
  expect(talks.body).toMatchObject({ description: "All of them", metadata: { year: 2024 }, document_count: 4 });
  const read = { namespace: name };
  const path = "/v1/documents/doc_all?return_vectors=true";
  const [there, here] = [await source.call("GET", path, read), await target.call("GET", path, read)];
  expect((here.body as Json).vectors).toEqual((there.body as Json).vectors);
  expect(here.headers.get("etag")).toBe(there.headers.get("etag"));
  expect((here.body as Json)._internal).toMatchObject({ namespace_id: await idOf(target) });
});

it("gives the same file again after a round trip, and changes nothing when it is sent again", async () => {
  await fillSource();
  const withoutPlace = (text: string): string =>
    text
      .replace(/"exported_at":"[^"]*"/, '"exported_at":""')
      .replace(/"(internal_id|namespace_id)":"[^"]*"/g, '"$1":""');
  const text = await exported(source);
  await imported(target, text);
  const again = await exported(target);
  expect(linesOf(withoutPlace(again)).sort(byText)).toEqual(linesOf(withoutPlace(text)).sort(byText));
  const points = await pointsOf(target);
  expect((await imported(target, again)).body).toMatchObject({ imported: 5, failed: 0 });
  expect(await pointsOf(target)).toEqual(points);
  expect((await imported(source, gzipSync(again), name, { "Content-Encoding": "gzip" })).body).toMatchObject({
    imported: 5,
  });
  expect(await pointsOf(source)).toEqual(points);
});
const byText = (a: Line, b: Line): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

it("keeps any float32, in any datatype and under any distance", async () => {
  const finite = { noNaN: true, noDefaultInfinity: true };
  const row = (bound: number) =>
    fc.array(fc.float({ ...finite, min: Math.fround(-bound), max: Math.fround(bound) }), {
      minLength: 4,
      maxLength: 4,
    });
  const vectors = fc.record({
    plain: row(3.4e38),
    unit: row(1e18),
    half: row(65_000),
    half_unit: row(10),
    bytes: row(300),
    rows: fc.array(row(1e9), { minLength: 1, maxLength: 3 }),
    words: row(1e30).map((values) => ({ indices: [9, 1, 4_294_967_295, 0], values })),
  });
  const declared = {
    plain: { size: 4, distance: "Dot" },
    unit: { size: 4, distance: "Cosine" },
    half: { size: 4, distance: "Manhattan", datatype: "float16" },
    half_unit: { size: 4, distance: "Cosine", datatype: "float16" },
    bytes: { size: 4, distance: "Cosine", datatype: "uint8" },
    rows: { size: 4, distance: "Cosine", datatype: "float16", multivector_config: { comparator: "max_sim" } },
  };
  await source.call("POST", "/v1/namespaces", { body: { namespace_name: name, vectors: declared } });
  const documents = fc.sample(vectors, { numRuns: 300, seed: 5 }).map((each) => ({ vectors: each }));
  const body = documents.map((document) => `${JSON.stringify(document)}\n`).join("");
  const bulk = { namespace: name, body, headers: NDJSON };
  const made = await source.call("POST", "/v1/collections/any/documents/bulk?results=errors", bulk);
  expect(linesOf(made.text)).toMatchObject([{ summary: { written: 300, refused: 0 } }]);
  expect((await imported(target, await exported(source))).body).toMatchObject({ imported: 300, failed: 0, skipped: 0 });
  expect(await pointsOf(target)).toEqual(await pointsOf(source));
});

it("copies a namespace within one Qdrant, under another organisation too", async () => {
  await fillSource();
  const copy = uniqueName("copy");
  expect((await imported(source, await exported(source), copy)).body).toMatchObject({ imported: 5, failed: 0 });
  const made = await source.call("POST", "/v1/organizations", {
    body: { organization_name: "Other", user_email: "other@example.org" },
  });
  const { organization_id, api_key } = made.body as { organization_id: string; api_key: { key: string } };
  const theirs = { key: api_key.key, namespace: copy };
  expect((await source.call("POST", `/v1/namespaces/${copy}/export`, theirs)).status).toBe(404);
  const sent = { ...theirs, body: await exported(source, copy), headers: NDJSON };
  expect((await source.call("POST", `/v1/namespaces/${copy}/import`, sent)).body).toMatchObject({ imported: 5 });
  const read = await source.call("GET", "/v1/documents/doc_all", theirs);
  expect(read.body).toMatchObject({ _internal: { internal_id: organization_id } });
  expect((await source.call("GET", `/v1/namespaces/${copy}`)).body).toMatchObject({ document_count: 5 });
});

it("replaces documents that are there, leaves the others, and adds the vectors that are missing as the file has them", async () => {
  await fillSource();
  const write = (document: Json): Promise<InletAnswer> =>
    target.call("POST", "/v1/collections/own/documents", { namespace: name, body: document });
  await write({ document_id: "doc_mine", vectors: { mine: [1, 2] } });
  await imported(target, await exported(source));
  const patch = { namespace: name, body: { metadata: { n: 2, more: true } } };
  expect((await target.call("PATCH", "/v1/documents/doc_other", patch)).status).toBe(200);
  expect((await imported(target, await exported(source))).body).toMatchObject({ imported: 5, failed: 0 });
  const other = (await target.call("GET", "/v1/documents/doc_other", { namespace: name })).body;
  expect(other).toMatchObject({ n: 1 });
  expect(other).not.toHaveProperty("more");
  expect((await target.call("GET", "/v1/documents/doc_mine", { namespace: name })).status).toBe(200);
  const info = await (await fetch(`${target.qdrantUrl}/collections/${await idOf(target)}`)).json();
  expect(info).toMatchObject({
    result: {
      config: {
        params: {
          vectors: {
            mine: { size: 2, distance: "Cosine" },
            half: { size: 3, distance: "Cosine", datatype: "float16" },
            rows: { size: 2, distance: "Euclid", multivector_config: { comparator: "max_sim" } },
            text_v1_embedding: { size: 3, distance: "Cosine" },
          },
          sparse_vectors: { words: { modifier: "idf" } },
        },
      },
    },
  });
});

it("writes a document that the file has twice as it stands there last", async () => {
  await fillSource();
  const lines = (await exported(source)).trimEnd().split("\n");
  const at = lines.findIndex((line) => line.includes('"document_id":"doc_other"'));
  const later = (lines[at] ?? "").replace('"n":1', '"n":3');
  const end = JSON.stringify({ ...JSON.parse(lines.pop() ?? ""), documents: 6 });
  expect((await imported(target, [...lines, later, end].join("\n"))).body).toMatchObject({ imported: 6, failed: 0 });
  expect((await target.call("GET", "/v1/documents/doc_other", { namespace: name })).body).toMatchObject({ n: 3 });
});

it("leaves out, with the reason, points that are no documents or can't be kept exactly", async () => {
  const half = { size: 1, distance: "Dot", datatype: "float16" };
  await source.call("POST", "/v1/namespaces", { body: { namespace_name: name, vectors: { half } } });
  await create({ document_id: "doc_whole", metadata: { n: 1 } });
  await create({ document_id: "doc_infinite", vectors: { half: [1e6] } });
  const { apiKey } = backend();
  const { collection_id } = (await source.call("GET", "/v1/documents/doc_whole", { namespace: name })).body as Json;
  const id = pointIdOf("doc_large");
  const points = [
    `{"id": 5, "vector": {}, "payload": {"document_id": "doc_numbered", "collection_id": "${String(collection_id)}"}}`,
    `{"id": "${id}", "vector": {}, "payload": {"document_id": "doc_large", "collection_id": "${String(collection_id)}", "n": 9007199254740993}}`,
    `{"id": "${pointIdOf("doc_lost")}", "vector": {}, "payload": {"document_id": "doc_lost", "collection_id": "col_gone"}}`,
  ];
  const url = `${source.qdrantUrl}/collections/${await idOf(source)}/points?wait=true`;
  const headers = { "content-type": "application/json", ...(apiKey === undefined ? {} : { "api-key": apiKey }) };
  const put = await fetch(url, { method: "PUT", headers, body: `{"points": [${points.join()}]}` });
  expect(put.status).toBe(200);
  const text = await exported(source);
  const skipped = linesOf(text).filter(({ type }) => type === "skipped");
  expect(skipped).toHaveLength(4);
  expect(skipped).toEqual(
    expect.arrayContaining([
      { type: "skipped", id: "5", document_id: "doc_numbered", reason: expect.stringContaining("UUIDv5") },
      {
        type: "skipped",
        id: pointIdOf("doc_infinite"),
        document_id: "doc_infinite",
        reason: expect.stringContaining("vectors.half[0]"),
      },
      { type: "skipped", id, document_id: "doc_large", reason: expect.stringContaining("payload.n") },
      {
        type: "skipped",
        id: pointIdOf("doc_lost"),
        document_id: "doc_lost",
        reason: expect.stringContaining("col_gone"),
      },
    ]),
  );
  expect(linesOf(text).at(-1)).toEqual({ type: "end", collections: 1, documents: 1, skipped: 4 });
  expect((await imported(target, text)).body).toMatchObject({ imported: 1, failed: 0, skipped: 4 });
});

it("brings an empty namespace over with its declarations", async () => {
  await source.call("POST", "/v1/namespaces", { body: { namespace_name: name, vectors: VECTORS } });
  const text = await exported(source);
  expect(linesOf(text).map(({ type }) => type)).toEqual(["header", "end"]);
  expect((await imported(target, text)).body).toMatchObject({ imported: 0, collections: 0 });
  expect(linesOf(await exported(target))[0]).toMatchObject({ vectors: VECTORS, settings: { vectors: VECTORS } });
});

describe("a key", () => {
  const keyWith = async (body: Json): Promise<string> => {
    const path = "/v1/organizations/users/transfer@example.org/api-keys";
    const answer = await source.call("POST", path, { body: { name: uniqueName("key"), ...body } });
    return (answer.body as { key: string }).key;
  };
  const statuses = async (key: string, namespace = name): Promise<number[]> => {
    const text = await exported(source);
    const read = await source.call("POST", `/v1/namespaces/${namespace}/export`, { key });
    const write = await source.call("POST", `/v1/namespaces/${namespace}/import`, { key, body: text, headers: NDJSON });
    return [read.status, write.status];
  };

  it.each([
    ["read", [200, 403]],
    ["write", [403, 200]],
    ["delete", [403, 403]],
    ["admin", [200, 200]],
  ])("with the permission %s may export and import: %j", async (permission, expected) => {
    await create({});
    expect(await statuses(await keyWith({ permissions: [permission] }))).toEqual(expected);
  });

  it("that is bound to a namespace may do so there, as its operations say, and nowhere else", async () => {
    await create({});
    const here = { resource_type: "namespace", resource_id: name };
    expect(await statuses(await keyWith({ scopes: [here] }))).toEqual([200, 200]);
    expect(await statuses(await keyWith({ scopes: [{ ...here, operations: ["read_data"] }] }))).toEqual([200, 403]);
    const elsewhere = { resource_type: "namespace", resource_id: uniqueName("elsewhere") };
    expect(await statuses(await keyWith({ scopes: [elsewhere] }))).toEqual([403, 403]);
    expect(await statuses(await keyWith({ scopes: [here] }), uniqueName("fresh"))).toEqual([403, 403]);
  });
});
