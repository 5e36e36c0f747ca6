/** How an aggregation is carried out: by Qdrant's own count or facet where they give the same exact answer, else over every
 *  document that the filters let through. Pure.
 *
 *  A facet counts points per value, but leaves out values that its index does not hold, counts a point once per element of
 *  a list, and is wrong over shards when it is asked for fewer values than there are. So it is asked for more values than
 *  there may be, and its counts are believed only where they add up (`facetAddsUp`). A uuid index gives back another
 *  spelling than was stored, so it serves no facet. */
import { type Aggregation, type GroupKey } from "./aggregation";

/** Past this many values the documents are read. */
export const MAX_FACET_VALUES = 10_000;

export type Plan = { kind: "count" } | { kind: "facet"; key: GroupKey; path: string } | { kind: "stream" };

const FACETED: ReadonlySet<string> = new Set(["keyword", "integer", "bool"]);

/** `residual`: some of the filter is Inlet's own work. `indexTypes`: path -> type of Qdrant's payload indexes. */
export function planAggregation(
  aggregation: Aggregation,
  { residual, indexTypes }: { residual: boolean; indexTypes: ReadonlyMap<string, string> },
): Plan {
  const { keys, metrics, unwind } = aggregation;
  const countsRows = metrics.every((metric) => metric.function === "count" && metric.field === undefined);
  if (residual || !countsRows || unwind !== undefined) return { kind: "stream" };
  const [key, second] = keys;
  if (key === undefined) return { kind: "count" };
  if (second !== undefined || key.taken.kind !== "value") return { kind: "stream" };
  const type = indexTypes.get(key.field.name);
  // A name with dots can be one key of the root in some documents, which the index does not see.
  const userKey = key.field.steps.length > 1 && !key.field.name.startsWith("_internal.");
  return type !== undefined && FACETED.has(type) && !userKey
    ? { kind: "facet", key, path: key.field.name }
    : { kind: "stream" };
}

/** True where every document is in exactly one value of the facet or has none. `empty`: documents that Qdrant calls empty
 *  under the field (missing, null, `[]`); `lists`: documents with a list under it that has an element. */
export function facetAddsUp(
  hits: readonly { count: number }[],
  counts: { documents: number; empty: number; lists: number },
): boolean {
  const faceted = hits.reduce((sum, { count }) => sum + count, 0);
  return hits.length <= MAX_FACET_VALUES && counts.lists === 0 && faceted + counts.empty === counts.documents;
}
