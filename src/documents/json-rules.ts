/** What any JSON of a document must hold so that it can be kept exactly: no integer that a JSON reader has rounded, no text
 *  that is not Unicode, no nesting past Qdrant's reach. Pure; which parts of a body it is asked of is inspect.ts's matter. */
import { type Fault } from "../errors";
import { indexPath, keyPath } from "../schema/paths";

/** Qdrant refuses JSON over 127 levels; the payload's own place in an upsert takes some of them. */
export const MAX_DEPTH = 100;

// With the u flag a surrogate matches only where it is not half of a pair.
const LONE_SURROGATE = /\p{Surrogate}/u;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const hasLoneSurrogate = (text: string): boolean => LONE_SURROGATE.test(text);

/** Adds a fault for each place of `value` that can't be kept exactly. `depth` is the level that `value` is at, 1 at the
 *  outermost; below `MAX_DEPTH` nothing is looked at, so any input is safe. */
export function checkExact(value: unknown, path: string, faults: Fault[], depth = 1): void {
  switch (typeof value) {
    case "string":
      if (hasLoneSurrogate(value)) faults.push({ path, message: "has a lone surrogate, which is not Unicode text" });
      return;
    case "number":
      // A larger whole number may be one that JSON.parse has rounded: the two can't be told apart any more.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        faults.push({
          path,
          message: "is a whole number beyond ±9007199254740991, which JSON readers round; send it as a string",
        });
      }
      return;
    case "object":
      break;
    default:
      return;
  }
  if (value === null) return;
  if (depth > MAX_DEPTH) {
    faults.push({ path, message: `is nested deeper than ${MAX_DEPTH} levels` });
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) checkExact(element, indexPath(path, index), faults, depth + 1);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const innerPath = keyPath(path, key);
    if (hasLoneSurrogate(key)) faults.push({ path: innerPath, message: "has a lone surrogate in its key" });
    checkExact(inner, innerPath, faults, depth + 1);
  }
}
