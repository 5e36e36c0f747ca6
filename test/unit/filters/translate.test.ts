/** What of a filter Qdrant is asked for, and what is left to Inlet. */
import { parseFilters } from "../../../src/filters/parse";
import { type Indexes, NO_INDEXES, translateParsed } from "../../../src/filters/translate";

const translated = (condition: object, indexes: Indexes = NO_INDEXES) =>
  translateParsed(parseFilters({ AND: [condition] }), indexes);
const withText = (params: Record<string, unknown>): Indexes => ({
  ...NO_INDEXES,
  types: new Map([["t", "text"]]),
  texts: new Map([["t", params]]),
});

it.each<[object, object]>([
  [
    { field: "a", value: "x" },
    { key: "a", match: { value: "x" } },
  ],
  [
    { field: "metadata.a", value: 1 },
    { key: "a", range: { gte: 1, lte: 1 } },
  ],
  [
    { field: "a", value: true },
    { key: "a", match: { value: true } },
  ],
  [
    { field: "a", value: null },
    { key: "a", is_null: true },
  ],
  [
    { field: '"tb_9.6.1"', value: "x" },
    { key: '"tb_9.6.1"', match: { value: "x" } },
  ],
  [
    { field: "a b.c[].d", value: "x" },
    { key: '"a b".c[].d', match: { value: "x" } },
  ],
  [{ field: "a", operator: "ne", value: "x" }, { must_not: [{ key: "a", match: { value: "x" } }] }],
  [
    { field: "a", operator: "in", value: ["x", "y", 2] },
    {
      should: [
        { key: "a", match: { any: ["x", "y"] } },
        { key: "a", range: { gte: 2, lte: 2 } },
      ],
    },
  ],
  [{ field: "a", operator: "exists" }, { must_not: [{ is_empty: { key: "a" } }] }],
])("leaves %j to Qdrant alone", (condition, qdrant) => {
  expect(translated(condition)).toEqual({ qdrant, residual: undefined, empty: false });
});

it("knows what nothing and what everything passes", () => {
  expect(translated({ field: "a", operator: "in", value: [] })).toMatchObject({ empty: true });
  expect(translated({ field: "a", operator: "text", value: "?!" })).toMatchObject({ empty: true });
  const all = translated({ field: "a", operator: "nin", value: [] });
  expect(all).toEqual({ qdrant: undefined, residual: undefined, empty: false });
});

it("keeps what Qdrant can judge beside what it can't", () => {
  const { qdrant, residual } = translateParsed(
    parseFilters({
      AND: [
        { field: "a", value: "x" },
        { field: "b", operator: "ends_with", value: "z" },
      ],
    }),
    NO_INDEXES,
  );
  expect(qdrant).toEqual({ key: "a", match: { value: "x" } });
  expect(residual?.fields).toEqual(["b"]);
  expect(residual?.matches({ b: "XYZ" })).toBe(true);
});

it("never negates what lets through too much", () => {
  const { qdrant, residual } = translateParsed(
    parseFilters({ NOT: [{ field: "a", operator: "contains", value: "x" }] }),
    NO_INDEXES,
  );
  expect(qdrant).toBeUndefined();
  expect(residual?.matches({ a: "axe" })).toBe(false);
  expect(residual?.matches({})).toBe(true);
});

it("narrows words down by a text index, only where that loses none", () => {
  const text = { field: "t", operator: "text", value: "Vector a" };
  expect(translated(text, withText({})).qdrant).toEqual({ key: "t", match: { text: "vector a" } });
  expect(translated(text, withText({ min_token_len: 2 })).qdrant).toEqual({ key: "t", match: { text: "vector" } });
  for (const params of [{ tokenizer: "whitespace" }, { lowercase: false }, { stopwords: "english" }]) {
    expect(translated(text, withText(params)).qdrant).toBeUndefined();
  }
  const any = { ...text, operator: "words" };
  expect(translated(any, withText({})).qdrant).toEqual({
    should: [
      { key: "t", match: { text: "vector" } },
      { key: "t", match: { text: "a" } },
    ],
  });
  expect(translated(any, withText({ min_token_len: 2 })).qdrant).toBeUndefined();
});
