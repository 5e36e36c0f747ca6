import { Type } from "@sinclair/typebox";

import { compile } from "../../../src/schema/compile";

const paths = (faults: { path: string }[]): string[] => faults.map(({ path }) => path);

describe("faults", () => {
  const Inner = Type.Object({
    id: Type.String({ minLength: 1 }),
    at: Type.Optional(Type.String({ format: "date-time" })),
  });
  const check = compile(
    Type.Object(
      {
        name: Type.String({ pattern: "^[a-z]+$", wanted: "lower-case letters" }),
        kind: Type.Union([Type.Literal("a"), Type.Literal("b")]),
        list: Type.Optional(Type.Array(Inner, { maxItems: 3 })),
        maybe: Type.Optional(Type.Union([Inner, Type.Null()])),
      },
      { additionalProperties: false, unknownKeyHint: "put it under metadata" },
    ),
  );
  it("come all at once, in words", () => {
    expect(check({ name: "A", kind: "c", list: [{ id: 3 }, {}], extra: 1, maybe: { id: "" } })).toEqual([
      { path: "extra", message: "is not a known field; put it under metadata" },
      { path: "name", message: 'must be lower-case letters, not "A"' },
      { path: "kind", message: 'must be "a" or "b", not "c"' },
      { path: "list[0].id", message: "must be a string, not 3" },
      { path: "list[1].id", message: "is required" },
      { path: "maybe.id", message: "must not be empty" },
    ]);
  });
  it.each(["2024-02-30T00:00:00Z", "2024-01-01", "2024-01-01T10:00:00", "yesterday"])("include the time %s", (at) => {
    expect(paths(check({ name: "a", kind: "a", list: [{ id: "x", at }] }))).toEqual(["list[0].at"]);
  });
  it("say of a field that is never taken just that, whatever stands there", () => {
    const refusal = "is for others";
    const one = Type.Union([Type.Array(Type.Unknown(), { maxItems: 0 }), Type.Null()], { refusal });
    const never = compile(Type.Object({ a: Type.Optional(one), b: Type.Optional(Type.Null({ refusal })) }));
    expect(never({ a: [], b: null })).toEqual([]);
    for (const value of [[1], { c: 1 }, "text", 5]) {
      expect(never({ a: value, b: value })).toEqual([
        { path: "a", message: refusal },
        { path: "b", message: refusal },
      ]);
    }
  });
  it("name odd keys so that they can be read", () => {
    const numbers = compile(Type.Record(Type.String(), Type.Number()));
    expect(paths(numbers({ "a.b": "x", "": "x", ['"']: "x" }))).toEqual(['["a.b"]', '[""]', '["\\""]']);
  });
  it("are at most 100, however many there are", () => {
    const numbers = compile(Type.Array(Type.Number()));
    expect(numbers(new Array(1_000_000).fill("x"))).toHaveLength(100);
  });
  it("tell of nesting that no stack holds", () => {
    const Tree = Type.Recursive((This) => Type.Object({ child: Type.Optional(This) }));
    const tree = compile(Tree);
    let deep: object = {};
    for (let level = 0; level < 1_000_000; level += 1) deep = { child: deep };
    expect(tree({ child: {} })).toEqual([]);
    expect(tree(deep)).toEqual([{ path: "", message: "is nested too deeply" }]);
  });
});
