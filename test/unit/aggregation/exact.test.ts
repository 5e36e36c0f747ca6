/** Sums, dates and the order of values, each against what is known to be right. */
import { partOf, timeOf, truncate } from "../../../src/aggregation/dates";
import { ExactSum } from "../../../src/aggregation/exact-sum";
import { facetAddsUp } from "../../../src/aggregation/plan";
import { compareValues, keyOf } from "../../../src/filters/values";

function sumOf(values: number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

it.each([
  [new Array<number>(10).fill(0.1), 1],
  [[1e16, 1, -1e16], 1],
  [[1, 1e100, 1, -1e100], 2],
  [[1e16, 1, 1e-16], 10_000_000_000_000_002],
  [[], 0],
])("sums %j to %d, in any order", (values, expected) => {
  expect(sumOf(values)).toBe(expected);
  expect(sumOf([...values].reverse())).toBe(expected);
});

it.each([
  ["2024-12-30T12:00:00Z", { week: 1, dayOfWeek: 1, dayOfYear: 365 }],
  ["2021-01-03", { week: 53, dayOfWeek: 7, dayOfYear: 3 }],
  ["1969-12-31T23:59:59+00:00", { week: 1, dayOfWeek: 3, year: 1969 }],
  ["2024-02-29T01:30:00+02:00", { day: 28, hour: 23, minute: 30 }],
] as const)("reads the parts of %s as ISO 8601 does, in UTC", (text, parts) => {
  const time = timeOf(text) ?? NaN;
  for (const [unit, expected] of Object.entries(parts)) {
    expect(partOf(time, unit as keyof typeof parts)).toBe(expected);
  }
});

it("truncates a week to its Monday", () => {
  expect(truncate(timeOf("2024-03-03T23:59:59.9Z") ?? NaN, "week")).toBe("2024-02-26T00:00:00Z");
});

it.each(["2024-02-30", "2024-13-01", "yesterday", "2024-01-01T24:00:00Z", 1_700_000_000, null, ["2024-01-01"]])(
  "takes %j for no time",
  (value) => expect(timeOf(value)).toBeUndefined(),
);

it("orders numbers, texts by code point, booleans, and what has no value last", () => {
  const sorted = [null, true, "\u{1F600}", "\uFF5E", "a", 10, 9, []].sort(compareValues);
  expect(sorted).toEqual([9, 10, "a", "\uFF5E", "\u{1F600}", true, null, []]);
});

it("tells values apart by type and not by the order of keys", () => {
  expect(new Set([1, "1", true, "true", [1], null].map(keyOf)).size).toBe(6);
  expect(keyOf({ a: 1, b: 2 })).toBe(keyOf({ b: 2, a: 1 }));
});

it("believes a facet only where it counts each document once", () => {
  const hits = [{ count: 2 }, { count: 3 }];
  expect(facetAddsUp(hits, { documents: 6, empty: 1, lists: 0 })).toBe(true);
  expect(facetAddsUp(hits, { documents: 7, empty: 1, lists: 0 })).toBe(false);
  expect(facetAddsUp(hits, { documents: 6, empty: 1, lists: 1 })).toBe(false);
});
