/** What every call refuses in the same way, whatever it is about. */
import { gzipSync } from "node:zlib";

import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("badinput");
const documents = "/v1/collections/talks/documents";
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend(), { INLET_BODY_LIMIT: "64kb" });
});
afterAll(() => inlet.close());

const create = (request: InletRequest): Promise<InletAnswer> =>
  inlet.call("POST", documents, { namespace, body: { metadata: {} }, ...request });

function expectRefusal(answer: InletAnswer, status: number, type: string): void {
  expect(answer.body).toMatchObject({ success: false, status, error: { type, message: expect.any(String) } });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d+/);
}

describe("the key", () => {
  it.each([
    ["none", null, "missing_api_key"],
    ["one that no one has", "sk_nobody_has_this_key", "unknown_api_key"],
    ["another scheme's token", "Zm9vOmJhcg==", "malformed_api_key"],
    ["one with a blank in it", "sk_with blank", "malformed_api_key"],
  ])("refuses %s with 401", async (_name, key, code) => {
    const answer = await create({ key });
    expectRefusal(answer, 401, "authentication_error");
    expect(answer.body).toMatchObject({ error: { code } });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
  });

  it("is asked for before the body is looked at, and before a route is known to be none", async () => {
    expectRefusal(await create({ key: null, body: "not json" }), 401, "authentication_error");
    expectRefusal(await inlet.call("GET", "/v1/nothing", { key: null }), 401, "authentication_error");
  });
});

describe("the namespace", () => {
  it("is needed, and its absence comes in one answer with the body's faults", async () => {
    const answer = await inlet.call("POST", documents, { body: { metadata: 3 } });
    expectRefusal(answer, 400, "bad_request");
    expect(answer.body).toMatchObject({
      error: { details: { errors: [{ path: "X-Namespace", location: "header" }, { path: "metadata" }] } },
    });
  });
});

describe("the body", () => {
  it("that is not JSON is 400 with the offset and the text around it", async () => {
    const answer = await create({ body: '{"metadata": {"score": NaN}}' });
    expectRefusal(answer, 400, "bad_request");
    expect(answer.body).toMatchObject({
      error: { details: { offset: 23, around: expect.stringContaining("NaN") } },
    });
  });

  it.each([
    ["empty", ""],
    ["cut", '{"metadata": '],
    ["with a trailing comma", '{"metadata": {},}'],
    ["with a comment", "{} // no"],
    ["60,000 brackets deep", "[".repeat(60_000)],
  ])("%s is 400", async (_name, body) => {
    expectRefusal(await create({ body, headers: { "Content-Type": "application/json" } }), 400, "bad_request");
  });

  it("that is not UTF-8 is 400, not stored with other letters", async () => {
    expectRefusal(await create({ body: Buffer.from([0x22, 0xff, 0x22]) }), 400, "bad_request");
  });

  it.each(["null", "3", '"text"', "[]"])("%s where an object is wanted is 422", async (body) => {
    expectRefusal(await create({ body }), 422, "validation_error");
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"])(
    "as %s is 415",
    async (type) => {
      expectRefusal(await create({ headers: { "Content-Type": type } }), 415, "unsupported_media_type");
    },
  );

  it("in an unknown encoding is 415", async () => {
    expectRefusal(await create({ headers: { "Content-Encoding": "zip" } }), 415, "unsupported_media_type");
  });

  it("over the limit is 413 with the limit", async () => {
    const answer = await create({ body: { metadata: { text: "x".repeat(65_536) } } });
    expectRefusal(answer, 413, "payload_too_large");
    expect(answer.body).toMatchObject({ error: { details: { limit_bytes: 65_536 } } });
  });

  it("that inflates past the limit is 413", async () => {
    const body = gzipSync(Buffer.alloc(8 * 1024 * 1024, 0x20));
    expectRefusal(await create({ body, headers: { "Content-Encoding": "gzip" } }), 413, "payload_too_large");
  });

  it("that comes gzipped within the limit is read", async () => {
    const body = gzipSync(JSON.stringify({ metadata: 3 }));
    expectRefusal(await create({ body, headers: { "Content-Encoding": "gzip" } }), 422, "validation_error");
  });
});

describe("the route", () => {
  it("that is none is 404", async () => {
    expectRefusal(await inlet.call("GET", "/v1/nothing"), 404, "not_found");
    expectRefusal(await inlet.call("GET", "/nothing", { key: null }), 404, "not_found");
  });

  it("that does not decode is 400", async () => {
    expectRefusal(await inlet.call("GET", `${documents}/%zz`, { namespace }), 400, "bad_request");
  });

  it("with another method is 405, and Allow says which there are", async () => {
    const answer = await inlet.call("DELETE", "/v1/collections/talks/documents", { namespace });
    expectRefusal(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")?.split(", ")).toContain("POST");
  });

  it.each([
    ["PUT", "/v1/collections/talks/documents/bulk", ["PATCH", "POST"]],
    ["GET", "/v1/collections/talks/documents/batch", ["DELETE", "POST"]],
    ["DELETE", "/v1/collections/talks/documents/count", ["GET", "HEAD"]],
    ["PATCH", "/v1/documents/list", ["POST"]],
    ["GET", "/v1/namespaces/articles/documents/upsert", ["POST"]],
  ])("%s %s is 405: no document is called so", async (method, path, allowed) => {
    const answer = await inlet.call(method, path, { namespace });
    expectRefusal(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(allowed);
  });

  it.each([
    ["/v1/collections/list", ["DELETE", "GET", "HEAD", "PATCH", "POST"]],
    ["/v1/namespaces/standalone", ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]],
  ])("OPTIONS %s, which may be a name too, is 405 with the methods of both", async (path, allowed) => {
    const answer = await inlet.call("OPTIONS", path, { namespace });
    expectRefusal(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(allowed);
  });

  it.each(["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])("%s takes GET alone", async (path) => {
    const answer = await inlet.call("PATCH", path, { key: null });
    expectRefusal(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")).toBe("GET, HEAD");
  });

  it.each(["return_vectors=maybe", "return_vectors=true&return_vectors=false"])("with ?%s is 422", async (query) => {
    const answer = await inlet.call("GET", `${documents}/doc_1?${query}`, { namespace });
    expectRefusal(answer, 422, "validation_error");
    expect(answer.body).toMatchObject({ error: { details: { errors: [{ path: "return_vectors" }] } } });
  });
});

describe("the request's id", () => {
  it("comes back as sent, and is replaced where it could harm a log", async () => {
    const own = await inlet.call("GET", "/healthz", { headers: { "X-Request-Id": "run-7/step:3" } });
    expect(own.headers.get("x-request-id")).toBe("run-7/step:3");
    const other = await inlet.call("GET", "/healthz", { headers: { "X-Request-Id": 'a"b' } });
    expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it("has made no namespace by all of that", async () => {
  const answer = await inlet.call("GET", `${documents}/doc_1`, { namespace });
  expectRefusal(answer, 404, "not_found");
});
