/** The calls without a version, and what a browser may do. */
import { Ajv2020 } from "ajv/dist/2020";

import { operations } from "../../src/operations";
import { backend } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const ORIGIN = "https://app.example";
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend(), { INLET_CORS_ORIGINS: ORIGIN });
});
afterAll(() => inlet.close());

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), value);

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

describe("the OpenAPI document", () => {
  let document: unknown;
  beforeAll(async () => {
    document = (await inlet.call("GET", "/openapi.json", { key: null })).body;
  });

  it("has every operation, under its id", () => {
    for (const { id, method, path } of operations) {
      expect(at(document, "paths", path.replace(/:(\w+)/g, "{$1}"), method, "operationId")).toBe(id);
    }
  });

  it("refers to nothing that is not there, and holds none of Inlet's own keywords", () => {
    const text = JSON.stringify(document);
    for (const [, reference = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      expect([reference, at(document, ...reference.split("/"))]).toEqual([reference, expect.anything()]);
    }
    expect(text).not.toMatch(/"(?:wanted|unknownKeyHint|\$id)":/);
  });

  it("has schemas that compile as JSON Schema 2020-12, and examples that fit them", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const components = at(document, "components");
    for (const operation of operations) {
      const path = operation.path.replace(/:(\w+)/g, "{$1}");
      const content = ["content", "application/json", "schema"];
      const body = at(document, "paths", path, operation.method, "requestBody", ...content);
      const answer = at(document, "paths", path, operation.method, "responses", "200", ...content);
      for (const schema of [body, answer]) {
        if (!isObject(schema)) continue;
        const validate = ajv.compile({ ...schema, components });
        const examples = Array.isArray(schema.examples) ? schema.examples : [];
        for (const example of examples) {
          expect([operation.id, validate(example), validate.errors]).toEqual([operation.id, true, null]);
        }
      }
    }
  });
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
