/** Who may import whom. Lint says it for each file where it can; this says it for the whole tree, cycles included. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const SRC = join(__dirname, "..", "..", "src");

interface Import {
  from: string;
  /** A package's name, or a file from src with its suffix. */
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
  .map((path) => path.replaceAll("\\", "/"));
const known = new Set(files);

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = relative(SRC, resolve(SRC, dirname(from), specifier)).replaceAll("\\", "/");
  return [`${path}.ts`, `${path}/index.ts`].find((file) => known.has(file)) ?? path;
}

/** An import is of types alone where it says so, or where each name in its braces does. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(SRC, from), "utf8");
  const found = text.matchAll(/^(?:import|export)\s+([^"';]*?)\s*from\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm);
  return [...found].map(([, names = "", specifier, dynamic]) => {
    const braces = /^\{([\s\S]*)\}$/.exec(names)?.[1];
    const listed = (braces ?? "").split(",").map((name) => name.trim());
    const typeOnly =
      names.startsWith("type ") ||
      (braces !== undefined && listed.every((name) => name === "" || name.startsWith("type ")));
    return { from, to: target(from, specifier ?? dynamic ?? ""), typeOnly };
  });
}

const imports = files.flatMap(importsOf);
const lines = (found: Import[]): string[] => found.map(({ from, to }) => `${from} imports ${to}`).sort();
const inside =
  (folder: string) =>
  (path: string): boolean =>
    path.startsWith(`${folder}/`);

it("reads the tree", () => {
  expect(imports.length).toBeGreaterThan(files.length);
});

it("leaves src/embedded without a tie to the rest", () => {
  const isOwn = inside("embedded");
  const crossing = imports.filter(({ from, to }) => isOwn(from) && known.has(to) && !isOwn(to));
  expect(lines(crossing)).toEqual([]);
  const entered = imports.filter(({ from, to }) => !isOwn(from) && isOwn(to));
  expect(lines(entered)).toEqual(["backend.ts imports embedded/index.ts"]);
});

it.each([
  ["express", (from: string) => inside("http")(from)],
  ["express-validator", (from: string) => from === "http/validate.ts"],
  ["@qdrant/js-client-rest", (from: string) => from === "qdrant/rest.ts"],
  ["lmdb", (from: string) => inside("embedded/storage")(from)],
  ["ajv", (from: string) => inside("schema")(from)],
])("keeps %s where it belongs", (name, allowed) => {
  const strays = imports.filter(({ from, to }) => to === name && !allowed(from));
  expect(lines(strays)).toEqual([]);
});

it("keeps what everyone imports free of any room", () => {
  const base = /^(?:errors|ids|operation)\.ts$|^(?:schema|auth)\//;
  const strays = imports.filter(({ from, to }) => base.test(from) && known.has(to) && !base.test(to));
  expect(lines(strays)).toEqual([]);
});

it("keeps http to operations, auth, schemas and what it observes, never a resource", () => {
  const allowed =
    /^(?:http|auth|schema|streams|observability|openapi)\/|^(?:errors|operation|operations|start-error|config)\.ts$/;
  const strays = imports.filter(({ from, to }) => inside("http")(from) && known.has(to) && !allowed.test(to));
  expect(lines(strays)).toEqual([]);
});

it("has no cycle among what is there at run time", () => {
  const edges = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly && known.has(to)) edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

it("reads the environment in main.ts files alone", () => {
  const readers = files.filter((file) => /^[^*/]*\bprocess\.env\b/m.test(readFileSync(join(SRC, file), "utf8")));
  expect(readers.filter((file) => !["embedded/main.ts", "main.ts"].includes(file))).toEqual([]);
});
