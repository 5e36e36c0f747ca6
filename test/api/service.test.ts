/** The calls without a version, and what a browser may do. */
import { backend } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const ORIGIN = "https://app.example";
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend(), { INLET_CORS_ORIGINS: ORIGIN });
});
afterAll(() => inlet.close());

describe("probes and metrics", () => {
  it.each(["/healthz", "/readyz"])("%s needs no key", async (path) => {
    expect(await inlet.call("GET", path, { key: null })).toMatchObject({ status: 200 });
  });

  it("counts requests by operation, and unknown paths under one label", async () => {
    await inlet.call("GET", "/v1/some/unknown/path");
    const { text } = await inlet.call("GET", "/metrics", { key: null });
    expect(text).toContain('inlet_request_duration_seconds_count{operation="unmatched",status="404"}');
    expect(text).not.toContain("unknown/path");
    expect(text).toContain("inlet_qdrant_call_duration_seconds");
  });
});

it("is not ready, says why and when to ask again, where Qdrant is away; and starts all the same", async () => {
  // An address that answered a moment ago; a well-known dead port is one that fetch refuses by itself.
  const gone = await startInlet(backend());
  await gone.close();
  const lonely = await startInlet({ url: gone.url });
  try {
    const answer = await lonely.call("GET", "/readyz", { key: null });
    expect(answer).toMatchObject({ status: 503, body: { error: { type: "service_unavailable" } } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await lonely.call("GET", "/healthz", { key: null })).toMatchObject({ status: 200 });
    expect(await lonely.call("GET", "/v1/collections", { namespace: "any" })).toMatchObject({ status: 503 });
  } finally {
    await lonely.close();
  }
});

it("serves /docs from itself alone, under a policy that allows no inline script", async () => {
  const page = await inlet.call("GET", "/docs", { key: null });
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(page.text).not.toMatch(/<script>|https?:\/\//);
  for (const [, path = ""] of page.text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
    expect([path, (await inlet.call("GET", `/docs/${path}`, { key: null })).status]).toEqual([path, 200]);
  }
  expect((await inlet.call("GET", "/docs/package.json", { key: null })).status).toBe(404);
});

describe("a browser", () => {
  const preflight = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization" };

  it("of a named origin may call, and needs no key to ask whether it may", async () => {
    const headers = { Origin: ORIGIN, ...preflight };
    const asked = await inlet.call("OPTIONS", "/v1/collections/c/documents", { key: null, headers });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  });

  it("of another origin may not", async () => {
    const headers = { Origin: "https://evil.example", ...preflight };
    const asked = await inlet.call("OPTIONS", "/v1/collections/c/documents", { key: null, headers });
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("of any origin may not, where none is named", async () => {
    const closed = await startInlet(backend());
    try {
      const answer = await closed.call("GET", "/healthz", { headers: { Origin: ORIGIN } });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    } finally {
      await closed.close();
    }
  });
});
