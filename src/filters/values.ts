/** How values of payloads are told apart and put in order. Pure.
 *
 *  Numbers come before texts, texts before booleans, booleans before lists and objects; what has no value comes last.
 *  Numbers are ordered by size, texts by code point (as Qdrant, and any other language, has it; JavaScript's own order of
 *  UTF-16 units differs past U+FFFF), lists and objects by their canonical JSON. */
import canonicalize from "canonicalize";

/** A document has no value under a field that is missing, null or an empty list: what Qdrant calls empty. */
export const hasValue = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

/** A text that two values share exactly if they are equal: 1 and 1.0 are, 1 and "1" and true are not, an object is whatever
 *  the order of its keys. */
export function keyOf(value: unknown): string {
  if (!hasValue(value)) return "-";
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "number":
      return `n${value === 0 ? 0 : value}`;
    case "boolean":
      return value ? "t" : "f";
    default:
      return `j${canonicalize(value) ?? ""}`;
  }
}

/** By code point: -1, 0 or 1. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // A surrogate stands for a code point past all others.
    const leftIsHigh = left >= 0xd800 && left <= 0xdfff;
    const rightIsHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftIsHigh !== rightIsHigh) return leftIsHigh ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

const rankOf = (value: unknown): number => {
  if (!hasValue(value)) return 4;
  const rank = ["number", "string", "boolean", "object"].indexOf(typeof value);
  return rank < 0 ? 3 : rank;
};

/** The order above: -1, 0 or 1. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  const other = rankOf(b);
  if (rank !== other) return rank < other ? -1 : 1;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (rank === 4) return 0;
  if (rank === 3) return compareTexts(keyOf(a), keyOf(b));
  return Math.sign(Number(a) - Number(b));
}
