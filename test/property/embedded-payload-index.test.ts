/** What indexes tell besides filters (distinct values, order, counts of points) against a plain look at all payloads, under
 *  random changes with reads in between. */
import fc from "fast-check";
import { orderedRows } from "../../src/embedded/query/order-by";
import { payloadIndexSchema } from "../../src/embedded/filter/index-schema";
import { Place } from "../../src/embedded/http/decode";
import { IntegralFloat, type JsonValue } from "../../src/embedded/model/json";
import { MemoryTable } from "../support/memory-table";

const BIG = [9_007_199_254_740_993n, 9_007_199_254_740_995n, -9_007_199_254_740_993n];
const single = fc.oneof(
  fc.constantFrom<JsonValue>(...BIG, -3, 0, 1, 2, 2.5, new IntegralFloat(2), null, true, "a", "b", "2020-01-01"),
  fc.integer({ min: -5, max: 5 }),
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(single, fc.array(single, { maxLength: 4 }));
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ slot: fc.nat(15), value }) },
  { weight: 1, arbitrary: fc.record({ slot: fc.nat(15), value: fc.constant(undefined) }) },
);

const items = (held: JsonValue | undefined): JsonValue[] =>
  held === undefined ? [] : Array.isArray(held) ? held : [held];
/** Exact integers as bigints, so that they compare whatever their size. */
function integers(held: JsonValue | undefined): bigint[] {
  return items(held).flatMap((each) => {
    if (each instanceof IntegralFloat) return [BigInt(each.value)];
    if (typeof each === "bigint") return [each];
    return typeof each === "number" && Number.isInteger(each) ? [BigInt(each)] : [];
  });
}

it("counts and orders the values of an integer index as a look at every payload does", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.boolean(),
      fc.option(fc.integer({ min: -4, max: 4 })),
      (steps, desc, from) => {
        const table = new MemoryTable();
        table.declare("n", payloadIndexSchema("integer", Place.root()));
        const held = new Map<number, bigint[]>();
        for (const { slot, value: next } of steps) {
          if (next === undefined) table.remove(slot);
          else table.put(slot, slot, new Map([["n", next]]));
          held.set(slot, [...new Set(integers(next))]);

          const index = table.payloadIndex("n");
          const counts = new Map<bigint, number>();
          for (const each of [...held.values()].flat()) counts.set(each, (counts.get(each) ?? 0) + 1);
          const told = [...(index?.distinct?.counts() ?? [])].map(([each, count]): [bigint, number] => [
            BigInt(each),
            count,
          ]);
          expect(new Map(told)).toEqual(counts);
          expect(index?.pointCount).toBe([...held.values()].filter((each) => each.length > 0).length);

          const rows = [...held]
            .flatMap(([at, values]) => values.map((each) => ({ slot: at, value: each })))
            .filter(({ value: each }) => from === null || (desc ? each <= BigInt(from) : each >= BigInt(from)))
            .sort((a, b) => (a.value === b.value ? a.slot - b.slot : a.value < b.value ? -1 : 1));
          const path = { text: "n", steps: [{ kind: "key" as const, key: "n" }] };
          const order = { path, direction: desc ? ("desc" as const) : ("asc" as const), startFrom: from ?? undefined };
          const got = orderedRows(table, order, { limit: 1000 });
          const shown = got.map((row) => ({ slot: row.slot, value: integers(row.value)[0] }));
          expect(shown).toEqual(desc ? rows.reverse() : rows);
        }
      },
    ),
    { numRuns: 150 },
  );
});
