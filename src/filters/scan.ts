/** Reads the documents that match, a page in memory at a time, in the order of point ids. */
import { setImmediate as turn } from "node:timers/promises";

import { InletError } from "../errors";
import { type CallOptions, type PointReader, type QdrantFilter, type QdrantPoint } from "../qdrant/gateway";
import { type Residual } from "./residual";
import { type Translated } from "./translate";

/** The most documents that one request reads to judge them by what Qdrant can't. */
export const SCAN_BUDGET = 100_000;
/** The most characters that its patterns are run over. */
export const PATTERN_BUDGET = 16_000_000;
const PAGE_POINTS = 500;
/** Judging is work of this thread: others get their turn after so many milliseconds. */
const TURN_MS = 20;

export interface ScanBudget {
  documents: number;
  patternCharacters: number;
}
const USUAL_BUDGET: ScanBudget = { documents: SCAN_BUDGET, patternCharacters: PATTERN_BUDGET };

export interface Scan {
  /** The scope alone, as scopeOf gives it. */
  scope: QdrantFilter | undefined;
  filters: Translated;
  /** What the reader needs of each payload; what the residual reads comes along. true for all. */
  payload: true | readonly string[];
  vectors: boolean | string[];
  /** First point id, and the one before which it ends. */
  from?: string | undefined;
  until?: string | undefined;
  /** How many points a page has where fewer are wanted than usual. */
  pagePoints?: number;
  /** Where it is not the usual one. */
  budget?: ScanBudget;
}

/** The points that match. One that stays as it is meanwhile is given exactly once.
 *  @throws InletError 422 once more documents had to be judged than the budget allows */
export async function* scan(
  reader: Pick<PointReader, "scroll">,
  collection: string,
  asked: Scan,
  options: CallOptions,
): AsyncGenerator<QdrantPoint> {
  const { filters, until } = asked;
  if (filters.empty) return;
  const { residual } = filters;
  const filter = joined([asked.scope, filters.qdrant]);
  const payload = asked.payload === true ? true : [...asked.payload, ...(residual?.fields ?? [])];
  const judge = residual && budgeted(residual, asked.budget);
  let offset = asked.from;
  let since = performance.now();
  do {
    const { points, next } = await reader.scroll(
      collection,
      {
        ...(filter === undefined ? {} : { filter }),
        ...(offset === undefined ? {} : { offset }),
        limit: Math.min(asked.pagePoints ?? PAGE_POINTS, PAGE_POINTS),
        payload: payload === true || payload.length > 0 ? payload : false,
        vectors: asked.vectors,
      },
      options,
    );
    for (const point of points) {
      if (until !== undefined && !isBefore(point.id, until)) return;
      if (judge === undefined || judge(point.payload)) yield point;
      if (performance.now() - since > TURN_MS) {
        await turn();
        options.signal.throwIfAborted();
        since = performance.now();
      }
    }
    offset = next;
  } while (offset !== undefined);
}

/** Qdrant's order of ids: numbers, which others have written, then uuids by their bytes. */
export function isBefore(id: string, other: string): boolean {
  const number = /^\d+$/.test(id);
  if (number !== /^\d+$/.test(other)) return number;
  return number ? BigInt(id) < BigInt(other) : id < other;
}

/** All of the filters; undefined where there is none. */
export function joined(filters: readonly (QdrantFilter | undefined)[]): QdrantFilter | undefined {
  const must = filters.filter((filter) => filter !== undefined);
  return must.length === 0 ? undefined : { must };
}

/** `any` of no value is true of nothing; the field is indexed, as strict mode asks. */
export const NOTHING: QdrantFilter = { must: [{ key: "collection_id", match: { any: [] } }] };

/** The one place that says which collections a request is about: undefined for all of the namespace. */
export function scoped(collectionIds: readonly string[] | undefined): QdrantFilter | undefined {
  if (collectionIds === undefined) return undefined;
  const [only] = collectionIds;
  const match = collectionIds.length === 1 ? { value: only } : { any: collectionIds };
  return { must: [{ key: "collection_id", match }] };
}

/** Judges by the residual until the budget is used up. @throws InletError 422 */
export function budgeted(residual: Residual, budget = USUAL_BUDGET): Residual["matches"] {
  let judged = 0;
  return (payload) => {
    judged += 1;
    if (judged > budget.documents) throw overBudget(`${budget.documents} documents to be read one by one`, budget);
    const matches = residual.matches(payload);
    if (residual.patternCharacters() > budget.patternCharacters) {
      throw overBudget(`${budget.patternCharacters} characters to be searched by a regex`, budget);
    }
    return matches;
  };
}

const overBudget = (what: string, budget: ScanBudget): InletError =>
  new InletError(
    422,
    "validation_error",
    `The filters need more than ${what}; narrow them by a condition that Qdrant can judge (eq, in, a range).`,
    { code: "scan_budget_exceeded", details: { budget: budget.documents, ...budget } },
  );
