import fc from "fast-check";
import { NumberList } from "../../../../src/embedded/json/numbers";

/** What the list's text was read as; undefined where it is left to the general reader. */
function read(text: string): number[] | undefined {
  const list = new NumberList();
  const bytes = Buffer.from(`[${text}]`);
  const end = list.read(bytes, 1);
  if (end < 0) return undefined;
  expect(end).toBe(bytes.length);
  return list.toArray();
}

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });
const whole = fc.oneof(fc.constant("0"), digits(0, 16).chain((rest) => fc.integer({ min: 1, max: 9 }).map((first) => `${first}${rest}`))); // prettier-ignore

describe("reading lists of numbers", () => {
  it("gives each decimal the double that Number gives it", () => {
    const decimal = fc
      .tuple(fc.constantFrom("", "-"), whole, digits(1, 26), fc.constantFrom("", "", "", "e-5", "E+3", "e22"))
      .map(([sign, before, after, exponent]) => `${sign}${before}.${after}${exponent}`);
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 30 }), (texts) => {
        expect(read(texts.join(","))).toEqual(texts.map(Number));
      }),
      { numRuns: 3000 },
    );
  });

  it("gives each float32 and each double back that was printed", () => {
    const float = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: -1, max: 1 }),
    );
    fc.assert(
      fc.property(fc.array(float, { minLength: 1 }), (numbers) => {
        const texts = numbers.map((value) => (Number.isInteger(value) ? `${value.toFixed(1)}` : String(value)));
        expect(read(texts.join(" , "))).toEqual(texts.map(Number));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    // Halfway between two doubles, and next to that.
    "9007199254740993.0",
    "4503599627370497.5",
    "4503599627370497.49",
    "4503599627370497.51",
    "2251799813685249.25",
    "2251799813685248.75",
    "1125899906842624.125",
    "1125899906842624.375",
    "0.5000000000000001110",
    "0.500000000000000111",
    "8.5e-323",
    "1.7976931348623157e308",
  ])("rounds %s as Number does", (text) => {
    expect(read(text)).toEqual([Number(text)]);
    expect(read(`-${text}, 1.5`)).toEqual([-Number(text), 1.5]);
  });

  it.each([
    "",
    " ",
    "1,",
    ",1",
    "1 2",
    "01",
    "+1",
    "-",
    "1.",
    ".5",
    "1.e1",
    "1e",
    "1e400",
    '1,"a"',
    "1,[2]",
    "null",
    "1;",
  ])("leaves [%s] to the general reader", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each(["9007199254740992", "-9007199254740993", "123456789012345678901234567890", `0.${"1".repeat(5000)}`])(
    "leaves %s, which a double may not hold, to the general reader",
    (text) => {
      expect(read(`1,${text}`)).toBeUndefined();
    },
  );

  it.each([
    ["1,2,-3", false, false],
    ["1,2.5", true, false],
    ["1,2.0", true, true],
    ["1,2e0", true, true],
    ["1,-0", true, true],
    ["1,0.0000000000000000000000000", true, true],
    ["1,1.00000000000000000000000001", true, true],
  ])("tells of [%s] whether it has floats: %s, and whole ones: %s", (text, hasFloats, hasWholeFloats) => {
    const list = new NumberList();
    expect(list.read(Buffer.from(`[${text}]`), 1)).toBe(text.length + 2);
    expect(list).toMatchObject({ hasFloats, hasWholeFloats });
  });

  it("reads one list after another, of any length", () => {
    const list = new NumberList();
    for (const count of [3, 5000, 1, 70]) {
      const numbers = Array.from({ length: count }, (_, i) => i + 0.5);
      list.read(Buffer.from(JSON.stringify(numbers)), 1);
      expect(list.toArray()).toEqual(numbers);
      expect(list.toFloat32()).toEqual(Float32Array.from(numbers));
    }
  });
});
