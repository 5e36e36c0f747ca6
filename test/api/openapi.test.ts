/** /openapi.json is whole: every operation with schemas that say something, and examples that work as they stand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openApiDocument } from "../../src/openapi/document";
import { operations } from "../../src/operations";
import { readVersion } from "../../src/version";
import { startInlet, type TestInlet } from "../support/inlet";
import { describedOperations, followed, isObject, type Json } from "../support/open-api";
import { STOCK_NAMESPACE, stockPath, stockUp } from "../support/request-stock";
import { SchemaChecks } from "../support/schema-checks";

// Examples make things under names of their own, so this Inlet has an engine to itself.
const dataDir = mkdtempSync(join(tmpdir(), "inlet-openapi-"));
let inlet: TestInlet;
beforeAll(async () => {
  inlet = await startInlet({ dataDir });
  await stockUp(inlet);
});
afterAll(async () => {
  await inlet.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const document = openApiDocument(operations, readVersion());
const described = describedOperations(document);
const checks = new SchemaChecks(document.components);
const examplesOf = (schema: Json): unknown[] => {
  const { examples } = followed(document, schema);
  return Array.isArray(examples) ? examples : [];
};

it("is what the service answers, and what tests hold its answers against", async () => {
  const { body } = await inlet.call("GET", "/openapi.json", { key: null });
  expect(body).toEqual(JSON.parse(JSON.stringify(document)));
});

it("has every operation under its id, and the calls without a version", () => {
  const service = ["docs", "healthz", "metrics", "openapi", "readyz"];
  expect(described.map(({ id }) => id).sort()).toEqual([...operations.map(({ id }) => id), ...service].sort());
});

it("holds none of Inlet's own keywords", () => {
  expect(JSON.stringify(document)).not.toMatch(/"(?:wanted|refusal|unknownKeyHint|everyId|\$id)":/);
});

it("shows for every error a body that fits its schema", () => {
  const responses = isObject(document.components) ? document.components.responses : undefined;
  for (const [name, response] of Object.entries(isObject(responses) ? responses : {})) {
    const content = isObject(response) && isObject(response.content) ? response.content["application/json"] : undefined;
    if (!isObject(content) || !isObject(content.schema)) throw new Error(`${name} has no schema.`);
    const check = checks.of(content.schema);
    expect([name, check(content.example), check.errors]).toEqual([name, true, null]);
  }
});

/** Where a value may be anything, and nothing is said of it. */
function* unsaid(given: unknown, place: string, above: readonly Json[] = []): Generator<string> {
  if (!isObject(given)) return;
  const schema = followed(document, given);
  if (above.includes(schema)) return;
  const { description, properties, items, additionalProperties: others, patternProperties: keyed } = schema;
  const typed = ["type", "anyOf", "oneOf", "allOf", "const", "enum"].some((key) => key in schema);
  const keys = { ...(isObject(properties) ? properties : {}), ...(isObject(keyed) ? keyed : {}) };
  const openKeys =
    isObject(keyed) && Object.values(keyed).some((part) => isObject(part) && Object.keys(part).length === 0);
  const open =
    schema.type === "object" &&
    (others === true || openKeys || (Object.keys(keys).length === 0 && schema.allOf === undefined));
  if ((!typed || open) && typeof description !== "string") yield place;
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((branch) =>
    Array.isArray(branch) ? branch : [],
  );
  const within = [...above, schema];
  for (const branch of branches) yield* unsaid(branch, place, within);
  if (schema.maxItems !== 0) yield* unsaid(items, `${place}[]`, within);
  if (openKeys) return;
  for (const [key, part] of Object.entries(keys)) yield* unsaid(part, `${place}.${key}`, within);
}

describe.each(described.map((operation) => [operation.id, operation] as const))("%s", (_id, operation) => {
  it("has schemas that compile, and says what may stand where anything may", () => {
    const contents = [operation.body?.content ?? {}, ...Object.values(operation.answers).map(({ content }) => content)];
    for (const { schema } of contents.flatMap((content) => Object.values(content))) {
      expect(() => checks.of(schema)).not.toThrow();
      expect([...new Set(unsaid(schema, ""))]).toEqual([]);
    }
  });

  it("shows an example of its body, and only such that fit", () => {
    for (const [type, { schema }] of Object.entries(operation.body?.content ?? {})) {
      const examples = examplesOf(schema);
      expect([type, examples.length > 0]).toEqual([type, true]);
      const check = checks.of(schema);
      for (const example of examples) expect([type, check(example), check.errors]).toEqual([type, true, null]);
    }
  });
});

/** Deletions come last, and the namespace's own at the very end. */
const inOrder = described
  .filter(({ path }) => path.startsWith("/v1/"))
  .map((operation) => ({
    operation,
    late: operation.method !== "DELETE" ? 0 : operation.id === "deleteNamespace" ? 2 : 1,
  }))
  .sort((a, b) => a.late - b.late)
  .map(({ operation }) => [operation.id, operation] as const);

it.each(inOrder)("%s takes its examples as they stand", async (_id, { method, path, body }) => {
  const send = async (request: { body?: unknown; headers?: Record<string, string> }): Promise<void> => {
    const answer = await inlet.call(method, stockPath(path), { namespace: STOCK_NAMESPACE, ...request });
    expect([answer.status, answer.status === 200 || answer.text]).toEqual([200, true]);
    if (answer.headers.get("content-type")?.startsWith("application/x-ndjson")) {
      expect(answer.text).not.toMatch(/"status":[45]/);
    }
  };
  if (body === undefined || !body.required) await send({});
  for (const [type, { schema }] of Object.entries(body?.content ?? {})) {
    const headers = { "Content-Type": type };
    const examples = examplesOf(schema);
    if (type === "application/json") for (const example of examples) await send({ body: example, headers });
    else await send({ body: examples.map((example) => JSON.stringify(example)).join("\n"), headers });
  }
});
