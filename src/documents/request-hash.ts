/** By what a request is known again: a hash of its JSON that spacing, the order of keys and the spelling of numbers don't change.
 *
 *  It is taken of the canonical form (RFC 8785), except that each list of numbers counts by its doubles. Most of a document is
 *  such lists, and to print them takes ten times as long as to hash them: of the time of a bulk request with 256 numbers a document,
 *  printing them was more than a quarter. */
import { createHash } from "node:crypto";

import canonicalize from "canonicalize";

/** Stands for a list of numbers, and is the start of no other key (see `shown`). */
const NUMBERS = "\u0000numbers";

/** SHA-256 in hex. */
export function jsonHashOf(value: unknown): string {
  const lists: Float64Array[] = [];
  const hash = createHash("sha256").update(canonicalize(withoutNumbers(value, lists)) ?? "");
  for (const list of lists) hash.update(list);
  return hash.digest("hex");
}

/** The value with `{NUMBERS: length}` in the place of each list of numbers. Those are added to `lists`, keys in their order as text. */
function withoutNumbers(value: unknown, lists: Float64Array[]): unknown {
  if (Array.isArray(value)) {
    const numbers = value.length > 0 && typeof value[0] === "number" ? doublesOf(value) : undefined;
    if (numbers === undefined) return value.map((item) => withoutNumbers(item, lists));
    lists.push(numbers);
    return { [NUMBERS]: numbers.length };
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [shown(key), withoutNumbers(field, lists)]));
}

/** One more mark before a key that begins like ours, so that two values never look alike. */
const shown = (key: string): string => (key.startsWith(NUMBERS) ? NUMBERS + key : key);

/** undefined where an item is no number. -0 is 0, as in the canonical form. */
function doublesOf(items: readonly unknown[]): Float64Array | undefined {
  const doubles = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item !== "number") return undefined;
    doubles[i] = item + 0;
  }
  return doubles;
}
