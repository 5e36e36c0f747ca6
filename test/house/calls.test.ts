/** The README's tables of calls, and the calls that the published client makes, against the operations there are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { openApiDocument } from "../../src/openapi/document";
import { operations } from "../../src/operations";
import { readVersion } from "../../src/version";

const root = join(__dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Call {
  method: string;
  path: string;
  summary: string;
}

const byPath = (a: Call, b: Call): number => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1);

const described: Call[] = Object.entries(
  openApiDocument(operations, readVersion()).paths as Record<string, Record<string, { summary: string }>>,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { summary }]) => ({ method: method.toUpperCase(), path, summary })),
);

it("lists every call in the README, with what it does as /openapi.json has it", () => {
  const rows = [...read("README.md").matchAll(/^\| `([A-Z]+)` +\| `(\/[^`]*)` +\| (.*?) +\|$/gm)].map(
    ([, method = "", path = "", summary = ""]) => ({ method, path, summary }),
  );
  expect(rows.sort(byPath)).toEqual([...described].sort(byPath));
});

it("serves every call that the published client's tests make", () => {
  const unnamed = (call: string): string => call.replace(/\{\w+\}/g, "{}");
  const served = new Set(described.map(({ method, path }) => unnamed(`${method} ${path}`)));
  const calls: string[] = JSON.parse(read("test/interop/calls.json"));
  expect(calls.filter((call) => !served.has(unnamed(call)))).toEqual([]);
});
