import { normalised, preparedVectors, roundedTo, toFloat16 } from "../../../../src/embedded/operations/prepare-vector";
import { type DenseParams } from "../../../../src/embedded/model/collection";
import { type GivenVector } from "../../../../src/embedded/model/vector";
import { refusal } from "./json";

const row = (...values: number[]): Float32Array => Float32Array.of(...values);

describe("a cosine vector", () => {
  it.each([
    ["is divided by its norm", row(3, 4), row(0.6, 0.8)],
    ["stays where it is zero", row(0, 0), row(0, 0)],
    ["stays where its squared norm is below 1.19e-7", row(0.00018, 0.00024), row(0.00018, 0.00024)],
    ["is divided just above that", row(0.00024, 0.00032), row(0.6, 0.8)],
    ["stays where its squared norm is within 1e-6 of 1", row(0.6000001, 0.8), row(0.6000001, 0.8)],
    ["becomes zeros where its squared norm is no float32", row(3e25, 4e25), row(0, 0)],
  ])("%s", (_, given, stored) => {
    const read = normalised(given);
    stored.forEach((value, i) => expect(read[i]).toBeCloseTo(value, 6));
  });
});

describe("a datatype", () => {
  it("cuts and clamps to bytes", () => {
    expect(roundedTo("uint8", row(3.7, -5, 300, 254.9, NaN))).toEqual(row(3, 0, 255, 254, 0));
  });

  it.each([
    [0.1, 0.0999755859375],
    [2049, 2048],
    [2051, 2052],
    [1e-9, 0],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [65_504, 65_504],
    [65_519, 65_504],
    [65_520, Infinity],
    [-70_000, -Infinity],
  ])("rounds %p to the half-precision %p", (given, stored) => {
    expect(toFloat16(given)).toBe(stored);
  });
});

const params = (over: Partial<DenseParams> = {}): DenseParams => ({
  size: 2,
  distance: "Dot",
  datatype: "float32",
  multi: false,
  given: new Map(),
  ...over,
});
const collection = {
  dense: new Map([
    ["d", params()],
    ["c", params({ distance: "Cosine", datatype: "float16" })],
    ["b", params({ distance: "Cosine", datatype: "uint8" })],
    ["m", params({ multi: true, distance: "Cosine" })],
  ]),
  sparse: new Map([["s", { idf: false, datatype: "float32" as const, given: new Map() }]]),
};
const prepared = (name: string, vector: GivenVector): unknown =>
  preparedVectors(collection, new Map([[name, vector]])).get(name);
const sparse: GivenVector = { kind: "sparse", sparse: { indices: Uint32Array.of(1), values: row(1) } };

describe("a point's vectors", () => {
  it("normalises before it rounds, and leaves bytes as they are", () => {
    expect(prepared("c", { kind: "dense", data: row(3, 4) })).toEqual({
      kind: "dense",
      data: row(0.60009765625, 0.7998046875),
    });
    expect(prepared("b", { kind: "dense", data: row(3, 4) })).toEqual({ kind: "dense", data: row(3, 4) });
  });

  it("takes a dense vector as the one row of a multivector, and normalises each row", () => {
    expect(prepared("m", { kind: "dense", data: row(0, 5) })).toEqual({
      kind: "multi",
      multi: { size: 2, data: row(0, 1) },
    });
    expect(prepared("m", { kind: "multi", rows: [row(0, 2), row(7, 0)] })).toEqual({
      kind: "multi",
      multi: { size: 2, data: row(0, 1, 1, 0) },
    });
  });

  it.each<[string, GivenVector, string]>([
    ["x", { kind: "dense", data: row(1, 2) }, "Not existing vector name error: x"],
    ["d", sparse, "Conversion between sparse and regular vectors failed"],
    ["m", sparse, "Conversion between sparse and regular vectors failed"],
    ["d", { kind: "multi", rows: [row(1, 2)] }, "Conversion between multi and regular vectors failed"],
    ["s", { kind: "dense", data: row(1) }, "Conversion between sparse and regular vectors failed"],
    ["s", { kind: "multi", rows: [row(1)] }, "Conversion between multi and regular vectors failed"],
  ])("refuses for %s what does not fit", (name, vector, text) => {
    expect(refusal(() => prepared(name, vector))).toEqual({ status: 400, text: `Wrong input: ${text}` });
  });
});
