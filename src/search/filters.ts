/** The filters of a search as one Qdrant filter, whatever Qdrant can do of them itself.
 *
 *  A search ranks what matches; to drop hits afterwards would change ranks, fused scores, groups and pages. So where a part of
 *  the filters is left for Inlet to judge, the documents that the rest lets through are read first, within a budget, and the
 *  search looks among those that match. */
import { validationError } from "../errors";
import { parseField, qdrantPath } from "../filters/field";
import { NOTHING, joined, scan, scoped, type ScanBudget } from "../filters/scan";
import { type Translated } from "../filters/translate";
import { type About } from "../filters/translator";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type QdrantFilter } from "../qdrant/gateway";

/** @throws InletError 422 for filters that mean nothing */
export type Translate = (filters: Record<string, unknown>, about: About) => Translated | Promise<Translated>;

export class SearchFilters {
  constructor(
    private readonly deps: { reader: Pick<PointReader, "scroll">; translate: Translate; budget?: ScanBudget },
  ) {}

  /** The documents of these collections (undefined: of all) that match `filters`; undefined where none is left out.
   *  @throws InletError 422 for filters that mean nothing, or that would take too long */
  async filter(
    namespace: Namespace,
    collectionIds: readonly string[] | undefined,
    filters: Record<string, unknown> | undefined,
    signal: AbortSignal,
  ): Promise<QdrantFilter | undefined> {
    const scope = scoped(collectionIds);
    if (filters === undefined) return scope;
    const { reader, translate, budget } = this.deps;
    const translated = await translate(filters, { collection: namespace.id, scope, signal });
    if (translated.empty) return NOTHING;
    if (translated.residual === undefined) return joined([scope, translated.qdrant]);
    const ids: string[] = [];
    const asked = {
      scope,
      filters: translated,
      payload: [],
      vectors: false,
      ...(budget === undefined ? {} : { budget }),
    };
    for await (const { id } of scan(reader, namespace.id, asked, { signal })) ids.push(id);
    return ids.length === 0 ? NOTHING : { must: [{ has_id: ids }] };
  }
}

/** A field as Qdrant's path. @throws InletError 422, at `at` of the request, for one that has no path */
export function fieldPath(field: string, at: string): string {
  const parsed = parseField(field);
  if (parsed === undefined) throw validationError([{ path: at, message: `"${field}" is no path of a field` }]);
  return qdrantPath(parsed.steps);
}
