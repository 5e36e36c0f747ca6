/** Native Qdrant filters: checked to a bounded depth, keys put right (`metadata.x` is `x`), and passed on. A condition with
 *  several clauses, which means one thing with an index and another without, is refused; what else is wrong in a clause,
 *  Qdrant says. Pure. */
import { isRecord } from "../documents/json-rules";
import { DOCUMENT_ID_PATTERN, pointIdOf } from "../ids";
import { indexPath, keyPath } from "../schema/paths";
import { type FilterFaults } from "./faults";
import { qdrantPath } from "./field";

type Json = Record<string, unknown>;

const LISTS: ReadonlySet<string> = new Set(["must", "should", "must_not"]);
const CLAUSES: ReadonlySet<string> = new Set([
  "match",
  "range",
  "geo_bounding_box",
  "geo_radius",
  "geo_polygon",
  "values_count",
  "is_empty",
  "is_null",
]);
const MATCHES: ReadonlySet<string> = new Set(["value", "text", "any", "except", "phrase", "text_any", "prefix"]);

export const isNative = (node: Json): boolean =>
  Object.keys(node).some((key) => LISTS.has(key) || key === "min_should");

/** True where it sets no condition at all. */
export const isEmptyNative = (filter: unknown): boolean =>
  isRecord(filter) &&
  Object.entries(filter).every(
    ([key, value]) => LISTS.has(key) && Array.isArray(value) && value.every((part) => isEmptyNative(part)),
  );

/** The filter as it is sent. Where there are faults, it is of no use. */
export function readNative(filter: Json, at: string, faults: FilterFaults): Json {
  return readFilter(filter, { at, depth: 0, inNested: false }, faults);
}

interface Place {
  at: string;
  depth: number;
  /** Keys of a nested filter are relative to its elements. */
  inNested: boolean;
}

function readFilter(filter: Json, { at, depth, inNested }: Place, faults: FilterFaults): Json {
  if (!faults.checkDepth(depth, at)) return {};
  const read: Json = {};
  const inner = { depth: depth + 1, inNested };
  for (const [key, value] of Object.entries(filter)) {
    const path = keyPath(at, key);
    if (value === null) continue;
    if (LISTS.has(key)) {
      const list: unknown[] = Array.isArray(value) ? value : [value];
      read[key] = readConditions(list, path, Array.isArray(value), inner, faults);
    } else if (key === "min_should") {
      read[key] = readMinShould(value, path, inner, faults);
    } else {
      faults.add(path, "is not known here; a native filter has must, should, must_not and min_should");
    }
  }
  return read;
}

function readMinShould(value: unknown, at: string, inner: Omit<Place, "at">, faults: FilterFaults): unknown {
  const conditions = isRecord(value) ? value["conditions"] : undefined;
  const count = isRecord(value) ? value["min_count"] : undefined;
  if (!Array.isArray(conditions)) return faults.add(`${at}.conditions`, "must be a list");
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) {
    return faults.add(`${at}.min_count`, "must be a whole number from 0");
  }
  return { conditions: readConditions(conditions, `${at}.conditions`, true, inner, faults), min_count: count };
}

function readConditions(
  list: readonly unknown[],
  at: string,
  isList: boolean,
  inner: Omit<Place, "at">,
  faults: FilterFaults,
): Json[] {
  const read: Json[] = [];
  for (const [index, condition] of list.entries()) {
    const path = isList ? indexPath(at, index) : at;
    if (!faults.countCondition(path)) break;
    if (!isRecord(condition)) faults.add(path, "must be an object");
    else read.push(readCondition(condition, { ...inner, at: path }, faults) ?? {});
  }
  return read;
}

function readCondition(condition: Json, place: Place, faults: FilterFaults): Json | undefined {
  const { at } = place;
  if (isNative(condition)) return readFilter(condition, place, faults);
  if (Object.hasOwn(condition, "key")) return readField(condition, place, faults);
  const [name, ...others] = Object.keys(condition);
  if (name === undefined || others.length > 0) return faults.add(at, "must be one condition of Qdrant's");
  const value = condition[name];
  const path = keyPath(at, name);
  switch (name) {
    case "is_empty":
    case "is_null": {
      if (!isRecord(value)) return faults.add(path, "must be {key}");
      const key = keyOf(value["key"], `${path}.key`, place, faults);
      // The bare form sees a null within a list only under an index.
      return name === "is_null" ? { key, is_null: true } : { is_empty: { key } };
    }
    case "has_id":
      if (!Array.isArray(value)) return faults.add(path, "must be a list of point ids or document ids");
      return { has_id: value.map((id: unknown) => (isDocumentId(id) ? pointIdOf(id) : id)) };
    case "has_vector":
      return typeof value === "string" ? { has_vector: value } : faults.add(path, "must be the name of a vector");
    case "nested": {
      if (!isRecord(value) || !isRecord(value["filter"])) return faults.add(path, "must be {key, filter}");
      const key = keyOf(value["key"], `${path}.key`, place, faults);
      const inside = { at: `${path}.filter`, depth: place.depth + 1, inNested: true };
      return { nested: { key, filter: readFilter(value["filter"], inside, faults) } };
    }
    default:
      return faults.add(path, "is no condition of Qdrant's that is known here");
  }
}

function readField(condition: Json, place: Place, faults: FilterFaults): Json | undefined {
  const { at } = place;
  const key = keyOf(condition["key"], `${at}.key`, place, faults);
  const clauses = Object.entries(condition).filter(([name, value]) => name !== "key" && value !== null);
  for (const [name] of clauses) {
    if (!CLAUSES.has(name)) return faults.add(keyPath(at, name), "is no clause of Qdrant's that is known here");
  }
  const [clause] = clauses;
  if (clause === undefined || clauses.length > 1) {
    return faults.add(at, "must have one clause; several mean one thing with an index and another without");
  }
  const [name, value] = clause;
  if (name === "match") {
    if (!isRecord(value)) return faults.add(`${at}.match`, "must be an object");
    const asked = Object.keys(value);
    const [only] = asked;
    if (only === undefined || asked.length > 1 || !MATCHES.has(only)) {
      return faults.add(`${at}.match`, `must have one of ${[...MATCHES].join(", ")}`);
    }
  }
  checkNumbers(value, keyPath(at, name), faults);
  return { key, [name]: value };
}

const isDocumentId = (id: unknown): id is string => typeof id === "string" && new RegExp(DOCUMENT_ID_PATTERN).test(id);

function keyOf(value: unknown, at: string, { inNested }: Place, faults: FilterFaults): string {
  // parseField takes `metadata.` off, which below a nested key would be the user's own.
  if (inNested && typeof value === "string" && value.startsWith("metadata.")) return value;
  const field = faults.field(value, at);
  return field === undefined ? "" : qdrantPath(field.steps);
}

/** What JSON.parse may have rounded can't be compared exactly. One level suffices: clauses hold numbers in lists or keys. */
function checkNumbers(value: unknown, at: string, faults: FilterFaults): void {
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const each: unknown[] = Array.isArray(inner) ? inner : [inner];
    if (each.some((item) => typeof item === "number" && Number.isInteger(item) && !Number.isSafeInteger(item))) {
      faults.add(keyPath(at, key), "is a whole number beyond ±9007199254740991, which can't be compared exactly");
    }
  }
}
