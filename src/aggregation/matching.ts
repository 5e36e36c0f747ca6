/** The documents that an aggregation looks at: those of one collection that match the filters. */
import { type Payload } from "../documents/point";
import { budgeted, joined, NOTHING, scoped } from "../filters/scan";
import { type FilterTranslator } from "../filters/translator";
import { type CallOptions, type PointReader, type QdrantFilter } from "../qdrant/gateway";

export interface Matching {
  /** As far as Qdrant can tell them. */
  filter: QdrantFilter;
  /** What Qdrant can't tell; undefined: nothing. */
  residual: ((payload: Payload) => boolean) | undefined;
}

/** Puts a request's filters into Qdrant's words. @throws InletError 422 for filters that mean nothing */
export type Match = (
  namespaceId: string,
  collectionId: string,
  filters: Record<string, unknown> | undefined,
  signal: AbortSignal,
) => Promise<Matching>;

/** Judges what Qdrant can't within the scan budget. */
export function matchFilters(translator: FilterTranslator): Match {
  return async (namespaceId, collectionId, filters, signal) => {
    const scope = scoped([collectionId]);
    const { qdrant, residual, empty } = await translator.translate(filters, {
      collection: namespaceId,
      scope,
      signal,
    });
    const filter = joined([scope, empty ? NOTHING : qdrant]);
    return { filter: filter ?? {}, residual: residual && budgeted(residual) };
  };
}

/** A page of payloads is some hundred KiB; more would only wait longer for its first byte. */
const PAGE_POINTS = 1_000;

/** The payloads' `fields` of all that match, in the order of point ids, a page in memory at a time. A document that stays as
 *  it is meanwhile is given once. */
export async function* payloadsOf(
  reader: PointReader,
  namespaceId: string,
  { filter, residual }: Matching,
  fields: string[],
  options: CallOptions,
): AsyncGenerator<Payload> {
  // A residual may read any field.
  const payload = residual === undefined ? (fields.length > 0 ? fields : false) : true;
  let offset: string | undefined;
  do {
    const page = { filter, limit: PAGE_POINTS, payload, vectors: false, ...(offset === undefined ? {} : { offset }) };
    const { points, next } = await reader.scroll(namespaceId, page, options);
    for (const point of points) if (residual === undefined || residual(point.payload)) yield point.payload;
    offset = next;
  } while (offset !== undefined);
}
