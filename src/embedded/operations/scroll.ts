/** Pages of points in the order of their ids, or by the values of an indexed field. */
import { badInput } from "../errors";
import { matcher } from "../filter/evaluate";
import { candidateSlots } from "../filter/select";
import { readBody } from "../http/requests/body";
import { scrollRequest } from "../http/requests/scroll";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type Collection } from "../model/collection";
import { type Filter } from "../model/filter";
import { type OutputObject } from "../model/output";
import { type PointId, comparePointIds } from "../model/point-id";
import { type Selectors } from "../model/selector";
import { type PointTable, type Slot } from "../model/table";
import { orderedRows } from "../query/order-by";
import { Slices } from "../query/slices";
import { recordOf } from "./records";
import { checkReadLimits, countRead, readCost } from "./strict-mode";

const DEFAULT_LIMIT = 10;
/** Up to so many points that an index found are sorted by id rather than looked for in the order of ids. */
const FEW = 10_000;

interface Page {
  points: OutputObject[];
  next: PointId | null;
}

interface Scroll extends Selectors {
  limit: number;
  offset?: PointId;
  filter?: Filter;
}

/** The page out of slots that come in the order of ids. */
function pageOf(table: PointTable, slots: Iterable<Slot>, { limit, ...selectors }: Scroll): Page {
  const points: OutputObject[] = [];
  for (const slot of slots) {
    if (points.length === limit) return { points, next: table.idAt(slot) ?? null };
    points.push(recordOf(table, slot, selectors));
  }
  return { points, next: null };
}

/** The slots that match, by id from the offset on, where an index leaves few enough to sort. */
function byIndex(table: PointTable, filter: Filter, { limit, offset }: Scroll): Slot[] | undefined {
  const found = candidateSlots(filter, table);
  // Walking by id meets limit matches after about limit * points / found steps, if they lie evenly.
  if (!found || found.slots.length > Math.max(FEW, Math.sqrt(limit * table.pointCount))) return undefined;
  const matches = found.exact ? undefined : matcher(filter, table);
  const rows: { id: PointId; slot: Slot }[] = [];
  for (const slot of found.slots) {
    const id = table.idAt(slot);
    if (id === undefined || (offset !== undefined && comparePointIds(id, offset) < 0)) continue;
    if (matches?.(slot) ?? true) rows.push({ id, slot });
  }
  return rows.sort((a, b) => comparePointIds(a.id, b.id)).map(({ slot }) => slot);
}

/** Walks all points from the offset on and asks the filter about each. Between slices the points may change, so the walk then
 *  starts anew behind the last id that it saw. */
async function byWalking(collection: Collection, filter: Filter, scroll: Scroll): Promise<Page> {
  const slices = new Slices();
  const points: OutputObject[] = [];
  let from = scroll.offset;
  let seen: PointId | undefined;
  for (;;) {
    // Asked for anew, since the collection may have been deleted in between.
    const { table } = collection;
    const matches = matcher(filter, table);
    let stopped = false;
    for (const slot of table.slotsById(from)) {
      if (slices.isUsedUp && seen !== from) {
        stopped = true;
        break;
      }
      const id = table.idAt(slot);
      if (id === undefined || id === seen) continue;
      seen = id;
      if (!matches(slot)) continue;
      if (points.length === scroll.limit) return { points, next: id };
      points.push(recordOf(table, slot, scroll));
    }
    if (!stopped) return { points, next: null };
    from = seen ?? from;
    await slices.next();
  }
}

async function page(collection: Collection, scroll: Scroll): Promise<Page> {
  const { table } = collection;
  const { filter, offset } = scroll;
  if (!filter) return pageOf(table, table.slotsById(offset), scroll);
  const slots = byIndex(table, filter, scroll);
  return slots ? pageOf(table, slots, scroll) : byWalking(collection, filter, scroll);
}

export const scrollRoutes: Route[] = [
  {
    method: "POST",
    path: "/collections/:collection/points/scroll",
    access: "read",
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const { limit: givenLimit, orderBy, ...rest } = readBody(request, scrollRequest, "scroll_request");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout, limit: givenLimit, filter: rest.filter });
      countRead(collection, readCost(rest.filter));
      const scroll: Scroll = { ...rest, limit: givenLimit ?? DEFAULT_LIMIT };
      if (!orderBy) {
        const { points, next } = await page(collection, scroll);
        return { points, next_page_offset: next };
      }
      if (scroll.offset !== undefined) {
        throw badInput(
          "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and " +
            "a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
        );
      }
      const { table } = collection;
      const rows = orderedRows(table, orderBy, { limit: scroll.limit, filter: scroll.filter });
      const points = rows.map(({ slot, value }) => ({ ...recordOf(table, slot, scroll), order_value: value }));
      return { points, next_page_offset: null };
    },
  },
];
