import { compare } from "../../contract/compare";
import { type Step, conversations } from "../../contract/conversation";
import { type Json } from "../../contract/json";

const hits = (...points: Json[]): Json => ({ result: { points }, status: "ok", time: 0.1 });
const step = (body: Json, more: Partial<Step> = {}): Step => ({
  name: "a step",
  do: "POST /collections/c/points/query",
  expect: { status: 200, body },
  ...more,
});
const answered = (body: Json, status = 200) => ({ status, text: JSON.stringify(body) });
const kindOf = (recorded: Step, got: Json, status?: number) => compare(recorded, answered(got, status))?.kind;

describe("the comparison with recorded answers", () => {
  const two = hits({ id: 1, score: 0.5 }, { id: 2, score: 0.25 });

  test("finds every recorded answer equal to itself", () => {
    const steps = [...conversations("scenarios"), ...conversations("with-api-key")].flatMap((each) => each.steps);
    expect(steps.length).toBe(7757);
    const found = steps.filter((each) => {
      const { status, body, text } = each.expect;
      return compare(each, { status, text: text ?? JSON.stringify(body) ?? "" });
    });
    expect(found).toEqual([]);
  });

  test("lets time, small rounding and the order of equal scores pass", () => {
    expect(kindOf(step(two), { ...Object(two), time: 9 })).toBeUndefined();
    expect(kindOf(step(two), hits({ id: 1, score: 0.500001 }, { id: 2, score: 0.25 }))).toBeUndefined();
    const tied = step(hits({ id: 1, score: 0.5 }, { id: 2, score: 0.5 }, { id: 3, score: 0.1 }));
    expect(kindOf(tied, hits({ id: 2, score: 0.5 }, { id: 1, score: 0.5 }, { id: 3, score: 0.1 }))).toBeUndefined();
  });

  test.each<[string, Json]>([
    ["another order of unequal scores", hits({ id: 2, score: 0.25 }, { id: 1, score: 0.5 })],
    ["a hit too few", hits({ id: 1, score: 0.5 })],
    ["another score", hits({ id: 1, score: 0.501 }, { id: 2, score: 0.25 })],
    ["another type", hits({ id: "1", score: 0.5 }, { id: 2, score: 0.25 })],
    ["a key too many", hits({ id: 1, score: 0.5, payload: null }, { id: 2, score: 0.25 })],
    ["no JSON", "Bad gateway"],
  ])("finds %s", (_, got) => {
    expect(kindOf(step(two), got)).toBe("body");
  });

  test("finds another status before it looks at the body", () => {
    expect(kindOf(step(two), two, 500)).toBe("status");
    expect(kindOf(step(two, { compare: "status" }), "anything")).toBeUndefined();
    expect(kindOf(step(two, { compare: "status" }), two, 400)).toBe("status");
  });

  test("takes a set in any order, and finds a wrong member", () => {
    const set = step(two, { compare: "set" });
    expect(kindOf(set, hits({ id: 2, score: 0.25 }, { id: 1, score: 0.5 }))).toBeUndefined();
    expect(kindOf(set, hits({ id: 2, score: 0.25 }, { id: 3, score: 0.5 }))).toBe("body");
  });

  test("compares the text of an error, but of a parser's complaint only the class", () => {
    const failed = (error: string): Json => ({ status: { error }, time: 0 });
    expect(kindOf(step(failed("Wrong input: a")), failed("Wrong input: b"))).toBe("wording");
    expect(
      kindOf(step(failed("Format error in JSON body: x at line 1")), failed("Format error in JSON body: y")),
    ).toBeUndefined();
    expect(
      kindOf(
        step(failed("Validation error in JSON body: [a: 1; b: 2]")),
        failed("Validation error in JSON body: [b: 2; a: 1]"),
      ),
    ).toBeUndefined();
  });

  test("leaves out the paths that a step ignores", () => {
    const ignoring = step(two, { ignore: ["result.points.*.score"] });
    expect(kindOf(ignoring, hits({ id: 1, score: 9 }, { id: 2, score: 8 }))).toBeUndefined();
    expect(kindOf(ignoring, hits({ id: 1, score: 9 }, { id: 3, score: 8 }))).toBe("body");
  });
});
