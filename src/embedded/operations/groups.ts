/** Grouped queries: `query/groups`, and the older `search/groups` and `recommend/groups`. */
import { badInput } from "../errors";
import { type Decoder } from "../http/decode";
import { readBody } from "../http/requests/body";
import { queryGroupsRequest, recommendGroupsRequest, searchGroupsRequest } from "../http/requests/groups";
import { readParams } from "../http/requests/write-params";
import { type CollectionLookup, type Route } from "../http/route";
import { type Collection } from "../model/collection";
import { type Filter } from "../model/filter";
import { type Output, type OutputObject } from "../model/output";
import { type PointId, MAX_U64, numericPointId, uuidPointId } from "../model/point-id";
import { type GroupRequest, type Query } from "../model/query";
import { type PointTable } from "../model/table";
import { DEFAULT_VECTOR } from "../model/vector";
import { smallerIsBetter } from "../query/distance";
import { type QueryDependencies, QueryRun } from "../query/execute";
import {
  GroupCollector,
  type Group,
  type GroupKey,
  type ScoreOrder,
  groupKeysOf,
  keyedAs,
  keyedOtherwise,
} from "../query/group-by";
import { type Stage, joined, planQuery } from "../query/plan";
import { distanceOf } from "../query/similarity";
import { recordOf } from "./records";
import { queryCost } from "./read-cost";
import { lookedUp, planning, shownHit } from "./search";
import { checkGroupLimits } from "./search-limits";
import { checkReadLimits, countRead } from "./strict-mode";

const POINTS = "/collections/:collection/points";

/** How often Qdrant asks for more points, first to find enough groups, then to fill those found. */
const MAX_REQUESTS = 5;

export const groupRoutes = (dependencies: QueryDependencies): Route[] => {
  const route = (
    name: "query" | "search" | "recommend",
    decode: Decoder<GroupRequest>,
    missingIdLacksVector: boolean,
  ): Route => ({
    method: "POST",
    path: `${POINTS}/${name}/groups`,
    access: "read",
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const grouped = readBody(request, decode, "search_group_request");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkGroupLimits(collection, grouped, name);
      checkReadLimits(collection, { timeout });
      countRead(collection, queryCost(collection, grouped));
      return { groups: await answerGroups(engine, collection, grouped, dependencies, missingIdLacksVector) };
    },
  });
  return [
    route("query", queryGroupsRequest, true),
    route("search", searchGroupsRequest, false),
    route("recommend", recommendGroupsRequest, false),
  ];
};

async function answerGroups(
  engine: CollectionLookup,
  collection: Collection,
  request: GroupRequest,
  dependencies: QueryDependencies,
  missingIdLacksVector: boolean,
): Promise<OutputObject[]> {
  const { table } = collection;
  const order = orderOf(collection, request.query, request.using);
  const stage = planQuery(request, { ...planning(engine, collection), missingIdLacksVector });
  const lookup = request.withLookup;
  const lookupTable = lookup && lookedUp(engine, lookup.collection).table;
  const groups = await collected(new QueryRun(table, dependencies), table, stage, request, order);
  return groups.map(({ key, hits }) => ({
    hits: hits.flatMap((hit) => shownHit(table, hit, request)),
    id: key,
    lookup: lookup && lookupTable && lookupRecord(lookupTable, key, lookup),
  }));
}

/** How the query's scores are ordered. @throws QdrantError 400 where it needs a vector that the collection does not have */
function orderOf({ table }: Collection, query: Query | undefined, name = DEFAULT_VECTOR): ScoreOrder {
  switch (query?.kind) {
    case undefined:
    case "order_by":
    case "sample":
      return undefined;
    case "nearest":
      break;
    case "recommend":
      if (query.strategy !== "average_vector") return "larger";
      break;
    default:
      return "larger";
  }
  requireVector(table, name);
  return smallerIsBetter(distanceOf(table, name)) ? "smaller" : "larger";
}

/** @throws QdrantError 400 in the words of grouped queries and matrices */
export function requireVector({ vectorNames: { dense, sparse } }: PointTable, name: string): void {
  if (dense.has(name) || sparse.has(name)) return;
  const names = [...dense.keys(), ...sparse.keys()].sort().join(", ");
  throw badInput(
    name === DEFAULT_VECTOR
      ? `Collection requires specified vector name in the request, available names: ${names}`
      : `Vector with name \`${name}\` is not configured in this collection, available names: ${names}`,
  );
}

/** Asks for points until there are enough full groups: first for points of other groups than the full ones, then for those of
 *  the best groups that are not full. */
async function collected(
  run: QueryRun,
  table: PointTable,
  stage: Stage,
  { groupBy, groupSize, limit }: GroupRequest,
  order: ScoreOrder,
): Promise<Group[]> {
  const collector = new GroupCollector({ groups: limit, groupSize }, order);
  if (limit === 0 || groupSize === 0) return [];
  const keyed: Filter = { mustNot: [{ kind: "is_empty", path: groupBy }] };
  const enough = {
    ...stage,
    limit: limit * groupSize,
    sources: stage.sources.map((each) => widened(each, groupSize)),
  };
  const request = async (restriction: Filter | undefined): Promise<boolean> => {
    const points = await run.root(restricted(enough, restriction ? [keyed, restriction] : [keyed], collector.ids));
    for (const point of points) {
      if (table.idAt(point.slot) === point.id) collector.add(point, groupKeysOf(table.payloadAt(point.slot), groupBy));
    }
    return points.length > 0 && !collector.isComplete;
  };
  for (let asked = 0; asked < MAX_REQUESTS; asked++) {
    const full = collector.fullKeys;
    if (!(await request(full.length > 0 ? keyedOtherwise(groupBy, full) : undefined))) break;
  }
  for (let asked = 0; asked < MAX_REQUESTS && !collector.isComplete; asked++) {
    const unfilled = collector.unfilledBestKeys;
    if (!(await request(unfilled.length > 0 ? keyedAs(groupBy, unfilled) : undefined))) break;
  }
  return collector.best();
}

/** Prefetches look for as many times more points as a group may hold. */
const widened = (stage: Stage, factor: number): Stage => ({
  ...stage,
  limit: stage.limit * factor,
  sources: stage.sources.map((source) => widened(source, factor)),
});

const restricted = (stage: Stage, filters: readonly Filter[], excluded: ReadonlySet<PointId>): Stage => ({
  ...stage,
  filter: joined(stage.filter ? [stage.filter, ...filters] : filters),
  excluded: new Set([...stage.excluded, ...excluded]),
  sources: stage.sources.map((source) => restricted(source, filters, excluded)),
});

/** The point whose id is the group's key; nothing where there is none. */
function lookupRecord(
  table: PointTable,
  key: GroupKey,
  selectors: NonNullable<GroupRequest["withLookup"]>,
): Output | undefined {
  const id = typeof key === "string" ? uuidPointId(key) : idOf(BigInt(key));
  const slot = id === undefined ? undefined : table.slotOf(id);
  return slot === undefined ? undefined : recordOf(table, slot, selectors);
}

const idOf = (key: bigint): PointId | undefined => (key >= 0n && key <= MAX_U64 ? numericPointId(key) : undefined);
