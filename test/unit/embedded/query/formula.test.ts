import { IntegralFloat, type JsonValue } from "../../../../src/embedded/model/json";
import { type PayloadIndexType } from "../../../../src/embedded/model/collection";
import { type Expression } from "../../../../src/embedded/model/query";
import { checkFormula, readVariable } from "../../../../src/embedded/query/formula-check";
import { decimal } from "../../../../src/embedded/query/decimal";
import { decayed, evaluate } from "../../../../src/embedded/query/formula";

function valueOf(
  expression: Expression,
  payload: Record<string, JsonValue> = {},
  {
    defaults = {},
    index,
    scores = [],
  }: { defaults?: Record<string, JsonValue>; index?: PayloadIndexType; scores?: number[] } = {},
): number {
  const formula = checkFormula({ expression, defaults: new Map(Object.entries(defaults)) });
  return evaluate(formula.term, {
    payload: new Map(Object.entries(payload)),
    defaults: formula.payloadDefaults,
    indexOn: () => index,
    score: (prefetch) => scores[prefetch] ?? formula.scoreDefaults.get(prefetch) ?? 0,
    matches: () => true,
  });
}

const constant = (value: number): Expression => ({ kind: "constant", value });
const variable = (text: string): Expression => ({ kind: "variable", text });

describe("formulas", () => {
  it("read scores and payload values", () => {
    const sum: Expression = { kind: "sum", of: [variable("$score"), variable("$score[1]"), variable("n")] };
    expect(valueOf(sum, { n: 4 }, { scores: [1, 2] })).toBe(7);
    expect(valueOf(sum, { n: [4] }, { scores: [1], defaults: { "$score[1]": 10 } })).toBe(15);
    expect(valueOf(variable("n"), { n: new IntegralFloat(4) })).toBe(4);
  });
  it("stop a product at its first zero", () => {
    expect(valueOf({ kind: "mult", of: [constant(0), variable("missing")] })).toBe(0);
    expect(() => valueOf({ kind: "mult", of: [variable("missing"), constant(0)] })).toThrow("No value found");
  });
  it("divide, by default where the divisor is 0", () => {
    const by = (right: number, byZeroDefault?: number): Expression => ({
      kind: "div",
      left: constant(3),
      right: constant(right),
      byZeroDefault,
    });
    expect(valueOf(by(2))).toBe(1.5);
    expect(valueOf(by(0, 7))).toBe(7);
    expect(() => valueOf(by(0))).toThrow("The expression 3/0 = inf produced a non-finite number");
  });
  it("refuse what is not finite, in Qdrant's words", () => {
    expect(() => valueOf({ kind: "sqrt", of: constant(-4) })).toThrow("√-4 = NaN");
    expect(() => valueOf({ kind: "log10", of: constant(0) })).toThrow("log10(0) = -inf");
    expect(() => valueOf({ kind: "mult", of: [constant(1e30), constant(1e30)] })).toThrow("as f32 = inf");
  });
  it("refuse values of another type, but not where an index leaves them out and there is a default", () => {
    expect(() => valueOf(variable("n"), { n: "four" }, { defaults: { n: 3 } })).toThrow("Value is not a number");
    expect(() => valueOf(variable("n"), { n: null }, { defaults: { n: 3 } })).toThrow("Value is not a number");
    expect(() => valueOf(variable("n"), { n: [1, 2] })).toThrow("Value is not a number");
    expect(valueOf(variable("n"), { n: "four" }, { defaults: { n: 3 }, index: "integer" })).toBe(3);
    expect(() => valueOf(variable("n"), { n: 1.5 }, { index: "integer" })).toThrow("No value found");
  });
  it("measure from a place, in metres, and name what is wrong with one", () => {
    const distance: Expression = { kind: "geo_distance", origin: { lon: 0, lat: 0 }, to: "at" };
    const place = (entries: Record<string, JsonValue>): JsonValue => new Map(Object.entries(entries));
    expect(valueOf(distance, { at: place({ lon: 90, lat: 0 }) })).toBeCloseTo((6_371_008.8 * Math.PI) / 2, -1);
    expect(() => valueOf(distance, { at: place({ lat: 1 }) })).toThrow("missing field `lon`");
    expect(() => valueOf(distance, { at: 3 })).toThrow("invalid type: integer `3`");
  });
  it("count dates in seconds", () => {
    const since: Expression = {
      kind: "sum",
      of: [
        { kind: "datetime_key", text: "at" },
        { kind: "neg", of: { kind: "datetime", text: "2024-01-01" } },
      ],
    };
    expect(valueOf(since, { at: "2024-01-02T00:00:00Z" })).toBe(86_400);
    expect(() => valueOf(since, { at: "soon" })).toThrow("input contains invalid characters");
    expect(() => valueOf({ kind: "datetime", text: "tomorrow" })).toThrow("failed to parse date-time tomorrow");
  });
  it("refuse decays without a slope", () => {
    const decay = (curve: "lin" | "exp" | "gauss", scale: number, midpoint: number): Expression => ({
      kind: "decay",
      curve,
      x: constant(1),
      scale,
      midpoint,
    });
    expect(() => valueOf(decay("lin", 0, 0.5))).toThrow("Decay scale should be non-zero positive, got 0.");
    expect(() => valueOf(decay("exp", 1, 1))).toThrow("Decay midpoint should be in the range (0.0, 1.0), got 1.");
    expect(() => valueOf(decay("lin", 1, 1.5))).toThrow("Linear decay midpoint should be in the range [0.0, 1.0]");
    expect(valueOf(decay("lin", 1, 1))).toBe(1);
  });
});

describe("decays", () => {
  it.each(["lin", "exp", "gauss"] as const)("%s is 1 at the target and the midpoint at the scale", (curve) => {
    expect(decayed(curve, 0, 4, 0.25)).toBe(1);
    expect(decayed(curve, 4, 4, 0.25)).toBeCloseTo(0.25, 12);
    expect(decayed(curve, -4, 4, 0.25)).toBeCloseTo(0.25, 12);
  });
  it("end at 0 where they are linear", () => expect(decayed("lin", 99, 4, 0.25)).toBe(0));
});

describe("variables", () => {
  it.each([
    ["$score", { kind: "score", prefetch: 0 }],
    ["$score[3]", { kind: "score", prefetch: 3 }],
    ["$rank", "Invalid reserved word: $rank"],
    ["$score.x", "Invalid reserved variable: $score.x"],
    ["$score[]", "Invalid reserved variable: $score[]"],
    ["$", "Invalid reserved variable: $"],
    ["a[[", "Invalid payload variable: a[["],
    ["", "Invalid payload variable: "],
  ])("%j", (text, expected) => expect(readVariable(text)).toEqual(expected));
  it("are payload paths otherwise", () => expect(readVariable("a.b")).toMatchObject({ kind: "payload" }));
});

describe("numbers in messages", () => {
  it.each([
    [3, "3"],
    [-0.5, "-0.5"],
    [1e21, "1000000000000000000000"],
    [3.000000090284798e60, `3000000090284798${"0".repeat(45)}`],
    [1.5e-7, "0.00000015"],
    [-0, "-0"],
    [Infinity, "inf"],
    [NaN, "NaN"],
  ])("%d is %s", (value, text) => expect(decimal(value)).toBe(text));
});
