/** Qdrant fails in the middle of an export or an import. */
import { backend, uniqueName } from "../support/backend";
import { type FaultProxy, type SeenRequest, startFaultProxy } from "../support/fault-proxy";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const NDJSON = { "Content-Type": "application/x-ndjson" };
const COUNT = 600;
const direct = backend();
const qdrant = qdrantView(direct);
const namespace = uniqueName("moved");
/** An answer that is final: nothing sends the call again. */
const FORBIDDEN = { kind: "status", status: 403, text: "Forbidden: x" } as const;
let proxy: FaultProxy;
let inlet: TestInlet;
let whole: string;

const exported = (): Promise<InletAnswer> => inlet.call("POST", `/v1/namespaces/${namespace}/export`);
const imported = (name: string, body = whole): Promise<InletAnswer> =>
  inlet.call("POST", `/v1/namespaces/${name}/import`, { body, headers: NDJSON });
const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").pop() ?? "");
const isUpsert = ({ method, path }: SeenRequest): boolean =>
  method === "PUT" && /^\/collections\/ns_\w+\/points\?/.test(path);

beforeAll(async () => {
  proxy = await startFaultProxy(direct.url);
  inlet = await startInlet({ ...direct, url: proxy.url });
  const documents = Array.from(
    { length: COUNT },
    (_, n) => `{"document_id": "doc_${n}", "vectors": {"v": [${n}, 1]}}\n`,
  );
  const bulk = { namespace, body: documents.join(""), headers: NDJSON };
  expect((await inlet.call("POST", "/v1/collections/talks/documents/bulk", bulk)).status).toBe(200);
  whole = (await exported()).text;
  expect(lastLine(whole)).toEqual({ type: "end", collections: 1, documents: COUNT, skipped: 0 });
});
afterAll(async () => {
  await inlet.close();
  await proxy.close();
});

it("ends an export with a line that says why, and no import takes it for a whole one", async () => {
  const isLaterPage = ({ path, body }: SeenRequest): boolean =>
    path.endsWith("/points/scroll") && body.includes('"offset"');
  proxy.fail(isLaterPage, FORBIDDEN);
  const { status, text } = await exported();
  expect(status).toBe(200);
  expect(lastLine(text)).toMatchObject({ type: "error", status: 503, error: { type: "service_unavailable" } });
  expect(text).not.toContain('"type":"end"');
  const answer = await imported(uniqueName("half"), text);
  expect(answer.body).toMatchObject({ status: 422, error: { code: "failed_export" } });
});

it("answers an export that can't begin with an error", async () => {
  proxy.fail(({ method, path }) => method === "GET" && path.startsWith("/collections/ns_"), FORBIDDEN);
  expect((await exported()).body).toMatchObject({ status: 503, error: { code: "qdrant_credentials" } });
});

it("writes groups that Qdrant has acknowledged, each once, also when one is answered with 500 first", async () => {
  proxy.seen.length = 0;
  proxy.fail(isUpsert, { kind: "applied-but", status: 500, text: "Service internal error: x" });
  const name = uniqueName("retried");
  expect((await imported(name)).body).toMatchObject({ imported: COUNT, failed: 0 });
  const upserts = proxy.seen.filter(isUpsert);
  expect(upserts).toHaveLength(3);
  for (const { path } of upserts) expect(path).toMatch(/wait=true.*ordering=strong|ordering=strong.*wait=true/);
  expect(await qdrant.countPoints(name)).toBe(COUNT);
});

it("says how far an import came that Qdrant has ended, and completes it when it is sent again", async () => {
  const name = uniqueName("ended");
  const isSecond = (request: SeenRequest): boolean => isUpsert(request) && proxy.seen.filter(isUpsert).length > 1;
  proxy.seen.length = 0;
  proxy.fail(isSecond, FORBIDDEN);
  expect((await imported(name)).body).toMatchObject({
    status: 503,
    error: { type: "service_unavailable", details: { progress: { imported: 512, failed: 0 } } },
  });
  expect(await qdrant.countPoints(name)).toBe(512);
  expect((await imported(name)).body).toMatchObject({ imported: COUNT, failed: 0 });
  expect(await qdrant.countPoints(name)).toBe(COUNT);
});
