/** What each clause of a field condition asks of one payload value, without an index. A clause is compiled once to a function;
 *  `fieldCheck` puts the clauses of a condition together as Qdrant does: any of them is enough, except that `values_count`,
 *  `is_empty` and `is_null` (in this order) push the others aside. */
import { type DatetimeRange, type FieldClauses, type MatchClause, type NumberRange } from "../model/filter";
import { type JsonValue, asDouble, isInteger } from "../model/json";
import { parseInstant } from "./datetime";
import { geoPointOf, inBox, inCircle, inPolygon } from "./geo";

export type ValueCheck = (value: JsonValue) => boolean;

/** White space as Rust (and Unicode) has it, which JavaScript's `\s` extends by the byte order mark. */
export const WHITE_SPACE = /\p{White_Space}+/u;

type Listed = string | number | bigint;
interface Bounds<T> {
  gt?: T;
  gte?: T;
  lt?: T;
  lte?: T;
}

/** True where the value lies within all bounds that are set. Numbers and bigints compare by their exact values. */
export function withinBounds(bounds: Bounds<number | bigint>, value: number | bigint): boolean {
  const { gt, gte, lt, lte } = bounds;
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}

/** A list of `any` or `except` holds strings or integers; an empty one counts as one of strings. */
export const listsStrings = (values: readonly Listed[]): boolean =>
  typeof values[0] !== "number" && typeof values[0] !== "bigint";

/** The one form of an integer within i64, by which two can be compared with ===. */
export function integerKey(value: JsonValue): number | bigint | undefined {
  if (!isInteger(value) || value > 9_223_372_036_854_775_807n) return undefined;
  return value;
}

export function matchCheck(match: MatchClause): ValueCheck {
  switch (match.kind) {
    case "value": {
      const wanted = match.value;
      return (value) => value === wanted;
    }
    case "any": {
      const listed = new Set<JsonValue>(match.values);
      return (value) => listed.has(value);
    }
    case "except": {
      const listed = new Set<JsonValue>(match.values);
      return (value) => value !== null && !listed.has(value);
    }
    case "text":
    case "phrase": {
      const { text } = match;
      return (value) => typeof value === "string" && value.includes(text);
    }
    case "text_any": {
      const words = match.text.split(WHITE_SPACE).filter((word) => word !== "");
      return (value) => typeof value === "string" && words.some((word) => value.includes(word));
    }
  }
}

const rangeCheck =
  (range: NumberRange): ValueCheck =>
  (value) => {
    const number = asDouble(value);
    return number !== undefined && withinBounds(range, number);
  };

const datetimeCheck =
  (range: DatetimeRange): ValueCheck =>
  (value) => {
    const instant = typeof value === "string" ? parseInstant(value) : undefined;
    return instant !== undefined && withinBounds(range, instant);
  };

/** How many values a payload value counts for: as many as an array has, none for null, else one. */
export const valueCount = (value: JsonValue): number => (value === null ? 0 : Array.isArray(value) ? value.length : 1);

const isEmptyValue: ValueCheck = (value) => value === null || (Array.isArray(value) && value.length === 0);
const holdsNull: ValueCheck = (value) => value === null || (Array.isArray(value) && value.includes(null));

function anyOf(checks: readonly ValueCheck[]): ValueCheck {
  const [only] = checks;
  return checks.length === 1 && only !== undefined ? only : (value) => checks.some((check) => check(value));
}

/** The clauses that look at single values, ORed; undefined where the condition has none of them. */
function singleValueCheck(clauses: FieldClauses): ValueCheck | undefined {
  const { match, range, datetimeRange, geoRadius, geoBoundingBox, geoPolygon } = clauses;
  const checks: ValueCheck[] = [];
  if (match) checks.push(matchCheck(match));
  if (range) checks.push(rangeCheck(range));
  if (datetimeRange) checks.push(datetimeCheck(datetimeRange));
  if (geoRadius || geoBoundingBox || geoPolygon) {
    checks.push((value) => {
      const point = geoPointOf(value);
      if (point === undefined) return false;
      return (
        (geoRadius !== undefined && inCircle(geoRadius, point)) ||
        (geoBoundingBox !== undefined && inBox(geoBoundingBox, point)) ||
        (geoPolygon !== undefined && inPolygon(geoPolygon, point))
      );
    });
  }
  return checks.length === 0 ? undefined : anyOf(checks);
}

/** A field condition over one of the values that its path finds; an array is tried item by item, one level deep. */
export function fieldCheck(clauses: FieldClauses): ValueCheck {
  const { valuesCount, isEmpty, isNull } = clauses;
  if (valuesCount) return (value) => withinBounds(valuesCount, valueCount(value));
  if (isEmpty !== undefined) return (value) => isEmptyValue(value) === isEmpty;
  if (isNull !== undefined) return (value) => holdsNull(value) === isNull;
  const check = singleValueCheck(clauses);
  if (check === undefined) return () => false;
  return (value) => (Array.isArray(value) ? value.some(check) : check(value));
}

/** What a field condition answers where its path finds nothing. */
export const missingFieldAnswer = ({ isEmpty, isNull }: FieldClauses): boolean =>
  isEmpty ?? (isNull === undefined ? false : !isNull);

/** `{is_empty: {key}}` over all values that the path finds (none included). */
export const allEmpty = (values: readonly JsonValue[]): boolean => values.every(isEmptyValue);

/** `{is_null: {key}}` over all values that the path finds: a null inside an array does not count. */
export const someNull = (values: readonly JsonValue[]): boolean => values.includes(null);

/** What an index keeps about emptiness: a null inside an array counts. */
export function presenceOf(values: readonly JsonValue[]): { hasValues: boolean; hasNull: boolean } {
  return { hasValues: !allEmpty(values), hasNull: values.some(holdsNull) };
}
