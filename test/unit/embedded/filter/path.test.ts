import { arrayPath, parsePath, pathBelow, readPath, valuesAt } from "../../../../src/embedded/filter/path";
import { parseJsonText } from "../../../../src/embedded/json/parse";
import { isObject } from "../../../../src/embedded/model/json";

const at = (json: string, path: string): string => {
  const payload = parseJsonText(json);
  if (!isObject(payload)) throw new TypeError("not an object");
  return JSON.stringify(valuesAt(payload, parsePath(path)));
};

it.each(["a", "a.b", "a[].b", "a[0][1]", "a[][]", '"odd key".x', 'a."b.c"', '""', "дом", "x-y_z.0"])(
  "reads %s and writes it the same",
  (text) => {
    expect(parsePath(text).text).toBe(text);
  },
);

it("writes a key in quotes only where it needs them", () => {
  expect(parsePath('"plain"."two words"').text).toBe('plain."two words"');
  expect(parsePath("a[007]").text).toBe("a[7]");
});

it.each([
  "",
  "a.",
  ".a",
  "a..b",
  "a b",
  "a[",
  "a[x]",
  "a[-1]",
  "[0].a",
  "a.[0]",
  "a[0]b",
  '"a',
  'a"b"',
  "a.*",
  'a."b\\"c"',
  "a[99999999999999999999]",
])("refuses %j", (text) => {
  expect(readPath(text)).toBeUndefined();
  expect(() => parsePath(text)).toThrow(`Invalid json path: '${text}'`);
});

it("opens arrays by brackets alone, and finds nothing in another shape", () => {
  const json = '{"l":[{"k":1},{"k":[2,3]},4,{}],"o":{"k":null},"m":[["x"],"y"]}';
  expect(at(json, "l.k")).toBe("[]");
  expect(at(json, "l[].k")).toBe("[1,[2,3]]");
  expect(at(json, "l[].k[]")).toBe("[2,3]");
  expect(at(json, "l[1].k")).toBe("[[2,3]]");
  expect(at(json, "l[9]")).toBe("[]");
  expect(at(json, "o.k")).toBe("[null]");
  expect(at(json, "m[][]")).toBe('["x"]');
  expect(at(json, "__proto__")).toBe("[]");
});

it("adds brackets once, and takes a prefix away where a key follows", () => {
  expect(arrayPath(parsePath("a.b")).text).toBe("a.b[]");
  expect(arrayPath(parsePath("a[]")).text).toBe("a[]");
  expect(pathBelow(parsePath("a[].b.c"), parsePath("a[]"))?.text).toBe("b.c");
  expect(pathBelow(parsePath("a[][].b"), parsePath("a[]"))).toBeUndefined();
  expect(pathBelow(parsePath("a"), parsePath("a"))).toBeUndefined();
  expect(pathBelow(parsePath("x[].b"), parsePath("a[]"))).toBeUndefined();
});
