/** Payload paths as Qdrant spells them: `a.b`, `a[].b`, `a[0]`, `"odd key".x`. A bare key is made of letters and digits of
 *  any script, `_` and `-`; a quoted key of anything but `"` and `\`. */
import { type Decoder, string } from "../http/decode";
import { formatError } from "../errors";
import { type JsonObject, type JsonValue, isObject } from "../model/json";
import { type PathStep, type PayloadPath } from "../model/filter";

const BARE_KEY = /^[\p{Alphabetic}\p{N}_-]+$/u;
/** One step; the separating point is looked at by `readPath`. */
const STEP = /([\p{Alphabetic}\p{N}_-]+)|"([^"\\]*)"|\[(\d*)\]/uy;

/** The path, or undefined where the text is none. */
export function readPath(text: string): PayloadPath | undefined {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < text.length || steps.length === 0) {
    const bracket = text[at] === "[";
    if (bracket ? steps.length === 0 : steps.length > 0 && text[at++] !== ".") return undefined;
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (found === null || (found[0].startsWith("[") && !bracket)) return undefined;
    at = STEP.lastIndex;
    const [, bare, quoted, index] = found;
    const key = bare ?? quoted;
    if (key !== undefined) steps.push({ kind: "key", key });
    else if (index === undefined || index === "") steps.push({ kind: "every" });
    else {
      // A usize at most: 64 bits.
      if (BigInt(index) > 18_446_744_073_709_551_615n) return undefined;
      steps.push({ kind: "index", index: Number(index) });
    }
  }
  return pathOf(steps);
}

/** @throws QdrantError 400 (`Invalid json path: '…'`) where the text is no path. */
export function parsePath(text: string): PayloadPath {
  const path = readPath(text);
  if (path === undefined) throw formatError(`Invalid json path: '${text}'`);
  return path;
}

export const payloadPath: Decoder<PayloadPath> = (value, at) => parsePath(string(value, at));

/** A path of these steps; the first must be a key. */
export function pathOf(steps: PathStep[]): PayloadPath {
  let text = "";
  for (const step of steps) {
    if (step.kind === "every") text += "[]";
    else if (step.kind === "index") text += `[${step.index}]`;
    else text += (text === "" ? "" : ".") + (BARE_KEY.test(step.key) ? step.key : `"${step.key}"`);
  }
  return { text, steps };
}

/** The path with `[]` at its end, which a nested condition adds where it is not there yet. */
export function arrayPath(path: PayloadPath): PayloadPath {
  return path.steps.at(-1)?.kind === "every" ? path : pathOf([...path.steps, { kind: "every" }]);
}

const sameStep = (a: PathStep, b: PathStep): boolean =>
  a.kind === "key"
    ? b.kind === "key" && a.key === b.key
    : a.kind === "index"
      ? b.kind === "index" && a.index === b.index
      : b.kind === "every";

/** What is left of `path` below `prefix`; undefined where it does not lie below it, or goes on with brackets. */
export function pathBelow(path: PayloadPath, prefix: PayloadPath): PayloadPath | undefined {
  const rest = path.steps.slice(prefix.steps.length);
  if (rest[0]?.kind !== "key") return undefined;
  const below = prefix.steps.every((step, at) => {
    const own = path.steps[at];
    return own !== undefined && sameStep(own, step);
  });
  return below ? pathOf(rest) : undefined;
}

/** The values under a path, in the order in which they stand. Arrays are opened by bracket steps alone; what is missing or of
 *  another shape gives nothing. The values are the payload's own, not copies. */
export function valuesAt(payload: JsonObject, path: PayloadPath): JsonValue[] {
  const found: JsonValue[] = [];
  collect(payload, path.steps, 0, found);
  return found;
}

function collect(value: JsonValue, steps: readonly PathStep[], from: number, found: JsonValue[]): void {
  let current = value;
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined) return;
    if (step.kind === "every") {
      if (!Array.isArray(current)) return;
      for (const item of current) collect(item, steps, at + 1, found);
      return;
    }
    const next =
      step.kind === "key"
        ? isObject(current)
          ? current.get(step.key)
          : undefined
        : Array.isArray(current)
          ? current[step.index]
          : undefined;
    if (next === undefined) return;
    current = next;
  }
  found.push(current);
}
