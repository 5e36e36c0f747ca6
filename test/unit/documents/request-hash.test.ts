import fc from "fast-check";
import canonicalize from "canonicalize";

import { jsonHashOf } from "../../../src/documents/request-hash";

const hashOfText = (text: string): string => jsonHashOf(JSON.parse(text));

describe("the hash of a request", () => {
  it.each([
    ['{"a":1,"b":[1.5,2]}', ' { "b" : [ 1.50, 2.0 ] , "a" : 1e0 } '],
    ['{"10":1,"2":2,"a":{"y":[],"x":[0]}}', '{"a":{"x":[-0],"y":[]},"2":2,"10":1}'],
    ['{"v":[[1,2],[3,4]]}', '{"v":[[1,2],[3,4.0]]}'],
    ['"\u00e9"', '"\\u00e9"'],
  ])("is the same for %s and %s", (one, other) => {
    expect(hashOfText(one)).toBe(hashOfText(other));
  });

  it.each([
    ["[1,2]", "[2,1]"],
    ["[1,2]", "[1,2,0]"],
    ["[[1],[2]]", "[[1,2]]"],
    ["[[1,2],[3]]", "[[1],[2,3]]"],
    ["[0.1]", "[0.10000000000000002]"],
    ['[1,"2"]', "[1,2]"],
    ["[]", "{}"],
    ["[null]", "[]"],
    ["[1,null]", "[1]"],
    ['{"a":[1]}', '{"b":[1]}'],
    ['{"a":[1],"b":[2]}', '{"a":[2],"b":[1]}'],
    ["[1]", '{"\\u0000numbers":1}'],
    ['{"a":[7],"b":{"\\u0000numbers":1}}', '{"a":{"\\u0000numbers":1},"b":[7]}'],
    ['{"\\u0000numbers":[1]}', '{"\\u0000numbers\\u0000numbers":[1]}'],
  ])("tells %s from %s", (one, other) => {
    expect(hashOfText(one)).not.toBe(hashOfText(other));
  });

  it("is the same for two values exactly where their canonical forms are", () => {
    const leaf = fc.constantFrom(0, -0, 1, 1.5, "1", null, true, "");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(fc.constantFrom("a", "b", "\u0000numbers", "10", "2"), tie("value"), { maxKeys: 3 })), // prettier-ignore
    }));
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(jsonHashOf(one) === jsonHashOf(other)).toBe(canonicalize(one) === canonicalize(other));
      }),
      { numRuns: 5000 },
    );
  });
});
