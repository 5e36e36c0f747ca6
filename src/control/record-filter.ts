/** The filters of lists of namespaces, collections and keys, evaluated over the answers themselves: `{field: value}`, or the
 *  documents' filter language as far as it makes sense without an index. Pure. */
import { type Fault, type InletError, validationError } from "../errors";

type Row = Record<string, unknown>;

const MAX_DEPTH = 16;

/** @throws InletError 422 for what is no filter */
export function matches(row: Row, filter: unknown, caseSensitive: boolean, path = "filters", depth = 0): boolean {
  if (!isRow(filter)) throw fault(path, "must be an object");
  if (depth > MAX_DEPTH) throw fault(path, `must not be nested deeper than ${MAX_DEPTH}`);
  const fold = caseSensitive || filter["case_sensitive"] === true;
  if ("field" in filter) return condition(row, filter, fold, path);
  return Object.entries(filter).every(([key, value]) => {
    const at = `${path}.${key}`;
    const each = (): boolean[] =>
      parts(value, at).map((part, index) => matches(row, part, fold, `${at}[${index}]`, depth + 1));
    switch (key) {
      case "case_sensitive":
        return true;
      case "AND":
        return each().every(Boolean);
      case "OR": {
        const found = each();
        return found.length === 0 || found.some(Boolean);
      }
      case "NOT":
        return !each().some(Boolean);
      default:
        return equal(valueAt(row, key), value, fold);
    }
  });
}

function parts(value: unknown, path: string): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw fault(path, "must be a list");
  return value;
}

function condition(row: Row, filter: Row, caseSensitive: boolean, path: string): boolean {
  const { field, operator = "eq", value } = filter;
  if (typeof field !== "string") throw fault(`${path}.field`, "must be a string");
  const there = valueAt(row, field);
  const text = (given: unknown): string => (caseSensitive ? String(given) : String(given).toLowerCase());
  const isText = typeof there === "string";
  switch (operator) {
    case "eq":
      return equal(there, value, caseSensitive);
    case "ne":
      return !equal(there, value, caseSensitive);
    case "in":
      return listOf(value, path).some((item) => equal(there, item, caseSensitive));
    case "nin":
      return !listOf(value, path).some((item) => equal(there, item, caseSensitive));
    case "contains":
      return isText && text(there).includes(text(value));
    case "starts_with":
      return isText && text(there).startsWith(text(value));
    case "ends_with":
      return isText && text(there).endsWith(text(value));
    case "exists":
      return (there !== undefined) === (value !== false);
    case "is_null":
      return (there === undefined || there === null) === (value !== false);
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return ordered(there, value, operator);
    default:
      throw fault(`${path}.operator`, `${JSON.stringify(operator)} is no operator of this list`);
  }
}

function ordered(there: unknown, bound: unknown, operator: "gt" | "gte" | "lt" | "lte"): boolean {
  const comparable =
    (typeof there === "number" && typeof bound === "number") ||
    (typeof there === "string" && typeof bound === "string");
  if (!comparable) return false;
  switch (operator) {
    case "gt":
      return there > bound;
    case "gte":
      return there >= bound;
    case "lt":
      return there < bound;
    default:
      return there <= bound;
  }
}

function equal(there: unknown, wanted: unknown, caseSensitive: boolean): boolean {
  if (Array.isArray(there)) return there.some((item) => equal(item, wanted, caseSensitive));
  if (typeof there === "string" && typeof wanted === "string" && !caseSensitive) {
    return there.toLowerCase() === wanted.toLowerCase();
  }
  return there === wanted;
}

/** The value under the key itself, or else under a dotted path. */
function valueAt(row: Row, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let at: unknown = row;
  for (const key of path.split(".")) at = isRow(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

function listOf(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw fault(`${path}.value`, "must be a list");
  return value;
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

const fault = (path: string, message: Fault["message"]): InletError => validationError([{ path, message }]);
