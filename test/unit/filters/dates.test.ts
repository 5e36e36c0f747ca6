import { instantOf } from "../../../src/filters/dates";

it.each([
  ["2024-02-29", "2024-02-29T00:00:00Z"],
  ["2024-02-29T10:49", "2024-02-29T10:49:00Z"],
  ["2024-02-29 10:49:01", "2024-02-29T10:49:01Z"],
  ["2024-02-29T10:49:01+02:00", "2024-02-29T08:49:01Z"],
  ["2024-02-29T10:49:01-0130", "2024-02-29T12:19:01Z"],
  ["2024-02-29T10:49:01+02", "2024-02-29T08:49:01Z"],
  ["2024-02-29T10:49:01UTC", "2024-02-29T10:49:01Z"],
  ["0001-01-01", "0001-01-01T00:00:00Z"],
])("reads %s", (text, same) => {
  expect(instantOf(text)).toBe(BigInt(Date.parse(same)) * 1_000_000n);
});

it("keeps fractions to the nanosecond", () => {
  const whole = instantOf("2024-01-01T00:00:00Z");
  expect(instantOf("2024-01-01T00:00:00.000000001Z")).toBe((whole ?? 0n) + 1n);
});

it.each([
  "2023-02-29",
  "2024-13-01",
  "2024-01",
  "2024-01-01T24:00",
  "2024-01-01T10:49Z",
  "soon",
  "",
  "2024-01-01T10:61",
])("takes %j for no date", (text) => {
  expect(instantOf(text)).toBeUndefined();
});
