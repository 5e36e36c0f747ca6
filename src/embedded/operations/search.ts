/** What all query calls share: from a decoded query to the points of its answer. */
import { QdrantError, notFound } from "../errors";
import { type CollectionLookup } from "../http/route";
import { type Collection } from "../model/collection";
import { Float32, type OutputObject } from "../model/output";
import { type QueryRequest } from "../model/query";
import { type Selectors } from "../model/selector";
import { type PointTable } from "../model/table";
import { QueryRun, type QueryDependencies, type ScoredPoint } from "../query/execute";
import { type Planning, planQuery } from "../query/plan";
import { recordOf } from "./records";
import { unknownShardKey } from "./shard-keys";

/** A collection that another request than the one in the path names. @throws QdrantError 404 in Qdrant's other words */
export function lookedUp(engine: CollectionLookup, name: string): Collection {
  try {
    return engine.collection(name);
  } catch (error) {
    if (error instanceof QdrantError && error.status === 404) throw notFound(`Collection ${name} not found`);
    throw error;
  }
}

export const planning = (engine: CollectionLookup, collection: Collection): Planning => ({
  collection,
  lookup: (from) => {
    const collection = lookedUp(engine, from.collection);
    if (from.shardKey !== undefined) throw unknownShardKey(from.shardKey, "read");
    return collection;
  },
});

/** A hit as answers show it; nothing where the point has gone since it was found. */
export function shownHit(table: PointTable, hit: ScoredPoint, selectors: Selectors): OutputObject[] {
  const slot = table.idAt(hit.slot) === hit.id ? hit.slot : table.slotOf(hit.id);
  if (slot === undefined) return [];
  const { id, payload, vector } = recordOf(table, slot, selectors);
  const { version, score, orderValue } = hit;
  return [{ id, version, score: new Float32(score), payload, vector, order_value: orderValue }];
}

/** @throws QdrantError 400 or 404 */
export async function answerQuery(
  engine: CollectionLookup,
  collection: Collection,
  request: QueryRequest,
  dependencies: QueryDependencies,
): Promise<OutputObject[]> {
  const stage = planQuery(request, planning(engine, collection));
  const found = await new QueryRun(collection.table, dependencies).root(stage, request.offset);
  return found.flatMap((hit) => shownHit(collection.table, hit, request));
}
