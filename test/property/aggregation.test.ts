/** Groups against a naive reading of the same documents: filter the rows of a group, then compute from scratch. */
import fc from "fast-check";

import { type Aggregation, aggregationOf } from "../../src/aggregation/aggregation";
import { GroupTable } from "../../src/aggregation/groups";
import { resultsOf } from "../../src/aggregation/results";
import { type InletError } from "../../src/errors";

const LIMITS = { groups: 1_000, bytes: 2 ** 20 };
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, "a", "b", "", "1", 1, 2, -0.5, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
const documents = fc.array(fc.record({ g: value, h: scalar, x: value }, { requiredKeys: [] }), { maxLength: 30 });
type Doc = Record<string, unknown>;

const empty = (it: unknown): boolean => it === undefined || it === null || (Array.isArray(it) && it.length === 0);
const named = (it: unknown): string => JSON.stringify(empty(it) ? null : it);

function tableOf(docs: readonly Doc[], aggregation: Aggregation, limits = LIMITS): GroupTable {
  const table = new GroupTable(aggregation, limits);
  docs.forEach((doc, index) => table.add({ ...doc, document_id: `doc_${String(index).padStart(4, "0")}` }));
  return table;
}

it.each([false, true])("gives each group what its rows give (unwound: %s)", (unwound) => {
  const aggregation = aggregationOf({
    group_by: [{ field: "g" }, { field: "metadata.h", alias: "h" }],
    aggregations: [
      { function: "count", alias: "rows" },
      { function: "count", field: "x", alias: "values" },
      { function: "count_distinct", distinct_field: "x", alias: "distinct" },
      { function: "sum", field: "x", alias: "sum" },
      { function: "push", field: "x", alias: "all" },
      { function: "first", field: "x", alias: "first" },
      { function: "last", field: "x", alias: "last" },
    ],
    ...(unwound ? { unwind: "g" } : {}),
  });
  fc.assert(
    fc.property(documents, (docs) => {
      const got = resultsOf(tableOf(docs, aggregation).results(), aggregation);
      const rows = unwound
        ? docs.flatMap((doc) =>
            empty(doc.g) ? [] : (Array.isArray(doc.g) ? doc.g : [doc.g]).map((g: unknown) => ({ ...doc, g })),
          )
        : docs;
      const keyOf = (row: Doc): string => `${named(row.g)} ${named(row.h)}`;
      expect(got.results.map(({ group }) => keyOf(group)).sort()).toEqual([...new Set(rows.map(keyOf))].sort());
      for (const { group, metrics } of got.results) {
        const own = rows.filter((row: Doc) => keyOf(row) === keyOf(group));
        const values = own.map((row: Doc) => row.x).filter((x) => !empty(x));
        const sum = values.reduce<number>((all, x) => all + (typeof x === "number" ? x : 0), 0);
        expect(metrics).toMatchObject({
          rows: own.length,
          values: values.length,
          distinct: new Set(values.map(named)).size,
          all: values,
          first: values[0] ?? null,
          last: values.at(-1) ?? null,
        });
        expect(metrics.sum).toBeCloseTo(sum, 6);
      }
    }),
  );
});

it("gives the same in any order of the documents", () => {
  const aggregation = aggregationOf({
    group_by: [{ field: "h" }],
    aggregations: (["sum", "avg", "min", "max", "first", "push", "add_to_set"] as const).map((name) => ({
      function: name,
      field: "x",
      alias: name,
    })),
    sort_by: "sum",
  });
  const inOrder = fc.array(fc.record({ h: scalar, x: scalar, document_id: fc.uuid() }), { maxLength: 30 });
  fc.assert(
    fc.property(inOrder, (docs) => {
      const of = (list: readonly Doc[]) => {
        const table = new GroupTable(aggregation, LIMITS);
        for (const doc of list) table.add(doc);
        return resultsOf(table.results(), aggregation);
      };
      expect(of([...docs].reverse())).toEqual(of(docs));
    }),
  );
});

it("stops at the first group past the limit, of a million", () => {
  const aggregation = aggregationOf({ group_by: [{ field: "g" }], aggregations: [{ function: "count", alias: "n" }] });
  const table = new GroupTable(aggregation, LIMITS);
  let read = 0;
  const readAll = (): void => {
    for (; read < 1_000_000; read += 1) table.add({ g: read });
  };
  expect(readAll).toThrow(expect.objectContaining({ status: 422, code: "too_many_groups" }) as InletError);
  expect(read).toBe(LIMITS.groups);
});

it.each(["push", "add_to_set", "count_distinct"] as const)("bounds what %s keeps", (name) => {
  const aggregation = aggregationOf({ aggregations: [{ function: name, field: "x", alias: "kept" }] });
  const table = new GroupTable(aggregation, LIMITS);
  const readAll = (): void => {
    for (let index = 0; index < 100_000; index += 1) table.add({ x: `${index} ${"long ".repeat(20)}` });
  };
  expect(readAll).toThrow(expect.objectContaining({ status: 422, code: "aggregation_too_large" }) as InletError);
});
