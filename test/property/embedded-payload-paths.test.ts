/** Changing payloads by path against a plain model: a payload as a flat list of leaves with the whole path of each. */
import fc from "fast-check";
import { pathOf } from "../../src/embedded/filter/path";
import { type PathStep, type PayloadPath } from "../../src/embedded/model/filter";
import { type JsonObject, type JsonValue, isObject } from "../../src/embedded/model/json";
import { excluding, including, mergedAt, without } from "../../src/embedded/operations/payload-paths";

type Place = (string | number)[];

/** Every scalar, empty object and empty list of the payload with its place. */
function leaves(value: JsonValue, place: Place = []): [Place, JsonValue][] {
  const children: [string | number, JsonValue][] = isObject(value)
    ? [...value]
    : Array.isArray(value)
      ? value.map((item, i) => [i, item])
      : [];
  return children.length === 0 ? [[place, value]] : children.flatMap(([key, child]) => leaves(child, [...place, key]));
}

const agrees = (step: PathStep, key: string | number | undefined): boolean =>
  step.kind === "key" ? step.key === key : typeof key === "number" && (step.kind === "every" || step.index === key);

/** True where the place is the path's or below it. */
const isUnder = (place: Place, path: PayloadPath): boolean =>
  place.length >= path.steps.length && path.steps.every((step, i) => agrees(step, place[i]));

const shown = (all: [Place, JsonValue][]): string[] =>
  all.map(([place, value]) => JSON.stringify([place, value])).sort();
const scalars = (payload: JsonObject): [Place, JsonValue][] =>
  leaves(payload).filter(([, value]) => !isObject(value) && !Array.isArray(value));

const key = fc.constantFrom("a", "b", "c");
const { value } = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.integer({ min: 0, max: 3 }), fc.constant("x"), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
}));
const payload = fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries): JsonObject => new Map(entries));
const step = fc.oneof(
  { weight: 3, arbitrary: key.map((name): PathStep => ({ kind: "key", key: name })) },
  { weight: 1, arbitrary: fc.constant<PathStep>({ kind: "every" }) },
  { weight: 1, arbitrary: fc.nat(2).map((index): PathStep => ({ kind: "index", index })) },
);
const pathWith = (steps: fc.Arbitrary<PathStep>): fc.Arbitrary<PayloadPath> =>
  fc
    .tuple(key, fc.array(steps, { maxLength: 3 }))
    .map(([first, rest]) => pathOf([{ kind: "key", key: first }, ...rest]));
const path = pathWith(step);
/** Without a[0], which no selector matches. */
const selectorPath = pathWith(step.filter((each) => each.kind !== "index"));

describe("payload paths", () => {
  it("exclude every value at or below a path and no other", () => {
    fc.assert(
      fc.property(payload, fc.array(selectorPath, { maxLength: 2 }), (given, paths) => {
        const kept = scalars(given).filter(([place]) => !paths.some((each) => isUnder(place, each)));
        // Lists close up behind what is taken out, so places are compared without their indexes.
        const open = ([place, held]: [Place, JsonValue]): [Place, JsonValue] => [
          place.map((part) => (typeof part === "number" ? 0 : part)),
          held,
        ];
        expect(shown(scalars(excluding(given, paths)).map(open))).toEqual(shown(kept.map(open)));
      }),
    );
  });

  it("include every value at or below a path", () => {
    fc.assert(
      fc.property(payload, selectorPath, (given, one) => {
        const wanted = scalars(given).filter(([place]) => isUnder(place, one));
        const values = scalars(including(given, [one])).map(([, held]) => JSON.stringify(held));
        for (const [, held] of wanted) expect(values).toContain(JSON.stringify(held));
      }),
    );
  });

  it("remove what stands there, keep the rest, and change nothing in place", () => {
    fc.assert(
      fc.property(payload, path, (given, one) => {
        const before = shown(leaves(given));
        const endsInElement = one.steps.at(-1)?.kind === "index";
        const kept = scalars(given).filter(([place]) => endsInElement || !isUnder(place, one));
        expect(shown(scalars(without(given, one)))).toEqual(shown(kept));
        expect(shown(leaves(given))).toEqual(before);
      }),
    );
  });

  it("set a value where a path of keys leads, and leave what is beside it", () => {
    const keys = pathWith(key.map((name): PathStep => ({ kind: "key", key: name })));
    fc.assert(
      fc.property(payload, keys, (given, one) => {
        const place = [...one.steps.map((each) => (each.kind === "key" ? each.key : 0)), "set"];
        const after = mergedAt(given, one, new Map([["set", "new"]]));
        expect(shown(leaves(after))).toContain(JSON.stringify([place, "new"]));
        const first = place[0];
        const beside = scalars(given).filter(([other]) => other[0] !== first);
        for (const each of shown(beside)) expect(shown(leaves(after))).toContain(each);
      }),
    );
  });
});
