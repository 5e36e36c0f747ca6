/** What is stored of a vector is stored again, to the last bit, when what was read of it is written. The embedded engine's own
 *  rounding, which is Qdrant's, is the judge. */
import fc from "fast-check";

import { normalised, roundedTo } from "../../src/embedded/operations/prepare-vector";
import { toStoreAgain } from "../../src/transfer/stored-again";

interface Kind {
  distance: "Cosine" | "Dot" | "Euclid";
  datatype: "float32" | "float16" | "uint8";
}

function stored({ distance, datatype }: Kind, rows: readonly number[][]): number[][] {
  return rows.map((row) => {
    const given = Float32Array.from(row);
    const isScaled = distance === "Cosine" && datatype !== "uint8";
    return [...roundedTo(datatype, isScaled ? normalised(given) : given)];
  });
}

function sentAgain(kind: Kind, rows: number[][]): number[][] {
  const sent = toStoreAgain(rows, { kind: "multi", size: rows[0]?.length ?? 0, ...kind });
  return Array.isArray(sent) ? sent.filter((row) => Array.isArray(row)) : [];
}

const number = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e-3), max: Math.fround(1e-3) }),
  fc.constantFrom(0, -0, 1, -1, 0.5, Math.fround(3e-4), Math.fround(6.1e-5)),
);
const rows = fc
  .integer({ min: 1, max: 12 })
  .chain((size) => fc.array(fc.array(number, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 3 }));

it.each<Kind>([
  { distance: "Cosine", datatype: "float32" },
  { distance: "Cosine", datatype: "float16" },
  { distance: "Cosine", datatype: "uint8" },
  { distance: "Dot", datatype: "float16" },
  { distance: "Euclid", datatype: "uint8" },
])("of %j", (kind) => {
  fc.assert(
    fc.property(rows, (given) => {
      const once = stored(kind, given);
      expect(stored(kind, sentAgain(kind, once))).toEqual(once);
    }),
    { numRuns: 2000 },
  );
});

it("needs more than sending a float16 vector as it was read, which changes some", () => {
  const kind: Kind = { distance: "Cosine", datatype: "float16" };
  const changed = fc.sample(rows, { numRuns: 2000, seed: 1 }).filter((given) => {
    const once = stored(kind, given);
    return JSON.stringify(stored(kind, once)) !== JSON.stringify(once);
  });
  expect(changed.length).toBeGreaterThan(0);
});
