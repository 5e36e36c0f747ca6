/** Whatever the OpenAPI document forbids is refused: for each operation, each field of its body and each parameter is sent
 *  wrong, one at a time, in a request that is right else. The refusals are the document's own errors (test/support/inlet.ts
 *  holds each answer against it), none takes long, and nothing is made. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";

import { openApiDocument } from "../../src/openapi/document";
import { operations } from "../../src/operations";
import { readVersion } from "../../src/version";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { describedOperations, type DescribedOperation, isObject, type Parameter } from "../support/open-api";
import { STOCK, STOCK_NAMESPACE, stockPath, stockUp } from "../support/request-stock";
import { type Forbidden, SchemaValues } from "../support/schema-values";

const AT_ONCE = 8;

const document = openApiDocument(operations, readVersion());
const values = new SchemaValues(document);
const described = describedOperations(document).filter(({ path }) => path.startsWith("/v1/"));
const dataDir = mkdtempSync(join(tmpdir(), "inlet-fuzz-"));
let inlet: TestInlet;

/** What there is. */
const stock = async (): Promise<unknown> => {
  const answers = await Promise.all([
    inlet.call("GET", "/v1/namespaces"),
    inlet.call("GET", "/v1/collections", { namespace: STOCK_NAMESPACE }),
    inlet.call("POST", "/v1/documents/list?return_vectors=true", { namespace: STOCK_NAMESPACE }),
    inlet.call("GET", `/v1/organizations/users/${STOCK.user_email}/api-keys?include_revoked=true`),
    inlet.call("GET", "/v1/organizations"),
  ]);
  return answers.map(({ body }) => body);
};
let before: unknown;

beforeAll(async () => {
  inlet = await startInlet({ dataDir });
  await stockUp(inlet);
  before = await stock();
});
afterAll(async () => {
  await inlet.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Attempt {
  what: string;
  path: string;
  request: InletRequest;
}

const requestOf = ({ body }: DescribedOperation): InletRequest => {
  const [[type, content] = []] = Object.entries(body?.content ?? {});
  if (content === undefined || type === undefined) return { namespace: STOCK_NAMESPACE };
  return {
    namespace: STOCK_NAMESPACE,
    body: JSON.stringify(values.fitting(content.schema)),
    headers: { "Content-Type": type },
  };
};

function badParameters(operation: DescribedOperation, { name, in: location, required, schema }: Parameter): Attempt[] {
  const request = requestOf(operation);
  const path = stockPath(operation.path);
  const texts = values.forbiddenTexts(schema);
  const what = (text: string): string => `${location} ${name}: ${JSON.stringify(text.slice(0, 60))}`;
  switch (location) {
    case "path":
      return texts
        .filter((text) => text !== "")
        .map((text) => ({ what: what(text), path: stockPath(operation.path, { [name]: text }), request }));
    case "query": {
      const query = (...given: string[]): string =>
        new URLSearchParams(given.map((text): [string, string] => [name, text])).toString();
      const once = texts.map((text) => ({ what: what(text), path: `${path}?${query(text)}`, request }));
      const twice = { what: `query ${name} twice`, path: `${path}?${query("1", "1")}`, request };
      return schema.type === "array" ? once : [...once, twice];
    }
    case "header": {
      // Spaces around a header's value are no part of it.
      const sendable = texts.filter((text) => /^[\x20-\x7e\xa0-\xff]*$/.test(text) && text.trim() === text);
      const bad = sendable.map((text) => ({
        what: what(text),
        path,
        request: { ...request, headers: { ...request.headers, [name]: text } },
      }));
      if (!required) return bad;
      return [...bad, { what: `header ${name} missing`, path, request: without("namespace", request) }];
    }
  }
}

const without = (name: "namespace" | "body", request: InletRequest): InletRequest =>
  Object.fromEntries(Object.entries(request).filter(([key]) => key !== name));

const NOT_OF_THE_TYPE: readonly (string | Uint8Array)[] = [
  "{",
  "{}}",
  "nul",
  "{'a': 1}",
  new Uint8Array([0x22, 0xff, 0x22]),
];

function badBodies(operation: DescribedOperation): Attempt[] {
  const { body } = operation;
  if (body === undefined) return [];
  const path = stockPath(operation.path);
  const seen = new Set<string>();
  const attempts = Object.entries(body.content).flatMap(([type, { schema }]) => {
    const text = JSON.stringify(schema);
    const known = seen.has(text);
    seen.add(text);
    const send = (what: string, sent: string | Uint8Array): Attempt => ({
      what: `${type} ${what}`,
      path,
      request: { namespace: STOCK_NAMESPACE, body: sent, headers: { "Content-Type": type } },
    });
    const wrong = (known ? [] : values.forbidden(schema)).map(({ place, value }: Forbidden) =>
      send(`${place}: ${JSON.stringify(value).slice(0, 200)}`, JSON.stringify(value)),
    );
    return [...wrong, ...NOT_OF_THE_TYPE.map((sent) => send("malformed", sent))];
  });
  const right = requestOf(operation);
  const typed = (type: string): InletRequest => ({ ...right, headers: { "Content-Type": type } });
  return [
    ...attempts,
    { what: "another content type", path, request: typed("text/csv") },
    { what: "another charset", path, request: typed("application/json; charset=latin1") },
    ...(body.required ? [{ what: "no body", path, request: without("body", right) }] : []),
  ];
}

/** A stream's answer may begin before its fault is read: then the line of each faulty part says so, and nothing is written. */
function isRefused({ status, text, headers }: InletAnswer): boolean {
  if (status >= 400 && status < 500) return true;
  if (status !== 200 || headers.get("content-type")?.startsWith("application/x-ndjson") !== true) return false;
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.every((line) => {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return false;
    if (typeof value.status === "number") return value.status >= 400 && value.status < 500;
    return value.complete === false || (isObject(value.summary) && value.summary.written === 0);
  });
}

/** Those that were not refused as they should be. */
async function unrefused({ method }: DescribedOperation, attempts: readonly Attempt[]): Promise<string[]> {
  const limit = pLimit(AT_ONCE);
  const outcomes = await Promise.all(
    attempts.map(({ what, path, request }) =>
      limit(async () => {
        try {
          const answer = await inlet.call(method, path, request);
          return isRefused(answer) ? [] : [`${what} was answered with ${answer.status}: ${answer.text.slice(0, 200)}`];
        } catch (error) {
          return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
        }
      }),
    ),
  );
  return outcomes.flat();
}

it("reads every operation", () => {
  expect(described.map(({ id }) => id).sort()).toEqual(operations.map(({ id }) => id).sort());
});

it.each(described.map((operation) => [operation.id, operation] as const))(
  "%s refuses what it forbids",
  async (_id, operation) => {
    const attempts = [
      ...operation.parameters.flatMap((each) => badParameters(operation, each)),
      ...badBodies(operation),
    ];
    expect(await unrefused(operation, attempts)).toEqual([]);
  },
);

it("has changed nothing by then", async () => {
  expect(await stock()).toEqual(before);
});
