import { QdrantError } from "../../../../src/embedded/errors";
import { filter } from "../../../../src/embedded/filter/parse";
import { Place } from "../../../../src/embedded/http/decode";
import { parseJsonText } from "../../../../src/embedded/json/parse";
import { type Filter } from "../../../../src/embedded/model/filter";

const parse = (json: string): Filter => {
  const at = Place.root("filter");
  const read = filter(parseJsonText(json), at);
  at.check();
  return read;
};
const refusal = (json: string): { status: number; message: string } => {
  try {
    parse(json);
  } catch (error) {
    if (error instanceof QdrantError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error(`accepted ${json}`);
};
const must = (condition: string): string => `{"must":[${condition}]}`;

it("takes one condition for a list of one, and null for nothing", () => {
  expect(parse('{"must":{"has_id":[1]},"should":null}')).toEqual({ must: [{ kind: "has_id", ids: new Set([1]) }] });
  expect(parse("{}")).toEqual({});
});

it("keeps ids exact and in one form", () => {
  const ids = '[18446744073709551615,"3F2B1C4D9A8E4F768B210C5D6E7F8A91",0]';
  expect(parse(must(`{"has_id":${ids}}`)).must).toEqual([
    { kind: "has_id", ids: new Set([18446744073709551615n, "3f2b1c4d-9a8e-4f76-8b21-0c5d6e7f8a91", 0]) },
  ]);
});

it("takes the first form of a match that fits", () => {
  const clause = (match: string): unknown => {
    const [condition] = parse(must(`{"key":"a","match":${match}}`)).must ?? [];
    return condition?.kind === "field" ? condition.clauses.match : undefined;
  };
  expect(clause('{"value":7.5,"text":"x"}')).toEqual({ kind: "text", text: "x" });
  expect(clause('{"any":["b","a","b"]}')).toEqual({ kind: "any", values: ["b", "a"] });
  expect(clause('{"except":[]}')).toEqual({ kind: "except", values: [] });
  expect(clause('{"value":9223372036854775807}')).toEqual({ kind: "value", value: 9223372036854775807n });
});

it("ignores keys that a condition does not know, but not those of a filter", () => {
  expect(parse(must('{"key":"a","is_null":true,"colour":1}')).must).toHaveLength(1);
  expect(refusal('{"musts":[]}')).toMatchObject({
    status: 400,
    message: expect.stringContaining("unknown field `musts`"),
  });
  expect(refusal(must('{"must":[],"x":1}')).status).toBe(400);
});

it.each([
  ["a filter that is a number", "1"],
  ["a filter that is a list of one", "[1]"],
  ["must as text", '{"must":"x"}'],
  ["a condition that is null", must("null")],
  ["an unknown condition", must('{"slice":{"total":2}}')],
  ["an id in digits as text", must('{"has_id":["1"]}')],
  ["an id with a point", must('{"has_id":[1.0]}')],
  ["a match on a float", must('{"key":"a","match":{"value":7.0}}')],
  ["a match on a u64", must('{"key":"a","match":{"value":18446744073709551615}}')],
  ["a mixed list", must('{"key":"a","match":{"any":["a",1]}}')],
  ["a list of booleans", must('{"key":"a","match":{"any":[true]}}')],
  ["a prefix match", must('{"key":"a","match":{"prefix":"a"}}')],
  ["a bound that is no date", must('{"key":"a","range":{"gt":"soon"}}')],
  ["a date among numbers", must('{"key":"a","range":{"gt":"2020-01-01","lt":5}}')],
  ["a bound that is a boolean", must('{"key":"a","range":{"gt":true}}')],
  ["a negative count", must('{"key":"a","values_count":{"gt":-1}}')],
  ["a latitude of 91", must('{"key":"a","geo_radius":{"center":{"lon":0,"lat":91},"radius":1}}')],
  ["a ring of three", must('{"key":"a","geo_polygon":{"exterior":{"points":[[0,0],[1,1],[0,0]]}}}')],
  ["an open ring", must('{"key":"a","geo_polygon":{"exterior":{"points":[[0,0],[1,0],[1,1],[0,1]]}}}')],
  ["min_should without a count", '{"min_should":{"conditions":[]}}'],
  ["min_should with one condition alone", '{"min_should":{"conditions":{"has_id":[1]},"min_count":1}}'],
  ["a path that is none", must('{"key":"a..b","is_null":true}')],
  ["a nested condition without a key", must('{"nested":{"filter":{}}}')],
  ["must given twice", '{"must":[],"must":[]}'],
])("refuses %s at once", (_, json) => {
  expect(refusal(json).status).toBe(400);
});

it("notes every condition without a clause, with its place", () => {
  const { status, message } = refusal(
    '{"must":[{"key":"a"}],"should":[{"nested":{"key":"n","filter":{"must_not":{"key":"b","match":null}}}}]}',
  );
  expect(status).toBe(422);
  expect(message).toContain(
    "filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]",
  );
  expect(message).toContain("filter.should[0].nested.filter.must_not[0].__all__");
});
