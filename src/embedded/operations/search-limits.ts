/** Strict mode's word on queries, in the order in which Qdrant looks: prefetches, then what the query itself needs an index for,
 *  then its limits. */
import { type Collection } from "../model/collection";
import { type QueryStage } from "../model/query";
import { DEFAULT_VECTOR } from "../model/vector";
import { checkFormula, conditionsIn, keysRead } from "../query/formula-check";
import { checkFormulaFields, checkReadLimits, checkUnindexedSearch } from "./strict-mode";

/** @param limit what counts as the limit of a grouped query, whose prefetches are not looked at
 *  @throws QdrantError 400 */
export function checkQueryLimits(collection: Collection, stage: QueryStage, limit?: number): void {
  if (limit === undefined) for (const prefetch of stage.prefetch) checkPrefetch(collection, prefetch);
  // Over what prefetches found, a query only scores anew, which needs no index.
  if (stage.prefetch.length === 0) checkScan(collection, stage);
  checkFormulaReads(collection, stage);
  checkSearchLimits(collection, { ...stage, limit: limit ?? stage.limit });
}

/** The older calls may scan. @throws QdrantError 400 */
export function checkSearchLimits(collection: Collection, { limit, filter, params }: QueryStage): void {
  checkReadLimits(collection, { limit, filter, ...params });
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
