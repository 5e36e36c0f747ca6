/** Reads the `filters` of a request, in either language. Takes any JSON and any depth: it goes down no further than the
 *  bounds of faults.ts. Pure. */
import { isRecord } from "../documents/json-rules";
import { type Fault, validationError } from "../errors";
import { indexPath, keyPath } from "../schema/paths";
import { FilterFaults } from "./faults";
import { EVERYTHING, type Filter } from "./filter";
import { isEmptyNative, isNative, readNative } from "./native";
import { OPERATORS, type Operator } from "./schemas";
import { readTest } from "./test-value";

/** @throws InletError 422 with all faults */
export function parseFilters(filters: unknown, at = "filters"): Filter {
  const faults = new FilterFaults();
  const filter = read(filters, at, faults);
  if (faults.found.length > 0) throw validationError(faults.found.slice(0, MAX_SHOWN));
  return filter;
}

const MAX_SHOWN = 100;

/** The faults of a request's filters, for an operation's `inspect`. */
export function inspectFilters(filters: unknown, at = "filters"): Fault[] {
  if (filters === undefined || filters === null) return [];
  const faults = new FilterFaults();
  read(filters, at, faults);
  return faults.found.slice(0, MAX_SHOWN);
}

/** The faults of filters that choose what is changed or deleted: they must hold something back. */
export function inspectChoosingFilters(filters: unknown, at = "filters"): Fault[] {
  const faults = new FilterFaults();
  const filter = read(filters, at, faults);
  if (faults.found.length === 0 && isUnfiltered(filter)) {
    faults.add(at, "is empty and would choose every document; name what is meant");
  }
  return faults.found.slice(0, MAX_SHOWN);
}

/** True for filters that are none. */
function isUnfiltered(filter: Filter): boolean {
  switch (filter.kind) {
    case "and":
      return filter.of.every(isUnfiltered);
    case "or":
      return filter.of.some(isUnfiltered);
    case "native":
      return isEmptyNative(filter.filter);
    default:
      return false;
  }
}

function read(filters: unknown, at: string, faults: FilterFaults): Filter {
  if (isRecord(filters) && isNative(filters)) return { kind: "native", filter: readNative(filters, at, faults) };
  return readNode(filters, { at, depth: 0, caseSensitive: false }, faults);
}

interface Place {
  at: string;
  depth: number;
  /** Of this level or of one around it: clients send `false` wherever it is left out. */
  caseSensitive: boolean;
}

const NOT_KNOWN = "is not known here; a filter is AND, OR, NOT and case_sensitive, or {field, operator, value}";

function readNode(node: unknown, place: Place, faults: FilterFaults): Filter {
  const { at, depth } = place;
  if (!isRecord(node)) {
    faults.add(at, "must be an object");
    return EVERYTHING;
  }
  if (!faults.checkDepth(depth, at)) return EVERYTHING;
  if (Object.hasOwn(node, "field")) return readCondition(node, place, faults);
  if (isNative(node)) {
    faults.add(at, "is a native Qdrant filter, which can only stand alone, as the whole of filters");
    return EVERYTHING;
  }
  const inner = { depth: depth + 1, caseSensitive: readCase(node, place, faults) };
  const parts: Filter[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === "case_sensitive") continue;
    const path = keyPath(at, key);
    if (key !== "AND" && key !== "OR" && key !== "NOT") {
      faults.add(path, NOT_KNOWN);
      continue;
    }
    const of = readList(value, path, inner, faults);
    if (of.length === 0) continue;
    if (key === "AND") parts.push({ kind: "and", of });
    else if (key === "OR") parts.push({ kind: "or", of });
    else parts.push({ kind: "not", of: { kind: "or", of } });
  }
  return { kind: "and", of: parts };
}

function readCase(node: Record<string, unknown>, { at, caseSensitive }: Place, faults: FilterFaults): boolean {
  const own = node["case_sensitive"];
  if (own !== undefined && own !== null && typeof own !== "boolean") {
    faults.add(`${at}.case_sensitive`, "must be true or false");
  }
  return caseSensitive || own === true;
}

/** The parts of AND, OR or NOT; null and an empty list set no condition. */
function readList(value: unknown, at: string, inner: Omit<Place, "at">, faults: FilterFaults): Filter[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) {
    faults.add(at, "must be a list");
    return [];
  }
  const of: Filter[] = [];
  for (const [index, part] of value.entries()) {
    const path = indexPath(at, index);
    if (!faults.countCondition(path)) break;
    of.push(readNode(part, { ...inner, at: path }, faults));
  }
  return of;
}

const isOperator = (value: unknown): value is Operator => OPERATORS.some((operator) => operator === value);
/** The published client takes a condition for AND, OR and NOT with other keys, and sends it with their defaults. */
const CONDITION_KEYS: ReadonlySet<string> = new Set(["field", "operator", "value", "case_sensitive"]);
const NEGATED: ReadonlySet<Operator> = new Set(["ne", "nin"]);

function readCondition(node: Record<string, unknown>, place: Place, faults: FilterFaults): Filter {
  const { at } = place;
  for (const [key, value] of Object.entries(node)) {
    if (value !== null && !CONDITION_KEYS.has(key)) faults.add(keyPath(at, key), NOT_KNOWN);
  }
  const caseSensitive = readCase(node, place, faults);
  const field = faults.field(node["field"], `${at}.field`);
  const operator = node["operator"] ?? "eq";
  if (!isOperator(operator)) {
    faults.add(`${at}.operator`, `must be one of ${OPERATORS.join(", ")}`);
    return EVERYTHING;
  }
  const read = readTest(operator, node["value"], `${at}.value`, caseSensitive, faults);
  if (read === undefined || field === undefined) return EVERYTHING;
  const condition: Filter = { kind: "condition", field, test: read.test };
  return NEGATED.has(operator) || read.negated ? { kind: "not", of: condition } : condition;
}
