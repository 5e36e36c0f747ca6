import fc from "fast-check";

import { normsOf, restore, tooLongForCosine } from "../../../src/documents/norms";

/** What Qdrant makes of a cosine vector, counted in float32 as it does. */
function storedByQdrant(values: number[]): number[] {
  let squared = 0;
  for (const value of values) squared = Math.fround(squared + Math.fround(Math.fround(value) * Math.fround(value)));
  if (squared < 1.1920929e-7 || Math.abs(squared - 1) <= 1e-6) return values.map(Math.fround);
  const length = Math.fround(Math.sqrt(squared));
  return values.map((value) => Math.fround(Math.fround(value) / length));
}

function readBack(values: number[]): unknown[] {
  const restored = restore(storedByQdrant(values), normsOf({ kind: "dense", values }));
  return Array.isArray(restored) ? restored : [];
}

describe("restore", () => {
  it("gives ten times 1.0 back as ten times 1.0", () => {
    const ones = new Array<number>(10).fill(1);
    expect(readBack(ones)).toEqual(ones);
  });

  it.each([[[0, 0, 0]], [[1e-5, 0]], [[1, 0]], [[0.6, 0.8]], [[3e-30, 4e-30]], [[0.1, 0.2, 0.3]], [[5e18, -5e18]]])(
    "gives %j back",
    (values) => {
      const restored = readBack(values);
      expect(restored).toHaveLength(values.length);
      values.forEach((value, index) => {
        expect(Math.abs(Number(restored[index]) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -22);
      });
    },
  );

  it("gives any vector back within float32 of its length", () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 60), max: 2 ** 60 });
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 50 }), (values) => {
        const restored = readBack(values);
        const length = Math.hypot(...values);
        return values.every((value, index) => Math.abs(Number(restored[index]) - value) <= length * 2 ** -22);
      }),
    );
  });

  it("keeps a length per row of a multivector", () => {
    const rows = [
      [3, 4],
      [1, 0],
      [0, 0],
    ];
    const norms = normsOf({ kind: "multi", rows });
    expect(norms).toEqual([5, 1, 0]);
    expect(restore(rows.map(storedByQdrant), norms)).toEqual(rows);
  });

  it("leaves alone what has no norm or does not fit it", () => {
    expect(restore([3, 4], undefined)).toEqual([3, 4]);
    expect(restore([3, 4], [1, 2])).toEqual([3, 4]);
    expect(restore([[3, 4]], 5)).toEqual([[3, 4]]);
    expect(restore({ indices: [1], values: [2] }, 5)).toEqual({ indices: [1], values: [2] });
  });
});

describe("tooLongForCosine", () => {
  it("tells vectors whose squared length no float32 holds", () => {
    expect(tooLongForCosine({ kind: "dense", values: [1e19, 1e19] })).toBe(false);
    expect(tooLongForCosine({ kind: "dense", values: [2e19, 0] })).toBe(true);
    expect(tooLongForCosine({ kind: "multi", rows: [[1], [3e20]] })).toBe(true);
    expect(tooLongForCosine({ kind: "sparse", indices: [1], values: [1e38] })).toBe(false);
  });
});
