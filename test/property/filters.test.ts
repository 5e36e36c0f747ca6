/** Filters against a naive reading of the same payloads: whatever is indexed, the same documents are found. */
import fc from "fast-check";

import { scan } from "../../src/filters/scan";
import { FilterTranslator } from "../../src/filters/translator";
import { type PayloadIndexType } from "../../src/qdrant/gateway";
import { connectQdrant } from "../../src/qdrant/connect";
import { startTemporaryEngine } from "../support/engine";

type Doc = Record<string, unknown>;
const UUID = "0a000000-0000-4000-8000-00000000000a";
const scalar = fc.constantFrom<unknown>(
  ...[null, true, false, 0, 1, 2, 5.5, -1, 1e6, "1", "", "a", "A b", "vector search", "Search, a vector!", "true"],
  ...["2020-01-31", "2020-01-31T00:00:00Z", "2021-06-01T12:00:00.5+02:00", "2020-13-01", UUID, UUID.toUpperCase()],
  ...[
    { lat: 52.5, lon: 13.4 },
    { lat: -89.95, lon: 0 },
    { lat: 10, lon: 179.95 },
    { lat: 10, lon: -179.5 },
    { lat: 90, lon: 0 },
  ],
);
const value = fc.oneof({ weight: 3, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }));
const doc = fc.record({ x: value, n: fc.record({ "odd key": value }) }, { requiredKeys: [] });

const field = fc.constantFrom("x", "metadata.x", 'n."odd key"', "n.odd key");
const equal = fc.constantFrom<unknown>(null, true, 0, 1, 5.5, "1", "a", "A b", "true", "2020-01-31", UUID);
const bound = fc.constantFrom<unknown>(0, 1, 5.5, -0.5, "2020-01-31", "2021-06-01T10:00:00.5Z");
const part = fc.constantFrom("a", "A", "search", "vector", "ctor", "b", "1", "!", "the");
const point = (lat: number, lon: number): Doc => ({ lat, lon });
const box = fc.constantFrom(
  { top_left: point(60, 10), bottom_right: point(50, 20) },
  { top_left: point(90, -180), bottom_right: point(-90, 180) },
  { top_left: point(20, 179), bottom_right: point(0, -179) },
);
const radius = fc.constantFrom(
  { center: point(52.5, 13.5), radius: 10_000 },
  { center: point(-90, 100), radius: 20_000 },
  { center: point(10, -179.9), radius: 60_000 },
);
const with_ = (operators: string[], values: fc.Arbitrary<unknown>) =>
  fc.record({ field, operator: fc.constantFrom(...operators), value: values });
const condition = fc.oneof(
  with_(["eq", "ne"], equal),
  with_(["in", "nin"], fc.array(equal, { maxLength: 3 })),
  with_(["gt", "gte", "lt", "lte"], bound),
  with_(["contains", "starts_with", "ends_with", "text", "words", "phrase", "regex"], part),
  with_(["exists", "is_null"], fc.boolean()),
  with_(["geo_bounding_box"], box),
  with_(["geo_radius"], radius),
);
const { node } = fc.letrec<{ node: Doc }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    condition,
    fc.record(
      {
        AND: fc.array(tie("node"), { maxLength: 2 }),
        OR: fc.array(tie("node"), { maxLength: 2 }),
        NOT: fc.array(tie("node"), { maxLength: 2 }),
        case_sensitive: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  ),
}));

/** Metres on a sphere by the law of cosines: another formula than the one under test. */
function metres(a: Doc, b: Doc): number {
  const [p, q, d] = [a.lat, b.lat, Number(a.lon) - Number(b.lon)].map((degrees) => (Number(degrees) * Math.PI) / 180);
  if (p === undefined || q === undefined || d === undefined) return NaN;
  const cos = Math.sin(p) * Math.sin(q) + Math.cos(p) * Math.cos(q) * Math.cos(d);
  return Math.acos(Math.min(1, Math.max(-1, cos))) * 6_371_008.8;
}

const dateOf = (text: unknown): number =>
  /^\d{4}-(0\d|1[012])-\d\d/.test(String(text)) ? Date.parse(String(text)) : NaN;
const isPlace = (it: unknown): it is Doc => typeof it === "object" && it !== null && "lat" in it;

function passes(it: unknown, operator: string, wanted: unknown, strict: boolean): boolean {
  const fold = (text: string): string => (strict ? text : text.toLowerCase());
  const wants = wanted as Doc;
  if (operator === "geo_radius") return isPlace(it) && metres(it, wants.center as Doc) < Number(wants.radius);
  if (operator === "geo_bounding_box") {
    if (!isPlace(it)) return false;
    const [from, to] = [wants.top_left as Doc, wants.bottom_right as Doc];
    const [lon, lat, west, east] = [it.lon, it.lat, from.lon, to.lon].map(Number);
    if (lon === undefined || lat === undefined || west === undefined || east === undefined) return false;
    const across = west > east ? lon > west || lon < east : lon > west && lon < east;
    return across && lat < Number(from.lat) && lat > Number(to.lat);
  }
  if (["gt", "gte", "lt", "lte"].includes(operator)) {
    const dates = typeof wanted === "string" && typeof it === "string";
    if (!dates && (typeof it !== "number" || typeof wanted !== "number")) return false;
    const [a, b] = dates ? [dateOf(it), dateOf(wanted)] : [Number(it), Number(wanted)];
    return { gt: a > b, gte: a >= b, lt: a < b, lte: a <= b }[operator] ?? false;
  }
  if (typeof it !== "string") return false;
  const [text, needle] = [fold(it), fold(String(wanted))];
  switch (operator) {
    case "starts_with":
      return text.startsWith(needle);
    case "ends_with":
      return text.endsWith(needle);
    case "contains":
    case "regex":
      return text.includes(needle);
    default:
      return /\w/.test(needle) && text.split(/\W+/).includes(needle);
  }
}

function matches(filter: Doc, payload: Doc, outer = false): boolean {
  const strict = outer || filter.case_sensitive === true;
  if (!("field" in filter)) {
    const of = (key: string): boolean[] => ((filter[key] ?? []) as Doc[]).map((each) => matches(each, payload, strict));
    return of("AND").every(Boolean) && (of("OR").length === 0 || of("OR").some(Boolean)) && !of("NOT").some(Boolean);
  }
  const there = String(filter.field).endsWith("x") ? payload.x : (payload.n as Doc | undefined)?.["odd key"];
  const all: unknown[] = Array.isArray(there) ? there : [there];
  const { operator, value: wanted } = filter;
  const isOneOf = (list: unknown[]): boolean => there !== undefined && all.some((it) => list.includes(it));
  switch (operator) {
    case "eq":
      return isOneOf([wanted]);
    case "ne":
      return !isOneOf([wanted]);
    case "in":
      return isOneOf(wanted as unknown[]);
    case "nin":
      return !isOneOf(wanted as unknown[]);
    case "is_null":
      return isOneOf([null]) === wanted;
    case "exists":
      return (there !== undefined && there !== null && !(Array.isArray(there) && there.length === 0)) === wanted;
    default:
      return all.some((it) => passes(it, String(operator), wanted, strict));
  }
}

type Schema = PayloadIndexType | (Record<string, unknown> & { type: PayloadIndexType });
const INDEXES: Record<string, Schema | undefined> = {
  none: undefined,
  ...Object.fromEntries(
    (["keyword", "integer", "float", "bool", "geo", "datetime", "text", "uuid"] as const).map((type) => [type, type]),
  ),
  cased: { type: "text", tokenizer: "word", lowercase: false },
  whitespace: { type: "text", tokenizer: "whitespace" },
  long_words: { type: "text", tokenizer: "word", min_token_len: 2, max_token_len: 6 },
  stopped: {
    type: "text",
    tokenizer: "word",
    stopwords: "english",
    stemmer: { type: "snowball", language: "english" },
  },
};
const TYPES = Object.keys(INDEXES);
const idOf = (index: number): string => `${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`;

it("finds the same documents under every index as a look at every payload", async () => {
  const engine = await startTemporaryEngine();
  const { qdrant, close } = connectQdrant({
    url: new URL(engine.url),
    apiKey: undefined,
    collections: {},
    onMissingCollection: () => undefined,
    observe: () => undefined,
  });
  const { signal } = new AbortController();
  const translator = new FilterTranslator(qdrant);
  try {
    const docs = fc.sample(doc, { numRuns: 300, seed: 7 });
    for (const [type, schema] of Object.entries(INDEXES)) {
      await qdrant.createCollection(type, {}, { signal });
      if (schema !== undefined) {
        await qdrant.createPayloadIndex(type, { field: "x", schema }, { signal });
        await qdrant.createPayloadIndex(type, { field: 'n."odd key"', schema }, { signal });
      }
      const points = docs.map((payload, index) => ({ id: idOf(index), payload, vector: {} }));
      await qdrant.upsert(type, points, { ordering: "weak", signal });
    }
    await fc.assert(
      fc.asyncProperty(node, fc.constantFrom(...TYPES), async (filter, type) => {
        const found: string[] = [];
        const about = { collection: type, scope: undefined, signal };
        const filters = await translator.translate(filter, about);
        const asked = { scope: undefined, filters, payload: [], vectors: false };
        for await (const { id } of scan(qdrant, type, asked, { signal })) found.push(id);
        const expected = docs.flatMap((payload, index) => (matches(filter, payload) ? [idOf(index)] : []));
        const shown = (ids: string[], others: string[]): string[] =>
          ids.filter((id) => !others.includes(id)).map((id) => JSON.stringify(docs[Number(id.slice(0, 8))]));
        expect({ missed: shown(expected, found), wrong: shown(found, expected) }).toEqual({ missed: [], wrong: [] });
      }),
      { numRuns: 1000 },
    );
  } finally {
    await close();
    await engine.stop();
  }
});
