/** Points in the order of a field's values, for scroll and query. The field needs an index with an order: integer (range), float
 *  or datetime. A point comes once for each of its distinct values, and not at all without one; equal values come by slot. */
import { badInput, formatError } from "../errors";
import { matcher } from "../filter/evaluate";
import { parseDatetime, ticksOf } from "../filter/datetime";
import { payloadPath } from "../filter/path";
import { candidateSlots } from "../filter/select";
import { type Decoder, object, oneOf } from "../http/decode";
import { type Filter, type PayloadPath } from "../model/filter";
import { IntegralFloat, type JsonValue, asDouble } from "../model/json";
import { type OrderBy } from "../model/query";
import { type OrderedValue, type OrderedValues, type PointTable, type Slot } from "../model/table";

/** A key alone, or an object with a direction and a value to start from: a number (as a double, as Qdrant reads it) or a date. */
export const orderBy: Decoder<OrderBy> = (value, at) => {
  if (typeof value === "string") return { path: payloadPath(value, at), direction: "asc" };
  return object<OrderBy>((fields) => ({
    path: fields.required("key", payloadPath),
    direction: fields.withDefault("direction", oneOf("asc", "desc"), "asc"),
    startFrom: fields.optional("start_from", startFrom),
  }))(value, at);
};

const startFrom: Decoder<number | bigint> = (value) => {
  const start = asDouble(value) ?? (typeof value === "string" ? parseDatetime(value) : undefined);
  if (start === undefined) throw formatError("data did not match any variant of untagged enum StartFrom");
  return start;
};

export interface OrderedRow {
  slot: Slot;
  /** As an answer shows it: an integer, a float, or microseconds since 1970. */
  value: JsonValue;
}

/** A filter that leaves fewer than one point in so many is looked at first, and its points are sorted. */
const FEW_OF_ALL = 8;

/** The first `limit` rows that match the filter. @throws QdrantError 400 where the field has no index with an order */
export function orderedRows(
  table: PointTable,
  order: OrderBy,
  { limit, filter }: { limit: number; filter?: Filter },
): OrderedRow[] {
  const values = orderOf(table, order.path);
  const candidates = filter && candidateSlots(filter, table);
  const among = candidates && candidates.slots.length * FEW_OF_ALL < table.pointCount ? candidates.slots : undefined;
  const matches = filter && !(among && candidates?.exact) ? matcher(filter, table) : () => true;
  const rows: OrderedRow[] = [];
  if (limit === 0) return rows;
  for (const row of walk(values, order, among)) {
    if (!matches(row.slot)) continue;
    rows.push({ slot: row.slot, value: shown(row.value, values.kind) });
    if (rows.length === limit) break;
  }
  return rows;
}

function orderOf(table: PointTable, path: PayloadPath): OrderedValues {
  const ordered = table.indexes.has(path.text) ? table.payloadIndex(path.text)?.ordered : undefined;
  if (ordered === undefined)
    throw badInput(
      `No range index for \`order_by\` key: \`${path.text}\`. Please create one to use \`order_by\`. Check ` +
        "https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions",
    );
  return ordered;
}

function walk(
  values: OrderedValues,
  { direction, startFrom: start }: OrderBy,
  among?: Uint32Array,
): Iterable<OrderedValue> {
  const descending = direction === "desc";
  if (typeof start === "bigint") {
    const instant = ticksOf(start);
    return values.walk({ descending, among, datetimeBounds: descending ? { lte: instant } : { gte: instant } });
  }
  const bounds = start === undefined ? undefined : descending ? { lte: start } : { gte: start };
  return values.walk({ descending, among, bounds });
}

const shown = (value: number | bigint, kind: OrderedValues["kind"]): JsonValue =>
  kind === "float" && typeof value === "number" && Number.isInteger(value) ? new IntegralFloat(value) : value;
