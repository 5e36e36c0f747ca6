import { scopeOf } from "../documents/routes";
import { CollectionPath } from "../documents/schemas";
import { operation, ok } from "../operation";
import { Nothing } from "../schema/common";
import { inspectAggregation } from "./aggregation";
import { AggregationRead, DocumentAggregation } from "./schemas";
import { type AggregationService } from "./service";

/** What the handlers need of the composed service. */
export interface AggregationServices {
  aggregations: AggregationService;
}

export const aggregateDocuments = operation({
  id: "aggregateDocuments",
  method: "post",
  path: "/v1/collections/:collection/documents/aggregate",
  summary: "Group the documents of a collection and count, sum or collect in each group",
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: DocumentAggregation,
  answer: AggregationRead,
  inspect: inspectAggregation,
  handle: async ({ params, body }, { aggregations }: AggregationServices, context) =>
    ok(await aggregations.aggregate(scopeOf(context), params.collection, body)),
});

export const aggregationOperations = [aggregateDocuments];
