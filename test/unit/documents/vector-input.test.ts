import { type Fault } from "../../../src/errors";
import { readVectors, type SuppliedVector } from "../../../src/documents/vector-input";

function read(input: unknown): { vectors: Record<string, SuppliedVector>; faults: Fault[] } {
  const faults: Fault[] = [];
  return { vectors: Object.fromEntries(readVectors(input, "vectors", faults)), faults };
}
const pathsOf = (input: unknown): string[] => read(input).faults.map(({ path }) => path);

const base64 = (...values: number[]): string => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString("base64");
};

describe("readVectors", () => {
  it("reads each form", () => {
    const { vectors, faults } = read({
      dense: [1, -0.5],
      multi: [
        [1, 2],
        [3, 4],
      ],
      words: { indices: [7, 3], values: [0.5, 1] },
      packed: { base64_f32: base64(0.5, -2) },
    });
    expect(faults).toEqual([]);
    expect(vectors).toEqual({
      dense: { kind: "dense", values: [1, -0.5] },
      multi: {
        kind: "multi",
        rows: [
          [1, 2],
          [3, 4],
        ],
      },
      words: { kind: "sparse", indices: [7, 3], values: [0.5, 1] },
      packed: { kind: "dense", values: [0.5, -2] },
    });
  });

  it("takes a bare sparse vector for the one named sparse", () => {
    expect(read({ indices: [1], values: [2] }).vectors).toEqual({
      sparse: { kind: "sparse", indices: [1], values: [2] },
    });
  });

  it("keeps a vector that is called __proto__", () => {
    expect([...readVectors(JSON.parse('{"__proto__": [1, 2]}'), "vectors", []).keys()]).toEqual(["__proto__"]);
  });

  it.each([
    ["a string among the numbers", { v: [1, "2", 3] }, ["vectors.v[1]"]],
    ["null among the numbers", { v: [null, 1] }, ["vectors.v[0]"]],
    ["1e39, which no float32 holds", { v: [0, 1e39] }, ["vectors.v[1]"]],
    ["two wrong numbers", { v: [true, 1, {}] }, ["vectors.v[0]", "vectors.v[2]"]],
    ["an empty vector", { v: [] }, ["vectors.v"]],
    ["an empty row", { v: [[]] }, ["vectors.v[0]"]],
    ["ragged rows", { v: [[1, 2], [3]] }, ["vectors.v[1]"]],
    ["a number among rows", { v: [[1, 2], 3] }, ["vectors.v[1]"]],
    ["more values than indices", { v: { indices: [1], values: [1, 2] } }, ["vectors.v"]],
    ["an index twice", { v: { indices: [4, 4], values: [1, 2] } }, ["vectors.v.indices[1]"]],
    ["a negative index", { v: { indices: [-1], values: [1] } }, ["vectors.v.indices[0]"]],
    ["an index of 2^32", { v: { indices: [4294967296], values: [1] } }, ["vectors.v.indices[0]"]],
    ["half an index", { v: { indices: [0.5], values: [1] } }, ["vectors.v.indices[0]"]],
    ["no values", { indices: [1] }, ["vectors.values"]],
    ["an empty sparse vector", { indices: [], values: [] }, ["vectors"]],
    ["a third key", { v: { indices: [1], values: [1], size: 3 } }, ["vectors.v.size"]],
    ["text that is not base64", { v: { base64_f32: "%%%" } }, ["vectors.v.base64_f32"]],
    ["five bytes", { v: { base64_f32: Buffer.alloc(5).toString("base64") } }, ["vectors.v.base64_f32"]],
    ["no bytes", { v: { base64_f32: "" } }, ["vectors.v.base64_f32"]],
    ["NaN in base64", { v: { base64_f32: base64(1, NaN) } }, ["vectors.v.base64_f32[1]"]],
    ["null for a vector", { v: null }, ["vectors.v"]],
    ["text for a vector", { v: "abc" }, ["vectors.v"]],
    ["another object for a vector", { v: { x: 1 } }, ["vectors.v"]],
    ["an array for the vectors", [1, 2], ["vectors"]],
    ["65,537 numbers", { v: new Array<number>(65_537).fill(0) }, ["vectors.v"]],
  ])("refuses %s", (_what, input, paths) => {
    expect(pathsOf(input)).toEqual(paths);
  });

  it("refuses a multivector of 1,048,576 numbers and takes one of a row less", () => {
    const rows = (count: number): number[][] => new Array<number[]>(count).fill(new Array<number>(1024).fill(0.5));
    expect(pathsOf({ v: rows(1024) })).toEqual(["vectors.v"]);
    expect(pathsOf({ v: rows(1023) })).toEqual([]);
  });
});
