import { microsOf, parseDatetime, parseInstant, ticksOf } from "../../../../src/embedded/filter/datetime";

const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

it.each([
  ["2020-01-01", "2020-01-01T00:00:00Z"],
  ["2020-01-01T10:20", "2020-01-01T10:20:00Z"],
  ["2020-01-01 10:20:30", "2020-01-01T10:20:30Z"],
  ["2020-01-01T10:20:30.5", "2020-01-01T10:20:30.500Z"],
  ["2020-01-01t10:20:30z", "2020-01-01T10:20:30Z"],
  ["2020-01-01 10:20:30 UTC", "2020-01-01T10:20:30Z"],
  ["2020-01-01T10:20:30+02:00", "2020-01-01T08:20:30Z"],
  ["2020-01-01T10:20:30-0130", "2020-01-01T11:50:30Z"],
  ["2020-01-01T10:20:30+02", "2020-01-01T08:20:30Z"],
  ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"],
  ["0001-01-01", "0001-01-01T00:00:00Z"],
])("reads %s", (text, iso) => {
  expect(parseDatetime(text)).toBe(micros(iso));
});

it.each([
  "",
  "2020",
  "2020-01",
  "2020-02-30",
  "2020-13-01",
  "2020-01-01T24:00",
  "2020-01-01T10:20Z",
  "2020-01-01t10:20",
  "2020-01-01T10:20:30+24:00",
  "01.02.2020",
  "2020-01-01Z",
  "soon",
])("takes %j for no date", (text) => {
  expect(parseDatetime(text)).toBeUndefined();
});

it("cuts microseconds, but tells nanoseconds apart", () => {
  const [a, b] = ["2020-01-01T00:00:00.123456001Z", "2020-01-01T00:00:00.123456002Z"];
  expect(parseDatetime(a ?? "")).toBe(parseDatetime(b ?? ""));
  expect(parseInstant(a ?? "")).toBeLessThan(parseInstant(b ?? "") ?? 0n);
});

it("keeps a leap second before the next second, and stores it as that", () => {
  const leap = parseInstant("2016-12-31T23:59:60Z") ?? 0n;
  const next = parseInstant("2017-01-01T00:00:00Z") ?? 0n;
  expect(leap).toBeLessThan(next);
  expect(microsOf(leap)).toBe(microsOf(next));
});

it.each([0n, -1n, 1_234_567n, -1_234_567n, 1_600_000_000_123_456n])(
  "turns %s microseconds to ticks and back",
  (value) => {
    expect(microsOf(ticksOf(value))).toBe(value);
  },
);
