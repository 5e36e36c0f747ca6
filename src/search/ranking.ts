/** A page of hits whose order does not depend on the page. Qdrant gives equal scores in an order that changes with the limit
 *  (and with the node that answers), so that a page is cut only where the score changes: the list is asked for past the
 *  page's end until the run of equal scores is whole, and equal ones are put in the order of their ids. */
import { type ScoredPoint, type SentQuery } from "../qdrant/gateway";

/** The best `limit` points. */
export type Ask = (limit: number) => Promise<{ points: ScoredPoint[]; sent: SentQuery }>;

export interface RankedPage {
  points: ScoredPoint[];
  /** True where there are hits past the page. */
  more: boolean;
  sent: SentQuery;
}

/** Asked for past the page's end at first. */
const MARGIN = 16;
const GROWTH = 4;
/** A longer run of equal scores is left as Qdrant gives it: every page then asks for this many, and so sees one order. */
export const MAX_ASKED = 20_000;

export async function rankedPage(ask: Ask, page: { offset: number; limit: number }): Promise<RankedPage> {
  const end = page.offset + page.limit;
  let asked = Math.min(end + MARGIN, MAX_ASKED);
  for (;;) {
    const { points, sent } = await ask(asked);
    const settled = points.length < asked || asked === MAX_ASKED || points[end - 1]?.score !== points.at(-1)?.score;
    if (settled) {
      return { points: inOrder(points).slice(page.offset, end), more: points.length > end, sent };
    }
    asked = Math.min(asked * GROWTH, MAX_ASKED);
  }
}

/** Runs of equal scores by id; the runs keep their order. */
function inOrder(points: readonly ScoredPoint[]): ScoredPoint[] {
  const ordered: ScoredPoint[] = [];
  let run: ScoredPoint[] = [];
  for (const point of points) {
    if (run[0] !== undefined && run[0].score !== point.score) {
      ordered.push(...run.sort(byId));
      run = [];
    }
    run.push(point);
  }
  return [...ordered, ...run.sort(byId)];
}

const byId = (a: ScoredPoint, b: ScoredPoint): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
