/** Strict mode's word on queries, in the order in which Qdrant looks: prefetches, then what the query itself needs an index for,
 *  then its limits. */
import { type Collection } from "../model/collection";
import { type GroupRequest, type QueryStage } from "../model/query";
import { DEFAULT_VECTOR } from "../model/vector";
import { checkFormula, conditionsIn, keysRead } from "../query/formula-check";
import { checkFormulaFields, checkGroupField, checkReadLimits, checkUnindexedSearch } from "./strict-mode";

/** @throws QdrantError 400 */
export function checkQueryLimits(collection: Collection, stage: QueryStage): void {
  for (const prefetch of stage.prefetch) checkPrefetch(collection, prefetch);
  checkNeeds(collection, stage);
  checkSearchLimits(collection, stage);
}

/** The prefetches of a grouped query are not looked at, nor the field by which recommendations are grouped.
 *  @throws QdrantError 400 */
export function checkGroupLimits(
  collection: Collection,
  request: GroupRequest,
  call: "query" | "search" | "recommend",
): void {
  if (call === "query") checkNeeds(collection, request);
  if (call !== "recommend") checkGroupField(collection, request.groupBy);
  checkSearchLimits(collection, { ...request, limit: request.limit * request.groupSize });
}

/** The older calls may scan. @throws QdrantError 400 */
export function checkSearchLimits(collection: Collection, { limit, filter, params }: QueryStage): void {
  checkReadLimits(collection, { limit, filter, ...params });
}

function checkNeeds(collection: Collection, stage: QueryStage): void {
  // Over what prefetches found, a query only scores anew, which needs no index.
  if (stage.prefetch.length === 0) checkScan(collection, stage);
  checkFormulaReads(collection, stage);
}

function checkPrefetch(collection: Collection, stage: QueryStage): void {
  for (const prefetch of stage.prefetch) checkPrefetch(collection, prefetch);
  checkScan(collection, stage);
  checkFormulaReads(collection, stage);
  checkSearchLimits(collection, stage);
}

function checkScan(collection: Collection, { query, using = DEFAULT_VECTOR, filter }: QueryStage): void {
  switch (query?.kind) {
    case undefined:
    case "fusion":
    case "formula":
    case "order_by":
    case "sample":
      return;
    default:
      checkUnindexedSearch(collection, using, filter);
  }
}

function checkFormulaReads(collection: Collection, { query }: QueryStage): void {
  if (query?.kind !== "formula") return;
  const { term } = checkFormula(query.formula);
  const reads = keysRead(term).map(({ path, types }) => ({
    path,
    capabilities: types.flatMap((type) =>
      type === "integer" ? (["integer match", "integer range"] as const) : ([type] as const),
    ),
  }));
  checkFormulaFields(collection, reads, conditionsIn(term));
}
