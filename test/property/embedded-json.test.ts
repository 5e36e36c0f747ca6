import fc from "fast-check";
import { shortestFloat32, writeDouble } from "../../src/embedded/json/float32";
import { parseJsonText } from "../../src/embedded/json/parse";
import { writeJson } from "../../src/embedded/json/write";
import { IntegralFloat, type JsonValue } from "../../src/embedded/model/json";

/** What JSON.parse would have given. */
const plain = (value: JsonValue): unknown => {
  if (value instanceof IntegralFloat) return value.value;
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? [...value].map(([key, each]) => [key, plain(each)]) : value;
};
const entries = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(entries);
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, each]) => [key, entries(each)])
    : value;
};

const lossless: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((double) => (Number.isInteger(double) ? new IntegralFloat(double) : double)),
    fc.array(tie("value")),
    fc.array(fc.tuple(fc.string(), tie("value"))).map((pairs) => new Map(pairs)),
  ),
})).value;

describe("lossless JSON", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(lossless, (value) => {
        expect(parseJsonText(writeJson(value))).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("reads what JSON.parse reads, number for number", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom("", " "), (text, space) => {
        const spaced = space + text.replaceAll(",", `${space},${space}`) + space;
        // Spaces inside strings change them for both alike.
        expect(plain(parseJsonText(spaced))).toEqual(entries(JSON.parse(spaced)));
      }),
      { numRuns: 500 },
    );
  });

  it("writes a float32 in at most nine digits that read back as the same float32", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const shortest = shortestFloat32(value);
        expect(Object.is(Math.fround(shortest), value)).toBe(true);
        const digits = shortest.toExponential().replace(/e.*$|[-.]/g, "").length;
        expect(digits).toBeLessThanOrEqual(9);
        if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it("writes a list of float32 as it writes each of them", () => {
    const float = fc.oneof(
      fc.float({ noDefaultInfinity: true }),
      fc.float({ min: -1, max: 1, noNaN: true }),
      fc.integer({ min: -(2 ** 24), max: 2 ** 24 }).map((integer) => integer / 1024),
    );
    fc.assert(
      fc.property(fc.array(float), (numbers) => {
        const row = Float32Array.from(numbers);
        const texts = Array.from(row, (value) =>
          Number.isFinite(value) ? writeDouble(shortestFloat32(value)) : "null",
        );
        expect(writeJson(row)).toBe(`[${texts.join(",")}]`);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [1, "1.0"],
    [10, "10.0"],
    [9_999_999, "9999999.0"],
    [1e7, "10000000.0"],
    [0.00001, "0.00001"],
    [-0.0000123456789, "-0.000012345679"],
    [0.000009, "9e-6"],
    [-0.00000123456789, "-1.2345679e-6"],
    [5e-324, "0.0"],
    [1e-45, "1e-45"],
    [999.9999, "999.9999"],
    [1000, "1000.0"],
    // Halfway between two of the shortest forms: the even one.
    [0.251953125, "0.25195312"],
    [-0.251953125, "-0.25195312"],
    [0.259765625, "0.25976562"],
    [0.255859375, "0.25585938"],
    [-0, "-0.0"],
    [4294967300, "4294967300.0"],
    [1e16, "1e+16"],
    [0.1, "0.1"],
    [0.70710677, "0.70710677"],
    [NaN, "null"],
    [Infinity, "null"],
  ])("writes the float32 %s as %s", (value, text) => {
    expect(writeJson(Float32Array.of(value))).toBe(`[${text}]`);
  });
});
