/** Qdrant stops, breaks or errs between Inlet and its data. */
import { backend, uniqueName } from "../support/backend";
import { type FaultProxy, type SeenRequest, startFaultProxy } from "../support/fault-proxy";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const direct = backend();
const qdrant = qdrantView(direct);
let proxy: FaultProxy;
let inlet: TestInlet;
const namespace = uniqueName("faults");

const behind = () => ({ ...direct, url: proxy.url });
const create = (document_id: string): Promise<InletAnswer> =>
  inlet.call("POST", "/v1/collections/talks/documents", { namespace, body: { document_id, vectors: { v: [1, 2] } } });
const isUpsertHere =
  (collection: string) =>
  ({ method, path }: SeenRequest): boolean =>
    method === "PUT" && path.startsWith(`/collections/${collection}/points?`);
const collectionOf = async (): Promise<string> => (await qdrant.aliases())[namespace] ?? "";

/** Asks until the answer is as wanted; each try waits for its answer, so nothing here measures time. */
async function until(ask: () => Promise<InletAnswer>, status: number): Promise<InletAnswer> {
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
  }
}

beforeAll(async () => {
  proxy = await startFaultProxy(direct.url);
  inlet = await startInlet(behind());
  expect((await create("doc_first")).status).toBe(200);
});
afterAll(async () => {
  await inlet.close();
  await proxy.close();
});

it("answers 503 with Retry-After while Qdrant is stopped, and recovers by itself", async () => {
  await proxy.stop();
  const answer = await create("doc_away");
  expect(answer.body).toMatchObject({ status: 503, error: { type: "service_unavailable" } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect((await inlet.call("GET", "/readyz", { key: null })).status).toBe(503);
  await proxy.start();
  await until(() => create("doc_away"), 200);
  await until(() => inlet.call("GET", "/readyz", { key: null }), 200);
});

it("writes once when a 500 is followed by success", async () => {
  const collection = await collectionOf();
  const before = await qdrant.countPoints(collection);
  proxy.seen.length = 0;
  proxy.fail(isUpsertHere(collection), { kind: "status", status: 500, text: "Service internal error: x" });
  expect((await create("doc_after_500")).status).toBe(200);
  expect(proxy.seen.filter(isUpsertHere(collection))).toHaveLength(2);
  expect(await qdrant.countPoints(collection)).toBe(before + 1);
});

it("writes once when the write was applied and then answered with 500", async () => {
  const collection = await collectionOf();
  const before = await qdrant.countPoints(collection);
  proxy.fail(isUpsertHere(collection), { kind: "applied-but", status: 500, text: "Service internal error: x" });
  expect((await create("doc_applied")).status).toBe(200);
  expect(await qdrant.countPoints(collection)).toBe(before + 1);
});

it("sends one upsert per write where nothing fails", async () => {
  const collection = await collectionOf();
  proxy.seen.length = 0;
  expect((await create("doc_once")).status).toBe(200);
  expect(proxy.seen.filter(isUpsertHere(collection))).toHaveLength(1);
});

const bulk = async (documents: unknown[]): Promise<{ index?: number; status?: number; summary?: unknown }[]> => {
  const body = documents.map((each) => JSON.stringify(each)).join("\n");
  const headers = { "Content-Type": "application/x-ndjson" };
  const { text } = await inlet.call("POST", "/v1/collections/talks/documents/bulk", { namespace, body, headers });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): { index?: number; status?: number } => JSON.parse(line));
};

it("sends a refused group again document by document, so that each line is true", async () => {
  const collection = await collectionOf();
  const documents = ["doc_bulk_a", "doc_bulk_b", "doc_bulk_c"].map((document_id) => ({
    document_id,
    vectors: { v: [1, 2] },
  }));
  proxy.fail(isUpsertHere(collection), { kind: "status", status: 400, text: "Wrong input: x" });
  proxy.fail(
    (request) =>
      isUpsertHere(collection)(request) && !request.body.includes("doc_bulk_a") && !request.body.includes("doc_bulk_c"),
    {
      kind: "status",
      status: 400,
      text: "Wrong input: y",
    },
  );
  const lines = await bulk(documents);
  expect(lines.map(({ status }) => status)).toEqual([200, expect.any(Number), 200, undefined]);
  expect(lines[1]?.status).toBeGreaterThanOrEqual(400);
  const read = await inlet.call("POST", "/v1/documents/batch-get", {
    namespace,
    body: { document_ids: documents.map(({ document_id }) => document_id) },
  });
  expect(read.body).toMatchObject({ not_found: ["doc_bulk_b"] });
});

it("writes documents without ids once, though others of their group and their own first write are refused", async () => {
  const collection = await collectionOf();
  const before = await qdrant.countPoints(collection);
  const refused = { status: 400, text: "Wrong input: x" };
  proxy.fail(isUpsertHere(collection), { kind: "applied-but", ...refused });
  proxy.fail(
    (request) => isUpsertHere(collection)(request) && request.body.includes("doc_other"),
    { kind: "status", ...refused },
    2,
  );
  const lines = await bulk([{ metadata: { n: 1 } }, { document_id: "doc_other" }, { metadata: { n: 2 } }]);
  expect(lines.map(({ status }) => status === 200)).toEqual([true, false, true, false]);
  expect(await qdrant.countPoints(collection)).toBe(before + 2);
});

it("refuses each line of a bulk request with 503 while Qdrant is stopped, and takes the same lines afterwards", async () => {
  const documents = Array.from({ length: 600 }, (_, n) => ({ document_id: `doc_line_${n}`, vectors: { v: [n, 2] } }));
  await proxy.stop();
  const away = await bulk(documents);
  expect(away.at(-1)).toMatchObject({ summary: { received: 600, written: 0, refused: 600 }, complete: true });
  expect(new Set(away.slice(0, -1).map(({ status }) => status))).toEqual(new Set([503]));
  await proxy.start();
  await until(() => create("doc_line_first"), 200);
  expect((await bulk(documents)).at(-1)).toMatchObject({ summary: { written: 600 } });
});

it("completes a namespace whose making was cut off before its indexes and alias, and shows nothing of it until then", async () => {
  const cut = uniqueName("halfmade");
  const write = (): Promise<InletAnswer> =>
    inlet.call("POST", "/v1/collections/talks/documents", { namespace: cut, body: {} });
  const isIndex = ({ method, path }: SeenRequest): boolean => method === "PUT" && /\/ns_[a-z0-9]+\/index\?/.test(path);
  proxy.fail(isIndex, { kind: "status", status: 400, text: "Wrong input: no" }, 7);
  expect((await write()).status).toBeGreaterThanOrEqual(400);
  expect(await qdrant.aliases()).not.toHaveProperty(cut);
  expect((await inlet.call("GET", `/v1/namespaces/${cut}`)).status).toBe(404);

  const other = await startInlet(direct);
  try {
    const answer = await other.call("POST", "/v1/collections/talks/documents", { namespace: cut, body: {} });
    expect(answer.status).toBe(200);
    const id = (await qdrant.aliases())[cut] ?? "";
    expect(answer.body).toMatchObject({ _internal: { namespace_id: id } });
    const info = (await qdrant.get(`/collections/${id}`)) as { payload_schema: object };
    expect(Object.keys(info.payload_schema)).toHaveLength(7);
  } finally {
    await other.close();
  }
});

it("starts without Qdrant, says so in /readyz, and serves once it is there", async () => {
  const late = await startFaultProxy(direct.url);
  await late.stop();
  const started = await startInlet({ ...direct, url: late.url });
  try {
    const away = await started.call("GET", "/readyz", { key: null });
    expect(away.status).toBe(503);
    expect((await started.call("GET", "/healthz", { key: null })).status).toBe(200);
    expect((await started.call("GET", `/v1/namespaces/${namespace}`)).status).toBe(503);
    await late.start();
    await until(() => started.call("GET", `/v1/namespaces/${namespace}`), 200);
  } finally {
    await started.close();
    await late.close();
  }
});

it("calls wrong credentials by their name in /readyz and in answers", async () => {
  proxy.fail(() => true, { kind: "status", status: 401, text: "Invalid API key or JWT" }, 2);
  expect((await inlet.call("GET", "/readyz", { key: null })).text).toContain("QDRANT_API_KEY");
  const answer = await inlet.call("GET", `/v1/namespaces/${namespace}/stats`);
  expect(answer.body).toMatchObject({ status: 503, error: { code: "qdrant_credentials" } });
});
