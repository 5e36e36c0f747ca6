/** What a query costs of a collection's read rate: one per vector that is compared (a multivector: per row), one per condition
 *  of its filter, and for examples given as ids one for each to be read and one for leaving them out of the answer; prefetches
 *  the same. At least one. */
import { type Collection } from "../model/collection";
import { type Example, type QueryStage } from "../model/query";
import { DEFAULT_VECTOR } from "../model/vector";
import { examplesOf } from "../query/examples";
import { readCost } from "./strict-mode";

export function queryCost(collection: Collection, stage: QueryStage): number {
  return Math.max(1, stageCost(collection, stage));
}

function stageCost(
  collection: Collection,
  { query, using = DEFAULT_VECTOR, filter, lookupFrom, prefetch }: QueryStage,
) {
  const examples = examplesOf(query);
  const ids = examples.filter((each) => each.kind === "id").length;
  const isMulti = lookupFrom === undefined && collection.config.dense.get(using)?.multi === true;
  let cost = readCost(filter) - 1;
  for (const example of examples) cost += rowsOf(collection, example, using, isMulti);
  if (ids > 0) cost += ids + 1;
  for (const each of prefetch) cost += stageCost(collection, each);
  return cost;
}

function rowsOf(collection: Collection, example: Example, using: string, isMulti: boolean): number {
  if (example.kind === "vector") return example.vector.kind === "multi" ? example.vector.rows.length : 1;
  const slot = isMulti ? collection.table.slotOf(example.id) : undefined;
  const stored = slot === undefined ? undefined : collection.table.vectorsAt(slot).get(using);
  return stored?.kind === "multi" ? stored.multi.data.length / stored.multi.size : 1;
}
