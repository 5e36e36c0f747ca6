/** An aggregation as the rest of this folder works with it, and what one part of a request must know of another. Pure. */
import { isRecord } from "../documents/json-rules";
import { type Fault } from "../errors";
import { type Field, listField, parseField } from "../filters/field";
import {
  type AggregationFunction,
  type DatePartUnit,
  type DateTruncUnit,
  type DocumentAggregation,
  MAX_GROUP_KEYS,
} from "./schemas";

/** What of a value makes its group. */
export type Taken =
  | { kind: "value" }
  | { kind: "trunc"; unit: DateTruncUnit }
  | { kind: "part"; unit: DatePartUnit }
  | { kind: "range"; boundaries: readonly number[]; otherwise: string | undefined };

export interface GroupKey {
  alias: string;
  field: Field;
  taken: Taken;
}

export interface Metric {
  alias: string;
  function: AggregationFunction;
  /** undefined: `count` of the rows themselves. */
  field: Field | undefined;
}

export const COMPARISONS = ["eq", "ne", "gt", "gte", "lt", "lte"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Having {
  alias: string;
  comparison: Comparison;
  value: number | string;
}

export interface Aggregation {
  keys: readonly GroupKey[];
  metrics: readonly Metric[];
  having: readonly Having[];
  /** The list whose elements are rows, one by one; undefined: a document is a row. */
  unwind: Field | undefined;
  /** undefined: by the groups themselves, ascending. */
  sort: { alias: string; descending: boolean } | undefined;
  limit: number | undefined;
}

const SYMBOLS: Readonly<Record<string, Comparison>> = {
  "=": "eq",
  "==": "eq",
  "!=": "ne",
  ">": "gt",
  ">=": "gte",
  "<": "lt",
  "<=": "lte",
};

const comparisonOf = (operator: string): Comparison | undefined =>
  COMPARISONS.find((each) => each === operator) ?? (Object.hasOwn(SYMBOLS, operator) ? SYMBOLS[operator] : undefined);

/** Their results are lists, which nothing compares with and nothing sorts by. */
const GIVES_LIST: ReadonlySet<string> = new Set<AggregationFunction>(["push", "add_to_set"]);

const NO_PATH = 'is no path of a field: write a.b, a[].b, a[0] or "odd key"; a key with a quotation mark has no path';

/** The parts of a body that are of the right type, so that each can be asked of the others. */
const listOf = (body: Record<string, unknown>, key: string): Record<string, unknown>[] => {
  const list = body[key];
  // Positions must stay those of the request.
  return Array.isArray(list) ? list.map((item: unknown) => (isRecord(item) ? item : {})) : [];
};
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What the schema can't say. Takes any JSON. */
export function inspectAggregation(body: unknown): Fault[] {
  if (!isRecord(body)) return [];
  const faults: Fault[] = [];
  const aliases = new Map<string, string>();
  const lists = new Set<string>();
  const name = (alias: string | undefined, path: string): void => {
    if (alias === undefined) return;
    const taken = aliases.get(alias);
    if (taken === undefined) aliases.set(alias, path);
    else faults.push({ path, message: `gives the name ${alias} a second time; ${taken} has it` });
  };
  const field = (value: unknown, path: string): void => {
    const given = text(value);
    if (given !== undefined && parseField(given) === undefined) faults.push({ path, message: NO_PATH });
  };

  const groups = listOf(body, "group_by");
  for (const [index, group] of groups.entries()) {
    const path = `group_by[${index}]`;
    field(group["field"], `${path}.field`);
    if (text(group["date_trunc"]) !== undefined && text(group["date_part"]) !== undefined) {
      faults.push({ path, message: "has date_trunc and date_part; give one, and the other one as a group of its own" });
    }
    const alias = text(group["alias"]);
    name(alias ?? text(group["field"]), alias === undefined ? `${path}.field` : `${path}.alias`);
  }
  const buckets = listOf(body, "range_buckets");
  for (const [index, bucket] of buckets.entries()) {
    const path = `range_buckets[${index}]`;
    field(bucket["field"], `${path}.field`);
    name(text(bucket["field"]), `${path}.field`);
    const boundaries: unknown[] = Array.isArray(bucket["boundaries"]) ? bucket["boundaries"] : [];
    const wrong = boundaries.findIndex((boundary, at) => at > 0 && !(Number(boundary) > Number(boundaries[at - 1])));
    if (wrong > 0)
      faults.push({ path: `${path}.boundaries[${wrong}]`, message: "must be greater than the one before" });
  }
  if (groups.length + buckets.length > MAX_GROUP_KEYS) {
    faults.push({
      path: "range_buckets",
      message: `make more than ${MAX_GROUP_KEYS} groupings together with group_by`,
    });
  }
  for (const [index, metric] of listOf(body, "aggregations").entries()) {
    const path = `aggregations[${index}]`;
    name(text(metric["alias"]), `${path}.alias`);
    faults.push(...metricFaults(metric, path));
    field(metric["field"], `${path}.field`);
    field(metric["distinct_field"], `${path}.distinct_field`);
    const alias = text(metric["alias"]);
    if (alias !== undefined && GIVES_LIST.has(String(metric["function"]))) lists.add(alias);
  }
  field(body["unwind"], "unwind");

  const known = (value: unknown, path: string): void => {
    const alias = text(value);
    if (alias === undefined) return;
    if (!aliases.has(alias)) {
      const names = [...aliases.keys()].slice(0, 20).join(", ");
      faults.push({ path, message: `names ${alias}, which is no alias of this request; there are: ${names}` });
    } else if (lists.has(alias)) faults.push({ path, message: `names ${alias}, which is a list and has no order` });
  };
  for (const [index, condition] of listOf(body, "having").entries()) {
    known(condition["field"], `having[${index}].field`);
    const operator = text(condition["operator"]);
    if (operator !== undefined && comparisonOf(operator) === undefined) {
      faults.push({ path: `having[${index}].operator`, message: `must be one of ${COMPARISONS.join(", ")}` });
    }
  }
  known(body["sort_by"], "sort_by");
  return faults;
}

function metricFaults(metric: Record<string, unknown>, path: string): Fault[] {
  const named = metric["function"];
  const field = text(metric["field"]);
  const distinct = text(metric["distinct_field"]);
  if (distinct !== undefined && named !== "count_distinct") {
    return [{ path: `${path}.distinct_field`, message: "is for count_distinct alone" }];
  }
  if (distinct !== undefined && field !== undefined && distinct !== field) {
    return [{ path: `${path}.distinct_field`, message: "differs from field; give one of them" }];
  }
  const needed = typeof named === "string" && named !== "count" && field === undefined && distinct === undefined;
  return needed ? [{ path: `${path}.field`, message: `is required for ${named}` }] : [];
}

/** `given` has passed the schema and the above. */
export function aggregationOf(given: DocumentAggregation): Aggregation {
  const groups = (given.group_by ?? []).map(({ field, alias, date_trunc: trunc, date_part: part }): GroupKey => ({
    alias: alias ?? field,
    field: required(field),
    taken: trunc ? { kind: "trunc", unit: trunc } : part ? { kind: "part", unit: part } : { kind: "value" },
  }));
  const ranges = (given.range_buckets ?? []).map(({ field, boundaries, default_bucket: otherwise }): GroupKey => ({
    alias: field,
    field: required(field),
    taken: { kind: "range", boundaries, otherwise: otherwise ?? undefined },
  }));
  const sortBy = given.sort_by ?? undefined;
  return {
    keys: [...groups, ...ranges],
    metrics: given.aggregations.map((metric) => {
      const field = metric.distinct_field ?? metric.field ?? undefined;
      return {
        alias: metric.alias,
        function: metric.function,
        field: field === undefined ? undefined : required(field),
      };
    }),
    having: (given.having ?? []).flatMap(({ field: alias, operator, value }) => {
      const comparison = comparisonOf(operator);
      return comparison === undefined ? [] : [{ alias, comparison, value }];
    }),
    unwind: typeof given.unwind === "string" ? listField(required(given.unwind)) : undefined,
    sort: sortBy === undefined ? undefined : { alias: sortBy, descending: given.sort_direction !== "asc" },
    limit: given.limit ?? undefined,
  };
}

function required(text: string): Field {
  const field = parseField(text);
  if (field === undefined) throw new Error(`${text} has not been inspected.`);
  return field;
}
