import fc from "fast-check";

import { listed, type ListRequest } from "../../../src/control/listing";

interface Row extends Record<string, unknown> {
  id: string;
  rank?: number;
}
const fields = { id: "id" as const, searched: ["id" as const] };
const rows: Row[] = [
  { id: "a", rank: 2, tags: ["x", "Y"], nested: { k: 1 } },
  { id: "b", rank: 1 },
  { id: "c" },
  { id: "d", rank: 1 },
];
const idsOf = (request: ListRequest): string[] => listed(rows, request, {}, fields).results.map(({ id }) => id);

it.each<[string, ListRequest, string[]]>([
  ["sorts by value, then id, missing last", { sort: { field: "rank", direction: "asc" } }, ["b", "d", "a", "c"]],
  ["keeps missing last downwards too", { sort: { field: "rank", direction: "desc" } }, ["a", "b", "d", "c"]],
  ["filters by a plain value", { filters: { rank: 1 } }, ["b", "d"]],
  ["finds a value within a list, whatever its case", { filters: { tags: "y" } }, ["a"]],
  ["minds the case where asked", { filters: { tags: "y" }, case_sensitive: true }, []],
  ["reaches nested values", { filters: { "nested.k": 1 } }, ["a"]],
  [
    "nests AND, OR and NOT",
    {
      filters: {
        OR: [
          { field: "rank", operator: "gt", value: 1 },
          { NOT: [{ field: "rank", operator: "exists", value: true }] },
        ],
      },
    },
    ["a", "c"],
  ],
])("%s", (_what, request, expected) => {
  expect(idsOf({ sort: { field: "id", direction: "asc" }, ...request })).toEqual(expected);
});

it.each([
  [{ AND: "x" }, "filters.AND"],
  [{ OR: [{ field: 3 }] }, "filters.OR[0].field"],
  [{ field: "a", operator: "near", value: 1 }, "filters.operator"],
  [{ field: "a", operator: "in", value: 1 }, "filters.value"],
])("refuses the filter %j with its path", (filters, path) => {
  expect(() => idsOf({ filters })).toThrow(path);
});

it("refuses filters nested a thousand deep", () => {
  let filters: Record<string, unknown> = { a: 1 };
  for (let depth = 0; depth < 1_000; depth += 1) filters = { AND: [filters] };
  expect(() => idsOf({ filters })).toThrow(/nested/);
});

it("pages by cursor through every row once, in order, whatever the size of the page", () => {
  const someRows = fc.uniqueArray(
    fc.record({ id: fc.string(), rank: fc.option(fc.integer({ max: 3, min: 0 }), { nil: undefined }) }),
    {
      selector: ({ id }) => id,
    },
  );
  fc.assert(
    fc.property(
      someRows,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("asc" as const, "desc" as const),
      (given, limit, direction) => {
        const request = { sort: { field: "rank", direction }, limit };
        const whole = listed(given, { ...request, limit: 1_000 }, {}, fields).results;
        const seen: Row[] = [];
        let cursor: string | undefined;
        do {
          const page = listed<Row>(given, request, { cursor }, fields);
          seen.push(...page.results);
          cursor = page.pagination.next_cursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual(whole);
        expect(seen).toHaveLength(given.length);
      },
    ),
  );
});
