/** The filters of a search as one Qdrant filter, whatever Qdrant can do of them itself.
 *
 *  A search ranks what matches; to drop hits afterwards would change ranks, fused scores, groups and pages. So where a part of
 *  the filters is left for Inlet to judge, the documents that the rest lets through are read first, within a budget, and the
 *  search looks among those that match. */
import { InletError } from "../errors";
import { type About } from "../filters/translator";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type QdrantFilter } from "../qdrant/gateway";
import { inCollections, type SearchFilters } from "./scope";

/** A request's filters, as far as Qdrant can judge them and for the rest. */
export interface Translated {
  /** Lets through at least what matches; undefined: all. */
  qdrant: QdrantFilter | undefined;
  /** Judges what Qdrant can't, by the whole payload. */
  residual: { matches(payload: Record<string, unknown>): boolean } | undefined;
  /** True where nothing can match. */
  empty: boolean;
}

/** @throws InletError 422 for filters that mean nothing */
export type Translate = (filters: Record<string, unknown>, about: About) => Translated | Promise<Translated>;

/** The most documents that one search reads to judge them. */
export const SCAN_BUDGET = 100_000;
const PAGE = 500;
/** `any` of no value is true of nothing; the field is indexed, as strict mode asks. */
const NOTHING: QdrantFilter = { must: [{ key: "collection_id", match: { any: [] } }] };

export class TranslatedFilters implements SearchFilters {
  constructor(
    private readonly deps: { reader: Pick<PointReader, "scroll">; translate: Translate },
    private readonly budget = SCAN_BUDGET,
  ) {}

  async filter(
    namespace: Namespace,
    collectionIds: readonly string[] | undefined,
    filters: Record<string, unknown> | undefined,
    signal: AbortSignal,
  ): Promise<QdrantFilter | undefined> {
    const scope = collectionIds === undefined ? [] : [inCollections(collectionIds)];
    if (filters === undefined) return scope[0];
    const { qdrant, residual, empty } = await this.deps.translate(filters, {
      collection: namespace.id,
      scope: scope[0],
      signal,
    });
    if (empty) return NOTHING;
    const parts = [...scope, ...(qdrant === undefined ? [] : [qdrant])];
    const judged = parts.length === 0 ? undefined : { must: parts };
    if (residual === undefined) return judged;
    const ids = await this.matching(namespace, judged, residual, signal);
    return ids.length === 0 ? NOTHING : { must: [{ has_id: ids }] };
  }

  fieldPath(field: string): string {
    return field.startsWith("metadata.") ? field.slice("metadata.".length) : field;
  }

  /** @throws InletError 422 past the budget */
  private async matching(
    namespace: Namespace,
    filter: QdrantFilter | undefined,
    residual: NonNullable<Translated["residual"]>,
    signal: AbortSignal,
  ): Promise<string[]> {
    const ids: string[] = [];
    let offset: string | undefined;
    let read = 0;
    do {
      const page = await this.deps.reader.scroll(
        namespace.id,
        {
          limit: PAGE,
          payload: true,
          vectors: false,
          ...(filter === undefined ? {} : { filter }),
          ...(offset === undefined ? {} : { offset }),
        },
        { signal },
      );
      read += page.points.length;
      if (read > this.budget) throw overBudget(this.budget);
      for (const { id, payload } of page.points) if (residual.matches(payload)) ids.push(id);
      offset = page.next;
    } while (offset !== undefined);
    return ids;
  }
}

const overBudget = (budget: number): InletError =>
  new InletError(
    422,
    "validation_error",
    `The filters need more than ${budget} documents to be read one by one; narrow them by a condition that Qdrant can judge (eq, in, a range).`,
    { code: "scan_budget_exceeded", details: { budget } },
  );
