/** A namespace out of one Inlet and into another one over another Qdrant: every point with the same bits. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";

const NDJSON = { "Content-Type": "application/x-ndjson" };
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
interface Line extends Json {
  type: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
const exported = async (inlet: TestInlet, namespace = name): Promise<string> =>
  (await inlet.call("POST", `/v1/namespaces/${namespace}/export`)).text;
const imported = (inlet: TestInlet, body: string | Uint8Array, namespace = name, headers = {}): Promise<InletAnswer> =>
  inlet.call("POST", `/v1/namespaces/${namespace}/import`, { body, headers: { ...NDJSON, ...headers } });
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

const DOCUMENTS: Json[] = [
  { document_id: "doc_bare" },
  {
    document_id: "doc_all",
    metadata: { "a.b": 1, 'with "quote"': [null, { x: [] }], é: "🙂", f: 0.1, g: 1e-7, h: 123456789.125, n: null },
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
  { document_id: "doc_zero", vectors: { cosine: [0, -0, 0], half: [0, 0, -0], rows: [[-0, 0]] } },
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
  expect(await pointsOf(target)).toEqual(await pointsOf(source));
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
