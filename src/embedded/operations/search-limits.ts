/** Strict mode's word on queries: each stage of one is checked, prefetches like the query itself. */
import { type Collection } from "../model/collection";
import { type QueryStage } from "../model/query";
import { DEFAULT_VECTOR } from "../model/vector";
import { checkFormula, conditionsIn, keysRead } from "../query/formula-check";
import { checkFormulaField, checkReadLimits, checkUnindexedSearch } from "./strict-mode";

/** @param limit what counts as the query's limit, where that is not the stage's own (groups)
 *  @throws QdrantError 400 */
export function checkQueryLimits(collection: Collection, stage: QueryStage, limit: number = stage.limit): void {
  const { filter, params, query, using = DEFAULT_VECTOR } = stage;
  const { exact, hnswEf, oversampling } = params ?? {};
  checkReadLimits(collection, { limit, filter, exact, hnswEf, oversampling });
  if (query?.kind === "formula") {
    const { term } = checkFormula(query.formula);
    for (const { path } of keysRead(term)) checkFormulaField(collection, path);
    checkReadLimits(collection, { filter: { must: conditionsIn(term) } });
  } else if (query !== undefined && stage.prefetch.length === 0 && !["order_by", "sample"].includes(query.kind)) {
    // Over what prefetches found, a query only scores anew, which needs no index.
    checkUnindexedSearch(collection, using, filter);
  }
  for (const prefetch of stage.prefetch) checkQueryLimits(collection, prefetch);
}
