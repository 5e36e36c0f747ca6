/** What a filter answers, written down from the facts sheet (sections 5 and 6) for clarity, not speed, and without any code of the
 *  engine but its types of values. It reads the filter as the request has it. It leaves out what the facts sheet leaves to
 *  the parser, and knows only the fields that the property tests use. */
import { IntegralFloat, type JsonObject, type JsonValue } from "../../src/embedded/model/json";

export interface OraclePoint {
  id: string | number | bigint;
  payload: JsonObject;
  vectors: readonly string[];
}
export type OracleIndexes = ReadonlyMap<
  string,
  "keyword" | "integer" | "float" | "bool" | "datetime" | "uuid" | "geo" | "text"
>;

type Clause = "match" | "range" | "geo" | "values_count" | "is_empty" | "is_null";

export function oracleMatches(filter: JsonValue, point: OraclePoint, indexes: OracleIndexes): boolean {
  return filterHolds(filter, (condition) => atPoint(condition, point, indexes), false);
}

function filterHolds(filter: JsonValue, holds: (condition: JsonValue) => boolean, inNested: boolean): boolean {
  const list = (value: JsonValue | undefined): JsonValue[] | undefined =>
    value === undefined || value === null ? undefined : Array.isArray(value) ? value : [value];
  const must = list(get(filter, "must")) ?? [];
  const mustNot = list(get(filter, "must_not")) ?? [];
  const should = list(get(filter, "should"));
  const minShould = get(filter, "min_should");
  if (!must.every(holds) || mustNot.some(holds)) return false;
  if (should && (inNested || should.length > 0) && !should.some(holds)) return false;
  if (minShould === undefined) return true;
  const conditions = list(get(minShould, "conditions")) ?? [];
  if (!inNested && conditions.length === 0) return true;
  return conditions.filter(holds).length >= Number(get(minShould, "min_count"));
}

function atPoint(condition: JsonValue, point: OraclePoint, indexes: OracleIndexes): boolean {
  const ids = get(condition, "has_id");
  if (Array.isArray(ids)) return ids.some((id) => id === point.id);
  const vector = get(condition, "has_vector");
  if (typeof vector === "string") return point.vectors.includes(vector);
  return atObject(condition, point.payload, indexes, "", (inner) => atPoint(inner, point, indexes));
}

/** `above`: the path of the elements of `nested`, with a point at its end; `again`: a condition of a filter within. */
function atObject(
  condition: JsonValue,
  payload: JsonObject,
  indexes: OracleIndexes,
  above: string,
  again: (condition: JsonValue) => boolean,
): boolean {
  const nested = get(condition, "nested");
  if (nested !== undefined) {
    const key = `${String(get(nested, "key"))}[]`;
    const inner = get(nested, "filter") ?? null;
    return under(payload, key).some(
      (element) =>
        element instanceof Map &&
        filterHolds(inner, (each) => inElement(each, element, indexes, `${above}${key}.`), true),
    );
  }
  for (const kind of ["is_empty", "is_null"] as const) {
    const key = get(get(condition, kind) ?? null, "key");
    if (typeof key !== "string") continue;
    const values = under(payload, key);
    if (above === "" && indexes.has(key)) return servedByPresence(kind, true, values);
    return kind === "is_empty" ? values.every(isNothing) : values.includes(null);
  }
  const key = get(condition, "key");
  if (typeof key !== "string") return filterHolds(condition, again, above !== "");
  return fieldHolds(
    condition,
    under(payload, key),
    above === "" ? indexes.get(key) : undefined,
    indexes.get(above + key) === "text",
  );
}

function inElement(condition: JsonValue, element: JsonObject, indexes: OracleIndexes, above: string): boolean {
  if (get(condition, "has_id") !== undefined || get(condition, "has_vector") !== undefined) return false;
  return atObject(condition, element, indexes, above, (inner) => inElement(inner, element, indexes, above));
}

function fieldHolds(condition: JsonValue, values: JsonValue[], index: string | undefined, textBelow: boolean): boolean {
  if (index !== undefined) {
    const served = servedByIndex(condition, values, index);
    if (served !== undefined) return served;
  }
  if (values.length === 0) {
    const isEmpty = get(condition, "is_empty");
    if (typeof isEmpty === "boolean") return isEmpty;
    return get(condition, "is_null") === false;
  }
  return values.some((value) => {
    if (textBelow && index === undefined && isText(get(condition, "match")))
      return items(value).some((each) => typeof each === "string" && textHolds(get(condition, "match"), [each], true));
    const count = get(condition, "values_count");
    if (count !== undefined) return between(count, value === null ? 0 : Array.isArray(value) ? value.length : 1);
    const isEmpty = get(condition, "is_empty");
    if (typeof isEmpty === "boolean") return isNothing(value) === isEmpty;
    const isNull = get(condition, "is_null");
    if (typeof isNull === "boolean")
      return (value === null || (Array.isArray(value) && value.includes(null))) === isNull;
    return items(value).some((each) =>
      (["match", "range", "geo"] as Clause[]).some((clause) => plainHolds(clause, condition, each)),
    );
  });
}

/** An index answers by the first clause that it serves. */
function servedByIndex(condition: JsonValue, values: JsonValue[], index: string): boolean | undefined {
  const singles = values.flatMap(items);
  const match = get(condition, "match");
  const wanted = match === undefined ? undefined : wantedBy(match);
  const terms: Record<string, (value: JsonValue) => JsonValue | undefined> = {
    keyword: (value) => (typeof value === "string" ? value : undefined),
    integer: whole,
    bool: (value) => (typeof value === "boolean" ? value : undefined),
    uuid: uuidOf,
  };
  const term = terms[index];
  if (term && wanted) {
    const strings =
      wanted.list.length === 0 && wanted.kind !== "value" ? index !== "integer" && index !== "bool" : undefined;
    const asked = wanted.list.map(term);
    const fits =
      strings ??
      (wanted.list.every(
        (each) => each !== null && (index === "uuid" ? uuidOf(each) !== undefined : typeof each === kindOf(index)),
      ) &&
        (wanted.kind === "value" || index !== "bool"));
    if (fits) {
      const held = singles.map(term).filter((value) => value !== undefined);
      return wanted.kind === "except"
        ? held.some((value) => !asked.includes(value))
        : held.some((value) => asked.includes(value));
    }
  }
  const range = get(condition, "range");
  if (range !== undefined && (index === "integer" || index === "float" || index === "datetime")) {
    const number = { integer: whole, float: doubleOf, datetime: dateOf }[index];
    return singles.some((value) => {
      const held = number(value);
      return held !== undefined && between(range, Number(held));
    });
  }
  if (index === "geo" && geoClause(condition)) return singles.some((value) => plainHolds("geo", condition, value));
  if (index === "text" && isText(match))
    return textHolds(
      match,
      singles.filter((value) => typeof value === "string"),
      false,
    );
  for (const kind of ["is_empty", "is_null"] as const) {
    const expected = get(condition, kind);
    if (typeof expected === "boolean") return servedByPresence(kind, expected, values);
  }
  return undefined;
}

function servedByPresence(kind: "is_empty" | "is_null", expected: boolean, values: JsonValue[]): boolean {
  return (kind === "is_empty" ? values.every(isNothing) : values.flatMap(items).includes(null)) === expected;
}

function plainHolds(clause: Clause, condition: JsonValue, value: JsonValue): boolean {
  if (clause === "range") {
    const range = get(condition, "range");
    if (range === undefined) return false;
    const dates = [...(range instanceof Map ? range.values() : [])].some((bound) => typeof bound === "string");
    const number = dates ? dateOf(value) : doubleOf(value);
    return number !== undefined && between(range, number);
  }
  if (clause === "geo") {
    const box = get(condition, "geo_bounding_box");
    const lon = doubleOf(get(value, "lon") ?? null);
    const lat = doubleOf(get(value, "lat") ?? null);
    if (box === undefined || lon === undefined || lat === undefined) return false;
    const [top, bottom] = [get(box, "top_left") ?? null, get(box, "bottom_right") ?? null];
    const at = (corner: JsonValue, name: string): number => doubleOf(get(corner, name) ?? null) ?? 0;
    return at(top, "lon") < lon && lon < at(bottom, "lon") && at(bottom, "lat") < lat && lat < at(top, "lat");
  }
  const match = get(condition, "match");
  if (match === undefined) return false;
  const text = get(match, "text") ?? get(match, "phrase");
  if (typeof text === "string") return typeof value === "string" && value.includes(text);
  const anyText = get(match, "text_any");
  if (typeof anyText === "string")
    return typeof value === "string" && anyText.split(/\s+/).some((word) => word !== "" && value.includes(word));
  const { kind, list } = wantedBy(match) ?? { kind: "any", list: [] };
  return kind === "except" ? value !== null && !list.includes(value) : list.includes(value);
}

/** A word index without options: lower case, cut at all but letters and digits. */
function textHolds(match: JsonValue | undefined, texts: readonly JsonValue[], phraseWithoutOrder: boolean): boolean {
  const words = (text: JsonValue | undefined): string[] =>
    typeof text === "string" ? (text.toLowerCase().match(/[\p{Alphabetic}\p{N}]+/gu) ?? []) : [];
  const held = texts.map(words);
  const all = held.flat();
  const [text, any, phrase] = ["text", "text_any", "phrase"].map((key) => words(get(match ?? null, key)));
  if (text && text.length > 0) return text.every((word) => all.includes(word));
  if (any && any.length > 0) return any.some((word) => all.includes(word));
  if (!phrase || phrase.length === 0 || !phraseWithoutOrder) return false;
  return held.some((each) => ` ${each.join(" ")} `.includes(` ${phrase.join(" ")} `));
}

const get = (value: JsonValue, key: string): JsonValue | undefined =>
  value instanceof Map ? value.get(key) : undefined;
const items = (value: JsonValue): JsonValue[] => (Array.isArray(value) ? value : [value]);
const isNothing = (value: JsonValue): boolean => value === null || (Array.isArray(value) && value.length === 0);
const isText = (match: JsonValue | undefined): boolean =>
  ["text", "text_any", "phrase"].some((key) => get(match ?? null, key) !== undefined);
const geoClause = (condition: JsonValue): boolean => get(condition, "geo_bounding_box") !== undefined;
const kindOf = (index: string): string => ({ integer: "number", bool: "boolean" })[index] ?? "string";

function wantedBy(match: JsonValue): { kind: "value" | "any" | "except"; list: JsonValue[] } | undefined {
  const value = get(match, "value");
  if (value !== undefined) return { kind: "value", list: [value] };
  for (const kind of ["any", "except"] as const) {
    const list = get(match, kind);
    if (Array.isArray(list)) return { kind, list };
  }
  return undefined;
}

function doubleOf(value: JsonValue): number | undefined {
  if (value instanceof IntegralFloat) return value.value;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}
function whole(value: JsonValue): number | undefined {
  const number = doubleOf(value);
  return number !== undefined && Number.isInteger(number) ? number : undefined;
}
function uuidOf(value: JsonValue): string | undefined {
  const hex = typeof value === "string" ? value.toLowerCase().replaceAll("-", "") : "";
  return /^[0-9a-f]{32}$/.test(hex) ? hex : undefined;
}
/** Full dates with a Z alone. */
function dateOf(value: JsonValue): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return undefined;
  return Date.parse(value) * 1000;
}
function between(range: JsonValue, value: number): boolean {
  const bound = (name: string): number | undefined => {
    const given = get(range, name) ?? null;
    return dateOf(given) ?? doubleOf(given);
  };
  const [gt, gte, lt, lte] = ["gt", "gte", "lt", "lte"].map(bound);
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}

/** Paths of bare keys, `[]` at the end of some. */
function under(payload: JsonObject, path: string): JsonValue[] {
  let found: JsonValue[] = [payload];
  for (const part of path.split(".")) found = step(found, part);
  return found;
}

function step(values: JsonValue[], part: string): JsonValue[] {
  const key = part.replace("[]", "");
  const held: JsonValue[] = [];
  for (const value of values) {
    const next = get(value, key);
    if (next === undefined) continue;
    if (!part.endsWith("[]")) held.push(next);
    else if (Array.isArray(next)) held.push(...next);
  }
  return held;
}
