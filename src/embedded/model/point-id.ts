/** A point's id: a u64 (a number up to 2^53 − 1, a bigint above) or a UUID as lower-case hyphenated text. One id has one
 *  form, so ids can be compared with === and be keys of a Map. */
export type PointId = number | bigint | string;

export const MAX_U64 = 18_446_744_073_709_551_615n;

/** Qdrant's order: all numbers ascending, then all UUIDs by their bytes. */
export function comparePointIds(a: PointId, b: PointId): number {
  if (typeof a === "string") return typeof b === "string" ? (a < b ? -1 : a > b ? 1 : 0) : 1;
  if (typeof b === "string") return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The id of a whole number in its one form. */
export function numericPointId(value: bigint): PointId {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const UUID = /^(?:urn:uuid:)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Reads a UUID in any spelling that Qdrant takes (hyphenated, simple, braced, urn); undefined for anything else. */
export function uuidPointId(text: string): string | undefined {
  const braced = text.startsWith("{") && text.endsWith("}");
  const inner = braced ? text.slice(1, -1) : text;
  if (!UUID.test(inner) || (braced && inner.length !== 36)) return undefined;
  const hex = inner
    .slice(inner.startsWith("urn:") || inner.startsWith("URN:") ? 9 : 0)
    .replaceAll("-", "")
    .toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
