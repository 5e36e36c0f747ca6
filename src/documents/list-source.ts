/** The documents that a list is about: where they lie, and in which ways they can be read. */
import { type PointReader, type QdrantFilter, type QdrantPoint } from "../qdrant/gateway";
import { type Field, selectorsOf, valueOf } from "../filters/field";
import { isBefore, joined, scan, type Scan } from "../filters/scan";
import { type Translated } from "../filters/translate";
import { hasValue } from "../filters/values";
import { type ListPlace } from "./list-cursor";
import { compareIn, FirstOf, type Order } from "./list-order";
import { type IdRange } from "./list-partition";

export interface Source {
  reader: PointReader;
  /** The Qdrant collection. */
  collection: string;
  scope: QdrantFilter | undefined;
  filters: Translated;
  range: IdRange;
  signal: AbortSignal;
}

/** Some places of a list, in order. */
export interface Places {
  places: ListPlace[];
  /** How many match at all, where that came along. */
  total: number | undefined;
}

type Wanted = Pick<Scan, "payload" | "vectors" | "pagePoints">;

/** All that match behind the point `after`, by id. */
export async function* pointsById(source: Source, wanted: Wanted, after?: string): AsyncGenerator<QdrantPoint> {
  const { reader, collection, scope, filters, range, signal } = source;
  const from = after !== undefined && (range.from === undefined || isBefore(range.from, after)) ? after : range.from;
  const asked = { scope, filters, ...wanted, ...range, from };
  for await (const point of scan(reader, collection, asked, { signal })) if (point.id !== after) yield point;
}

export async function countAll(source: Source): Promise<number> {
  const { reader, collection, scope, filters, signal } = source;
  if (filters.empty) return 0;
  if (isCounted(source)) return await reader.count(collection, joined([scope, filters.qdrant]), { signal });
  const points = pointsById(source, { payload: [], vectors: false });
  let count = 0;
  while ((await points.next()).done !== true) count += 1;
  return count;
}

/** True where Qdrant counts them itself. */
export const isCounted = ({ filters, range }: Source): boolean =>
  filters.residual === undefined && range.from === undefined && range.until === undefined;

const NO_PAYLOAD: Wanted = { payload: [], vectors: false };

/** The first `count` places by id behind `after`. */
export async function placesById(source: Source, count: number, after?: string): Promise<Places> {
  const places: ListPlace[] = [];
  for await (const { id } of pointsById(source, NO_PAYLOAD, after)) {
    places.push({ value: null, id });
    if (places.length >= count) break;
  }
  return { places, total: undefined };
}

/** The first `count` places in an order behind `after`. Times that Inlet writes come from their index; for any other field
 *  all that match are read, with no more of them in memory than twice `count`. */
export async function placesInOrder(source: Source, order: Order, count: number, after?: ListPlace): Promise<Places> {
  if (TIMES.has(order.field.name) && isCounted(source)) {
    return { places: await placesInTime(source, order, count, after), total: undefined };
  }
  const compare = compareIn(order.descending);
  const first = new FirstOf(count, compare);
  let total = 0;
  for await (const { id, payload } of pointsById(source, { payload: selectorsOf(order.field), vectors: false })) {
    total += 1;
    const value = valueOf(payload, order.field);
    const place = { value: hasValue(value) ? value : null, id };
    if (after === undefined || compare(place, after) > 0) first.add(place);
  }
  return { places: first.sorted(), total };
}

/** Indexed with every namespace, and one text of one form in each document. */
const TIMES: ReadonlySet<string> = new Set(["_internal.created_at", "_internal.updated_at"]);
/** Before any time that a document has. */
const EARLIEST = "0001-01-01T00:00:00Z";

const CREATED_AT: Field = {
  name: "_internal.created_at",
  steps: [
    { kind: "key", key: "_internal" },
    { kind: "key", key: "created_at" },
  ],
};

/** The order of a list that asks for none: that of creation, so that what is created meanwhile comes last and moves no page
 *  that is counted by offset. Where that would mean reading all that match, for Inlet judges them or only a part is asked for,
 *  it is undefined: by point id. */
export const naturalOrder = (source: Source): Order | undefined =>
  isCounted(source) ? { field: CREATED_AT, descending: false } : undefined;

/** By the index, which knows no order among equal times: the last time of a page is read again, by id. */
async function placesInTime(
  source: Source,
  { field, descending }: Order,
  count: number,
  after: ListPlace | undefined,
): Promise<ListPlace[]> {
  const { reader, collection, scope, filters, signal } = source;
  const key = field.name;
  if (filters.empty) return [];
  const scroll = async (condition: QdrantFilter | undefined, limit: number, orderBy: boolean, offset?: string) => {
    const filter = joined([scope, filters.qdrant, condition]);
    const page = {
      ...(filter === undefined ? {} : { filter }),
      ...(offset === undefined ? {} : { offset }),
      ...(orderBy ? { orderBy: { key, direction: descending ? ("desc" as const) : ("asc" as const) } } : {}),
      limit,
      payload: [key],
      vectors: false,
    };
    const { points } = await reader.scroll(collection, page, { signal });
    return points.map(({ id, payload }) => ({ id, value: valueOf(payload, field) ?? null }));
  };
  /** Those of one time, or of none that the index knows, behind an id. */
  const oneGroup = async (value: unknown, from: string | undefined, limit: number): Promise<ListPlace[]> => {
    const condition = hasValue(value)
      ? { key, range: { gte: value, lte: value } }
      : { must_not: [{ key, range: { gte: EARLIEST } }] };
    const found = await scroll(condition, limit + 1, false, from);
    return found
      .filter(({ id }) => id !== from)
      .slice(0, limit)
      .map((place) => (hasValue(value) ? place : { ...place, value: null }));
  };

  const places = after === undefined ? [] : await oneGroup(after.value, after.id, count);
  if (places.length >= count || (after !== undefined && !hasValue(after.value))) return places;
  const wanted = count - places.length;
  const beyond = after === undefined ? undefined : { key, range: { [descending ? "lt" : "gt"]: after.value } };
  const timed = (await scroll(beyond, wanted, true)).sort(compareIn(descending));
  if (timed.length < wanted) {
    return [...places, ...timed, ...(await oneGroup(null, undefined, wanted - timed.length))];
  }
  const last = timed.at(-1)?.value;
  const whole = timed.filter(({ value }) => value !== last);
  return [...places, ...whole, ...(await oneGroup(last, undefined, wanted - whole.length))];
}
