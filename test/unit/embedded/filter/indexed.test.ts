/** Where an index changes Qdrant's answer, as the recorded conversations show; and the order of values. */
import { matchingSlots, matchingSlotsSliced } from "../../../../src/embedded/filter/select";
import { payloadIndexSchema } from "../../../../src/embedded/filter/index-schema";
import { filter } from "../../../../src/embedded/filter/parse";
import { Place } from "../../../../src/embedded/http/decode";
import { parseJsonText } from "../../../../src/embedded/json/parse";
import { isObject } from "../../../../src/embedded/model/json";
import { orderBy, orderedRows } from "../../../../src/embedded/query/order-by";
import { MemoryTable } from "../../../support/memory-table";

function tableOf(...payloads: string[]): MemoryTable {
  const table = new MemoryTable();
  payloads.forEach((json, slot) => {
    const payload = parseJsonText(json);
    if (isObject(payload)) table.put(slot, slot, payload);
  });
  return table;
}
const declare = (table: MemoryTable, path: string, schema: string): void =>
  table.declare(path, payloadIndexSchema(parseJsonText(schema), Place.root()));
const matches = (table: MemoryTable, json: string): number[] => [
  ...matchingSlots(filter(parseJsonText(json), Place.root()), table),
];

const must = (...conditions: string[]): string => `{"must":[${conditions.join(",")}]}`;

it("counts 7.0 as 7 under an integer index alone", () => {
  const table = tableOf('{"v":7}', '{"v":7.0}', '{"v":"7"}', '{"v":[1,7.0]}', '{"v":7.5}');
  const seven = '{"must":[{"key":"v","match":{"value":7}}]}';
  expect(matches(table, seven)).toEqual([0]);
  declare(table, "v", '"integer"');
  expect(matches(table, seven)).toEqual([0, 1, 3]);
});

it("lets `except` see only values of the index's own type", () => {
  const table = tableOf('{"v":"a"}', '{"v":1}', '{"v":null}', '{"v":["a","b"]}', "{}");
  const except = '{"must":[{"key":"v","match":{"except":["a"]}}]}';
  expect(matches(table, except)).toEqual([1, 3]);
  declare(table, "v", '"keyword"');
  expect(matches(table, except)).toEqual([3]);
});

it("answers a condition of several clauses by the one that the index serves", () => {
  const table = tableOf('{"v":3}', '{"v":[3,9]}', '{"v":9}');
  const both = '{"must":[{"key":"v","match":{"value":3},"range":{"gte":9}}]}';
  expect(matches(table, both)).toEqual([0, 1, 2]);
  declare(table, "v", '"integer"');
  expect(matches(table, both)).toEqual([0, 1]);
  declare(table, "v", '{"type":"integer","lookup":false,"range":true}');
  expect(matches(table, both)).toEqual([1, 2]);
});

it("counts a null in an array only where the field is indexed", () => {
  const table = tableOf('{"v":null}', '{"v":[1,null]}', '{"v":1}', "{}");
  expect(matches(table, '{"must":[{"is_null":{"key":"v"}}]}')).toEqual([0]);
  declare(table, "v", '"keyword"');
  expect(matches(table, '{"must":[{"is_null":{"key":"v"}}]}')).toEqual([0, 1]);
  expect(matches(table, '{"must":[{"key":"v","is_null":false}]}')).toEqual([2, 3]);
});

it("matches any spelling of a uuid under a uuid index", () => {
  const table = tableOf(
    '{"v":"3f2b1c4d-9a8e-4f76-8b21-0c5d6e7f8a91"}',
    '{"v":"3F2B1C4D9A8E4F768B210C5D6E7F8A91"}',
    '{"v":"x"}',
  );
  const query = '{"must":[{"key":"v","match":{"value":"urn:uuid:3f2b1c4d-9a8e-4f76-8b21-0c5d6e7f8a91"}}]}';
  expect(matches(table, query)).toEqual([]);
  declare(table, "v", '"uuid"');
  expect(matches(table, query)).toEqual([0, 1]);
  expect(matches(table, '{"must":[{"key":"v","match":{"value":"x"}}]}')).toEqual([2]);
});

it("keeps a phrase within one string, and knows phrases only where they were asked for", () => {
  const table = tableOf('{"t":["red fox","brown dog"]}', '{"t":"fox brown"}', '{"t":"Fox, brown"}');
  const phrase = '{"must":[{"key":"t","match":{"phrase":"fox brown"}}]}';
  declare(table, "t", '"text"');
  expect(matches(table, phrase)).toEqual([]);
  expect(matches(table, '{"must":[{"key":"t","match":{"text":"brown FOX"}}]}')).toEqual([0, 1, 2]);
  declare(table, "t", '{"type":"text","phrase_matching":true}');
  expect(matches(table, phrase)).toEqual([1, 2]);
});

it("gives the right answer to a must_not that repeats what drives the scan", () => {
  const table = tableOf('{"v":"a"}', '{"v":"b"}');
  declare(table, "v", '"keyword"');
  const a = '{"key":"v","match":{"value":"a"}}';
  expect(matches(table, `{"must":[${a}],"must_not":[${a}]}`)).toEqual([]);
  expect(matches(table, `{"should":[${a},{"has_id":[1]}],"must_not":[${a}]}`)).toEqual([1]);
});

it("finds points at the pole and across wide boxes by a geo index", () => {
  const table = tableOf(
    '{"g":{"lon":5,"lat":90}}',
    '{"g":{"lon":180,"lat":0}}',
    '{"g":{"lon":0,"lat":0}}',
    '{"g":{"lon":181,"lat":0}}',
  );
  declare(table, "g", '"geo"');
  expect(matches(table, '{"must":[{"key":"g","geo_radius":{"center":{"lon":100,"lat":90},"radius":1000}}]}')).toEqual([
    0,
  ]);
  expect(
    matches(
      table,
      '{"must":[{"key":"g","geo_bounding_box":{"top_left":{"lon":-180,"lat":90},"bottom_right":{"lon":180,"lat":-90}}}]}',
    ),
  ).toEqual([2]);
  expect(table.payloadIndex("g")?.pointCount).toBe(3);
});

it("stops a sliced scan when its signal is aborted", async () => {
  const scan = matchingSlotsSliced({}, tableOf("{}"), AbortSignal.abort(new Error("gone")));
  await expect(scan).rejects.toThrow("gone");
});

it("orders by value, shows dates as microseconds, and starts from a date", () => {
  const table = tableOf('{"d":"2020-01-02"}', '{"d":["2019-01-01","2021-01-01"]}', '{"d":"soon"}', "{}");
  const order = (json: string) => orderedRows(table, orderBy(parseJsonText(json), Place.root()), { limit: 10 });
  expect(() => order('"d"')).toThrow("No range index for `order_by` key: `d`");
  declare(table, "d", '"datetime"');
  const micros = (date: string): number => Date.parse(date) * 1000;
  expect(order('"d"')).toEqual([
    { slot: 1, value: micros("2019-01-01") },
    { slot: 0, value: micros("2020-01-02") },
    { slot: 1, value: micros("2021-01-01") },
  ]);
  expect(order('{"key":"d","direction":"desc","start_from":"2020-06-01"}').map(({ slot }) => slot)).toEqual([0, 1]);
});

it.each(["5", '{"direction":"asc"}', '{"key":"d","direction":"down"}', '{"key":"d","start_from":"soon"}', '""'])(
  "refuses to order by %s",
  (json) => {
    expect(() => orderBy(parseJsonText(json), Place.root())).toThrow(expect.objectContaining({ status: 400 }));
  },
);

describe("over thousands of points", () => {
  const COUNT = 3000;
  const table = tableOf(
    ...Array.from(
      { length: COUNT },
      (_, n) => `{"k":"${n % 100 === 0 ? "rare" : "common"}","n":${n},"plain":${n % 3}}`,
    ),
  );
  declare(table, "k", '"keyword"');
  declare(table, "n", '"integer"');
  const all = Array.from({ length: COUNT }, (_, n) => n);

  it.each([
    ["a rare value", must('{"key":"k","match":{"value":"rare"}}'), (n: number) => n % 100 === 0],
    ["all but a common value", must('{"key":"k","match":{"except":["common"]}}'), (n: number) => n % 100 === 0],
    ["all but a rare value", must('{"key":"k","match":{"except":["rare"]}}'), (n: number) => n % 100 !== 0],
    ["most of a range", must('{"key":"n","range":{"gte":10}}'), (n: number) => n >= 10],
    [
      "a rare value and a plain one",
      must('{"key":"k","match":{"value":"rare"}}', '{"key":"plain","match":{"value":1}}'),
      (n: number) => n % 100 === 0 && n % 3 === 1,
    ],
    ["what is not rare", '{"must_not":[{"key":"k","match":{"value":"rare"}}]}', (n: number) => n % 100 !== 0],
    ["either of two", '{"should":[{"key":"n","range":{"lt":5}},{"has_id":[7]}]}', (n: number) => n < 5 || n === 7],
  ])("finds %s", async (_, json, expected) => {
    const wanted = all.filter(expected);
    expect(matches(table, json)).toEqual(wanted);
    expect([...(await matchingSlotsSliced(filter(parseJsonText(json), Place.root()), table))]).toEqual(wanted);
  });
});
