/** Finished groups into an answer: which are kept, in which order, how many. Pure. */
import { type Aggregation, type GroupKey, type Having } from "./aggregation";
import { bucketName } from "./bucket-name";
import { compareTexts, compareValues, hasValue } from "../filters/values";

export interface Group {
  /** In the order of the aggregation's keys. */
  values: readonly unknown[];
  group: Record<string, unknown>;
  metrics: Record<string, unknown>;
}

export interface Results {
  results: { group: Record<string, unknown>; metrics: Record<string, unknown> }[];
  total_groups: number;
}

/** A number is compared with numbers alone, a text with texts; what is of another type is only `ne`. */
function holds(value: unknown, { comparison, value: wanted }: Having): boolean {
  if (comparison === "eq") return value === wanted;
  if (comparison === "ne") return value !== wanted;
  let order: number;
  if (typeof value === "number" && typeof wanted === "number") order = value - wanted;
  else if (typeof value === "string" && typeof wanted === "string") order = compareTexts(value, wanted);
  else return false;
  switch (comparison) {
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

type Order = (a: unknown, b: unknown) => number;

/** Values of one key in order. Buckets lie as their boundaries do, and after them what is in none. */
function orderOf({ taken }: GroupKey): Order {
  if (taken.kind !== "range") return compareValues;
  const places = new Map<unknown, number>();
  for (const [index, upper] of taken.boundaries.entries()) {
    const lower = taken.boundaries[index - 1];
    if (lower !== undefined) places.set(bucketName(lower, upper), index);
  }
  const placeOf = (value: unknown): number | null => (hasValue(value) ? (places.get(value) ?? places.size + 1) : null);
  return (a, b) => compareValues(placeOf(a), placeOf(b));
}

const named = (group: Group, alias: string): unknown =>
  Object.hasOwn(group.metrics, alias) ? group.metrics[alias] : group.group[alias];

/** Without a value comes last in both directions. */
const directed = (order: Order, descending: boolean): Order =>
  descending ? (a, b) => (hasValue(a) && hasValue(b) ? order(b, a) : order(a, b)) : order;

export function resultsOf(groups: readonly Group[], aggregation: Aggregation): Results {
  const { keys, having, sort, limit } = aggregation;
  const kept = groups.filter((group) => having.every((condition) => holds(named(group, condition.alias), condition)));
  const orders = keys.map(orderOf);
  const byGroup = (a: Group, b: Group): number => {
    for (const [index, order] of orders.entries()) {
      const difference = order(a.values[index], b.values[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  if (sort === undefined) kept.sort(byGroup);
  else {
    const key = keys.find(({ alias }) => alias === sort.alias);
    const order = directed(key === undefined ? compareValues : orderOf(key), sort.descending);
    kept.sort((a, b) => order(named(a, sort.alias), named(b, sort.alias)) || byGroup(a, b));
  }
  return {
    results: kept.slice(0, limit).map(({ group, metrics }) => ({ group, metrics })),
    total_groups: kept.length,
  };
}
