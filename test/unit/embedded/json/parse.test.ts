import { MAX_DEPTH, parseJson, parseJsonText } from "../../../../src/embedded/json/parse";
import { IntegralFloat, RepeatingObject } from "../../../../src/embedded/model/json";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("reading JSON without loss", () => {
  it.each([
    ["1", 1],
    ["-7", -7],
    ["1.5", 1.5],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740993", 9_007_199_254_740_993n],
    ["18446744073709551615", 18_446_744_073_709_551_615n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
    ["18446744073709551616", new IntegralFloat(18_446_744_073_709_552_000)],
    ["1.0", new IntegralFloat(1)],
    ["1e3", new IntegralFloat(1000)],
    ["-0", new IntegralFloat(-0)],
    ["-0.0", new IntegralFloat(-0)],
    ["0.1e-7", 1e-8],
  ])("reads %s", (text, value) => {
    expect(parseJsonText(text)).toStrictEqual(value);
    expect(parseJsonText(`[${text}]`)).toStrictEqual([value]);
    expect(parseJsonText(`[0.25,${text} , 3]`)).toStrictEqual([0.25, value, 3]);
  });

  it.each(["1.0", "10.0", "1e2", "20e-1", "5e-0", "-0", "0e-5", "1.00000000000000000001"])(
    "keeps %s a float in a list of floats",
    (text) => {
      expect(parseJsonText(`[0.5,${text},0.25]`)).toStrictEqual([0.5, new IntegralFloat(Number(text)), 0.25]);
    },
  );

  it("keeps any key a key, in its order", () => {
    const read = parseJsonText('{"__proto__":1,"10":2,"2":3,"":4}');
    expect(read).toStrictEqual(new Map([["__proto__", 1], ["10", 2], ["2", 3], ["", 4]])); // prettier-ignore
  });

  it("lets the last of a repeated key win, and tells that it was repeated", () => {
    const read = parseJsonText('{"a":1,"b":2,"a":3}');
    expect(read).toBeInstanceOf(RepeatingObject);
    expect(read instanceof Map && read.get("a")).toBe(3);
  });

  it("reads brackets and braces inside strings of a list that starts with a number", () => {
    expect(parseJsonText('[1,"]",{"a":"}["}]')).toStrictEqual([1, "]", new Map([["a", "}["]])]);
  });

  it("reads nesting up to serde's limit and refuses one level more", () => {
    expect(() => parseJsonText(nested(MAX_DEPTH))).not.toThrow();
    expect(() => parseJsonText(nested(MAX_DEPTH + 1))).toThrow("recursion limit exceeded");
    expect(() => parseJsonText('{"a":'.repeat(200) + "1" + "}".repeat(200))).toThrow("recursion limit exceeded");
  });

  it.each([
    "",
    " ",
    "{",
    "[1,]",
    "[1,2",
    "[1 2]",
    '{"a":1,}',
    "{a:1}",
    "{'a':1}",
    '{"a" 1}',
    "nope",
    "nul",
    "NaN",
    "[NaN]",
    "[1,Infinity]",
    "01",
    "[01]",
    "+1",
    "1.",
    ".5",
    "1e",
    "[1e400]",
    "1e400",
    "-1e999",
    '{"a":1}{',
    "1 x",
    '"\u0001"',
    '"a\nb"',
    String.raw`"\q"`,
    String.raw`"\ud800"`,
    String.raw`"\u12"`,
    '"open',
    "\ufeff{}",
  ])("refuses %j with 400", (text) => {
    expect(() => parseJsonText(text)).toThrow(expect.objectContaining({ status: 400 }) as Error);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow("invalid unicode");
  });

  it("reads deep lists behind a number in time that grows with their size alone", () => {
    const text = "[1,".repeat(MAX_DEPTH - 1) + `[${"1.5,".repeat(300_000)}1]` + "]".repeat(MAX_DEPTH - 1);
    expect(() => parseJsonText(text)).not.toThrow();
  });
});
