/** Reading within a budget, and the parts of a namespace. */
import { partOf } from "../../../src/documents/list-partition";
import { parseFilters } from "../../../src/filters/parse";
import { budgeted, isBefore } from "../../../src/filters/scan";
import { NO_INDEXES, translateParsed } from "../../../src/filters/translate";

function residualOf(operator: string, value: string) {
  const { residual } = translateParsed(parseFilters({ AND: [{ field: "a", operator, value }] }), NO_INDEXES);
  if (residual === undefined) throw new Error("Nothing is left to judge.");
  return residual;
}

it("refuses the document that is one too many, and says so", () => {
  const judge = budgeted(residualOf("contains", "x"), { documents: 2, patternCharacters: 100 });
  expect([judge({ a: "x" }), judge({ a: "y" })]).toEqual([true, false]);
  expect(() => judge({ a: "x" })).toThrow(
    expect.objectContaining({
      status: 422,
      code: "scan_budget_exceeded",
      details: expect.objectContaining({ budget: 2 }),
    }),
  );
});

it("refuses to run a pattern over more text than it may", () => {
  const judge = budgeted(residualOf("regex", "x$"), { documents: 9, patternCharacters: 10 });
  expect(judge({ a: "0123456x" })).toBe(true);
  expect(() => judge({ a: "0123456x" })).toThrow(expect.objectContaining({ code: "scan_budget_exceeded" }));
});

it.each([1, 2, 3, 7, 256])("cuts all ids into %d parts without gap or overlap", (count) => {
  const parts = Array.from({ length: count }, (_, index) => partOf({ index, count }));
  expect(parts[0]?.from).toBeUndefined();
  expect(parts.at(-1)?.until).toBeUndefined();
  for (const [index, { until }] of parts.slice(0, -1).entries()) expect(parts[index + 1]?.from).toBe(until);
  const starts = parts.slice(1).map(({ from }) => String(from));
  expect([...starts].sort()).toEqual(starts);
});

it("orders ids as Qdrant does: numbers by size, then uuids", () => {
  const ids = ["9", "10", "18446744073709551615", "00000000-0000-0000-0000-000000000000"];
  for (const [index, id] of ids.slice(1).entries()) {
    expect([isBefore(String(ids[index]), id), isBefore(id, String(ids[index]))]).toEqual([true, false]);
  }
});
