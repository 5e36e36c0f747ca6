/** Changing and cutting payloads by path. Payloads are shared with the storage and with running requests, so nothing here
 *  changes one in place: what is on the way to a change is copied, the rest is reused. */
import { type PathStep, type PayloadPath } from "../model/filter";
import { type JsonObject, type JsonValue, isObject } from "../model/json";

/** The payload with the patch's keys set; a null removes its key. */
export function merged(payload: JsonObject, patch: JsonObject): JsonObject {
  const result = new Map(payload);
  for (const [key, value] of patch) {
    if (value === null) result.delete(key);
    else result.set(key, value);
  }
  return result;
}

/** The payload with the patch merged into the object at `path`. What is missing on the way is made, what is no object is
 *  replaced by one. `a[]` stands for each element of a list, `a[n]` for one that is there; where there is no list both leave
 *  an empty one. */
export function mergedAt(payload: JsonObject, path: PayloadPath, patch: JsonObject): JsonObject {
  const changed = changedAt(payload, path.steps, patch);
  return isObject(changed) ? changed : payload;
}

function changedAt(value: JsonValue | undefined, steps: readonly PathStep[], patch: JsonObject): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return merged(isObject(value) ? value : new Map(), patch);
  if (step.kind === "key") {
    const result: JsonObject = new Map(isObject(value) ? value : []);
    return result.set(step.key, changedAt(result.get(step.key), rest, patch));
  }
  if (!Array.isArray(value)) return [];
  return value.map((item, i) => (step.kind === "every" || step.index === i ? changedAt(item, rest, patch) : item));
}

/** The payload without what stands at `path`. `a[]` empties a list; a single element (`a[0]`) can't be removed. The very same
 *  payload where nothing is there. */
export function without(payload: JsonObject, path: PayloadPath): JsonObject {
  const changed = removedAt(payload, path.steps);
  return isObject(changed) ? changed : payload;
}

function removedAt(value: JsonValue, steps: readonly PathStep[]): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (step.kind === "key") {
    if (!isObject(value)) return value;
    const held = value.get(step.key);
    if (held === undefined) return value;
    if (rest.length > 0) {
      const changed = removedAt(held, rest);
      return changed === held ? value : new Map(value).set(step.key, changed);
    }
    const result = new Map(value);
    result.delete(step.key);
    return result;
  }
  if (!Array.isArray(value)) return value;
  if (rest.length === 0) return step.kind === "every" && value.length > 0 ? [] : value;
  const changed = value.map((item, i) => (step.kind === "every" || step.index === i ? removedAt(item, rest) : item));
  return changed.every((item, i) => item === value[i]) ? value : changed;
}

const sameStep = (a: PathStep | undefined, b: PathStep): boolean =>
  a !== undefined &&
  (a.kind === "key" ? b.kind === "key" && a.key === b.key : a.kind === "every" && b.kind === "every");

/** Walks a payload and keeps what `keeps` says. Elements of lists stand at the path `list[]`, whatever their index.
 *  `descend` gets the paths that may still say something below a place. */
function selected(
  value: JsonValue,
  depth: number,
  paths: readonly PayloadPath[],
  keeps: (below: readonly PayloadPath[], depth: number) => "whole" | "inside" | "none",
): JsonValue {
  const enter = (child: JsonValue, step: PathStep): JsonValue | undefined => {
    const below = paths.filter((path) => sameStep(path.steps[depth], step));
    const verdict = keeps(below, depth + 1);
    if (verdict === "none") return undefined;
    return verdict === "whole" ? child : selected(child, depth + 1, below, keeps);
  };
  if (isObject(value)) {
    const result: JsonObject = new Map();
    for (const [key, child] of value) {
      const kept = enter(child, { kind: "key", key });
      if (kept !== undefined) result.set(key, kept);
    }
    return result;
  }
  if (!Array.isArray(value)) return value;
  return value.flatMap((child) => {
    const kept = enter(child, { kind: "every" });
    return kept === undefined ? [] : [kept];
  });
}

/** Only what stands at or below the paths. A path that ends early, in a string say, keeps what it reached. */
export function including(payload: JsonObject, paths: readonly PayloadPath[]): JsonObject {
  const result = selected(payload, 0, paths, (below, depth) =>
    below.length === 0 ? "none" : below.some((path) => path.steps.length === depth) ? "whole" : "inside",
  );
  return isObject(result) ? result : new Map();
}

/** All but what stands at or below the paths. */
export function excluding(payload: JsonObject, paths: readonly PayloadPath[]): JsonObject {
  const result = selected(payload, 0, paths, (below, depth) =>
    below.length === 0 ? "whole" : below.some((path) => path.steps.length === depth) ? "none" : "inside",
  );
  return isObject(result) ? result : new Map();
}
