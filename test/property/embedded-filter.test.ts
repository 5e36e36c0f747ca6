/** Filters against a naive oracle: random payloads, filters and sets of indexes, under random changes. */
import fc from "fast-check";
import { matcher } from "../../src/embedded/filter/evaluate";
import { payloadIndexSchema } from "../../src/embedded/filter/index-schema";
import { filter as filterDecoder } from "../../src/embedded/filter/parse";
import { candidateSlots, matchingSlots, matchingSlotsSliced } from "../../src/embedded/filter/select";
import { Place } from "../../src/embedded/http/decode";
import { type PayloadIndexType } from "../../src/embedded/model/collection";
import { IntegralFloat, type JsonObject, type JsonValue } from "../../src/embedded/model/json";
import { type OracleIndexes, oracleMatches } from "../oracle/filter";
import { MemoryTable } from "../support/memory-table";

const UUIDS = ["3f2b1c4d-9a8e-4f76-8b21-0c5d6e7f8a91", "3F2B1C4D9A8E4F768B210C5D6E7F8A91"];
const TEXTS = ["a", "b", "A", "", "quick fox", "The Quick, brown fox", "fox quick"];
const DATES = ["2020-01-01T00:00:00Z", "2021-06-01T12:00:00Z", "1969-12-31T23:59:59Z"];

/** Each field has the index type that it may get, so that clauses of all kinds meet their index, and others. */
const FIELDS: Record<string, PayloadIndexType> = {
  k: "keyword",
  i: "integer",
  f: "float",
  b: "bool",
  d: "datetime",
  u: "uuid",
  g: "geo",
  t: "text",
  "o.k": "keyword",
  "l[].k": "keyword",
  "l[].t": "text",
};

const object = (entries: [string, JsonValue][]): JsonObject => new Map(entries);
const place = fc.constantFrom(
  object([
    ["lon", 1],
    ["lat", 2],
  ]),
  object([
    ["lon", 13.4],
    ["lat", 52.5],
  ]),
);
const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(-1, 0, 1, 7, 1.5, true, false, null, new IntegralFloat(7), new IntegralFloat(1)),
  fc.constantFrom<JsonValue>(...TEXTS, ...UUIDS, ...DATES),
  place,
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>([[7]], [["a"], "b"], new Map()) },
);
const some = (keys: string[], each: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), each), { selector: ([key]) => key, maxLength: keys.length })
    .map(object);
const element = fc.oneof(some(["k", "i", "t"], value), scalar);
const payload: fc.Arbitrary<JsonObject> = fc
  .tuple(some(["k", "i", "f", "b", "d", "u", "g", "t"], value), some(["k"], value), fc.array(element, { maxLength: 3 }))
  .map(([fields, o, l]) => new Map([...fields, ["o", o], ["l", l]]));

const integers = fc.constantFrom<JsonValue>(-1, 0, 1, 7);
const range = (bound: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> =>
  fc
    .tuple(fc.constantFrom("gt", "gte"), fc.option(bound), fc.constantFrom("lt", "lte"), fc.option(bound))
    .map(([low, from, high, to]) =>
      object([
        ...(from === null ? [] : [[low, from] as [string, JsonValue]]),
        ...(to === null ? [] : [[high, to] as [string, JsonValue]]),
      ]),
    );
const match = (strings: readonly string[]): fc.Arbitrary<JsonValue> => {
  const text = fc.constantFrom<JsonValue>(...strings);
  const list = fc.oneof(fc.array(text, { maxLength: 3 }), fc.array(integers, { maxLength: 3 }));
  return fc.oneof(
    fc.oneof(text, integers, fc.boolean()).map((each) => object([["value", each]])),
    fc.tuple(fc.constantFrom("any", "except"), list).map(([kind, each]) => object([[kind, each]])),
    fc.tuple(fc.constantFrom("text", "text_any", "phrase"), fc.constantFrom(...TEXTS)).map((each) => object([each])),
  );
};
const box = object([
  [
    "top_left",
    object([
      ["lon", 0],
      ["lat", 10],
    ]),
  ],
  [
    "bottom_right",
    object([
      ["lon", 10],
      ["lat", 0],
    ]),
  ],
]);
const clause = (field: string): fc.Arbitrary<[string, JsonValue]> => {
  // A match with a UUID asks a number index for a number, which the unit tests look at.
  const strings = "ifd".includes(field) ? TEXTS : [...TEXTS, ...UUIDS];
  const bound = field === "d" ? fc.constantFrom<JsonValue>(...DATES) : fc.constantFrom<JsonValue>(-1, 0, 0.5, 1, 7);
  return fc.oneof(
    { weight: 4, arbitrary: match(strings).map((each): [string, JsonValue] => ["match", each]) },
    { weight: 2, arbitrary: range(bound).map((each): [string, JsonValue] => ["range", each]) },
    fc.constant<[string, JsonValue]>(["geo_bounding_box", box]),
    range(fc.constantFrom<JsonValue>(0, 1, 2)).map((each): [string, JsonValue] => ["values_count", each]),
    fc.tuple(fc.constantFrom("is_empty", "is_null"), fc.boolean()),
  );
};
const field = (names: string[]): fc.Arbitrary<JsonValue> =>
  fc
    .constantFrom(...names)
    .chain((name) =>
      fc
        .uniqueArray(clause(name), { selector: ([key]) => key, minLength: 1, maxLength: 2 })
        .map((clauses) => object([["key", name], ...clauses])),
    );

const inElement = fc.oneof(
  fc.constantFrom("k", "i", "t").chain((name) =>
    fc
      .oneof(
        fc.constantFrom<JsonValue>(...TEXTS).map((each) => object([["value", each]])),
        integers.map((each) => object([["value", each]])),
        fc
          .tuple(fc.constantFrom("text", "text_any"), fc.constantFrom<JsonValue>(...TEXTS))
          .map((each) => object([each])),
      )
      .map((each) =>
        object([
          ["key", name],
          ["match", each],
        ]),
      ),
  ),
  fc.constant(object([["has_vector", "v"]])),
);
const { filter } = fc.letrec<{ condition: JsonValue; filter: JsonObject }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: field(Object.keys(FIELDS)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("is_empty", "is_null"), fc.constantFrom(...Object.keys(FIELDS)))
        .map(([kind, key]) => object([[kind, object([["key", key]])]])),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.constantFrom<JsonValue>(0, 1, 2, 3, 99), { maxLength: 3 })
        .map((ids) => object([["has_id", ids]])),
    },
    { weight: 1, arbitrary: fc.constantFrom("v", "").map((name) => object([["has_vector", name]])) },
    {
      weight: 1,
      arbitrary: filterOf(inElement).map((inner) =>
        object([
          [
            "nested",
            object([
              ["key", "l"],
              ["filter", inner],
            ]),
          ],
        ]),
      ),
    },
    { weight: 1, arbitrary: tie("filter") },
  ),
  filter: filterOf(tie("condition")),
}));

function filterOf(condition: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  const conditions = fc.array(condition, { maxLength: 3 });
  return fc
    .record(
      {
        must: conditions,
        should: conditions,
        must_not: conditions,
        min_should: fc.tuple(conditions, fc.nat(3)).map(([list, count]) =>
          object([
            ["conditions", list],
            ["min_count", count],
          ]),
        ),
      },
      { requiredKeys: [] },
    )
    .map((parts) => object(Object.entries(parts)));
}

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ slot: fc.nat(9), payload, vectors: fc.subarray(["v", ""]) }) },
  { weight: 1, arbitrary: fc.record({ slot: fc.nat(9), payload: fc.constant(undefined), vectors: fc.constant([]) }) },
);
interface Change {
  slot: number;
  payload: JsonObject | undefined;
  vectors: readonly string[];
}
const indexed = fc.subarray(Object.keys(FIELDS));

/** A `must_not` that only repeats what drives the scan is ignored by the server (facts sheet, a fault): the engine does not. */
const scenario = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 20 }),
  indexes: indexed,
  filters: fc.array(filter, { minLength: 1, maxLength: 4 }),
});

function build(changes: readonly Change[], names: string[]): { table: MemoryTable; indexes: OracleIndexes } {
  const table = new MemoryTable();
  const indexes = new Map(names.map((name) => [name, FIELDS[name] ?? "keyword"]));
  const apply = (from: number, to: number): void => {
    for (const { slot, payload: held, vectors } of changes.slice(from, to)) {
      if (held) table.put(slot, slot, held, vectors);
      else table.remove(slot);
    }
  };
  const half = changes.length >> 1;
  apply(0, half);
  for (const [name, type] of indexes) table.declare(name, payloadIndexSchema(type, Place.root()));
  // A read in between, so that changes meet orders and lists that are built already.
  for (const name of names) {
    table.payloadIndex(name)?.distinct?.counts();
    for (const row of table.payloadIndex(name)?.ordered?.walk({ descending: false }) ?? []) if (row.slot < 0) throw row;
  }
  apply(half, changes.length);
  return { table, indexes };
}

it("matches as the oracle does, whatever is indexed and however it was reached", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ changes, indexes: names, filters }) => {
      const { table, indexes } = build(changes, names);
      for (const raw of filters) {
        const parsed = filterDecoder(raw, Place.root());
        const expected: number[] = [];
        for (let slot = 0; slot < table.slotCount; slot++) {
          const id = table.idAt(slot);
          if (id === undefined) continue;
          const vectors = ["v", ""].filter((name) => table.hasVector(slot, name));
          if (oracleMatches(raw, { id, payload: table.payloadAt(slot), vectors }, indexes)) expected.push(slot);
        }
        const test = matcher(parsed, table);
        const live = [...Array(table.slotCount).keys()].filter((slot) => table.idAt(slot) !== undefined);
        expect(live.filter((slot) => test(slot))).toEqual(expected);
        expect([...matchingSlots(parsed, table)]).toEqual(expected);
        expect([...(await matchingSlotsSliced(parsed, table))]).toEqual(expected);
        const candidates = candidateSlots(parsed, table);
        if (candidates) expect(expected.filter((slot) => !candidates.slots.includes(slot))).toEqual([]);
      }
    }),
    { numRuns: 1500 },
  );
});
