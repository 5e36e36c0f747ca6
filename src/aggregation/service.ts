/** Aggregations over the documents of a collection: planned, then counted by Qdrant or streamed. */
import { type Placement, type Scope } from "../documents/placement";
import { InletError } from "../errors";
import { type Admin, type FacetHit, type PointFacets, type PointReader } from "../qdrant/gateway";
import { type Aggregation, aggregationOf, type GroupKey } from "./aggregation";
import { GroupTable, type GroupLimits, neededFields } from "./groups";
import { type Match, type Matching, payloadsOf } from "./matching";
import { facetAddsUp, MAX_FACET_VALUES, planAggregation } from "./plan";
import { type Group, resultsOf } from "./results";
import { type AggregationRead, type DocumentAggregation, MAX_GROUPS } from "./schemas";

export const LIMITS: GroupLimits = { groups: MAX_GROUPS, bytes: 64 * 2 ** 20 };

export interface AggregationDeps {
  placement: Placement;
  qdrant: PointReader & PointFacets & Pick<Admin, "describeCollection">;
  match: Match;
  limits: GroupLimits;
}

interface Grouped {
  strategy: AggregationRead["query_info"]["strategy"];
  documents: number;
  groups: Group[];
}

export class AggregationService {
  constructor(private readonly deps: AggregationDeps) {}

  /** @throws InletError 404 for an unknown collection, 422 past the limits or for a sum that is no double */
  async aggregate(scope: Scope, collectionName: string, body: DocumentAggregation): Promise<AggregationRead> {
    const { placement, match, qdrant } = this.deps;
    const aggregation = aggregationOf(body);
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const matching = await match(namespace.id, collection.id, body.filters ?? undefined, scope.signal);
    const description = await qdrant.describeCollection(namespace.id, { signal: scope.signal });
    const plan = planAggregation(aggregation, {
      residual: matching.residual !== undefined,
      indexTypes: description?.indexTypes ?? new Map(),
    });
    const grouped =
      plan.kind === "count"
        ? await this.count(namespace.id, aggregation, matching, scope.signal)
        : ((plan.kind === "facet"
            ? await this.facet(namespace.id, aggregation, plan, matching, scope.signal)
            : undefined) ?? (await this.stream(namespace.id, aggregation, matching, scope.signal)));
    const { strategy, documents, groups } = grouped;
    return { ...resultsOf(groups, aggregation), query_info: { strategy, documents } };
  }

  private async count(
    id: string,
    { metrics }: Aggregation,
    { filter }: Matching,
    signal: AbortSignal,
  ): Promise<Grouped> {
    const documents = await this.deps.qdrant.count(id, filter, { signal });
    return {
      strategy: "count",
      documents,
      groups: [{ values: [], group: {}, metrics: countedBy(metrics, documents) }],
    };
  }

  /** undefined where the facet does not count every document once, or where Qdrant does not answer what that asks. */
  private async facet(
    id: string,
    { metrics }: Aggregation,
    { key, path }: { key: GroupKey; path: string },
    { filter }: Matching,
    signal: AbortSignal,
  ): Promise<Grouped | undefined> {
    const { qdrant } = this.deps;
    const isEmpty = { is_empty: { key: path } };
    const hasElements = { must: [filter], must_not: [{ is_empty: { key: `${path}[]` } }] };
    const read = { signal };
    let found: [FacetHit[], number, number, number];
    try {
      found = await Promise.all([
        qdrant.facet(id, { key: path, filter, limit: MAX_FACET_VALUES + 1 }, read),
        qdrant.count(id, filter, read),
        qdrant.count(id, { must: [filter, isEmpty] }, read),
        qdrant.count(id, hasElements, read),
      ]);
    } catch (error) {
      // Strict mode refuses the look into lists, which no index serves.
      if (error instanceof InletError && error.code === "qdrant_refused") return undefined;
      throw error;
    }
    const [hits, documents, empty, lists] = found;
    if (!facetAddsUp(hits, { documents, empty, lists })) return undefined;
    const values: { value: unknown; count: number }[] = [
      ...hits,
      ...(empty > 0 ? [{ value: null, count: empty }] : []),
    ];
    const groups = values.map(({ value, count }) => ({
      values: [value],
      group: Object.fromEntries([[key.alias, value]]),
      metrics: countedBy(metrics, count),
    }));
    return { strategy: "facet", documents, groups };
  }

  private async stream(
    id: string,
    aggregation: Aggregation,
    matching: Matching,
    signal: AbortSignal,
  ): Promise<Grouped> {
    const table = new GroupTable(aggregation, this.deps.limits);
    let documents = 0;
    for await (const payload of payloadsOf(this.deps.qdrant, id, matching, neededFields(aggregation), { signal })) {
      table.add(payload);
      documents += 1;
    }
    return { strategy: "stream", documents, groups: table.results() };
  }
}

const countedBy = (metrics: Aggregation["metrics"], count: number): Record<string, unknown> =>
  Object.fromEntries(metrics.map(({ alias }) => [alias, count]));
