/** Which documents a search looks at, as Qdrant's filter. */
import { type Namespace } from "../namespaces/namespace";
import { type QdrantFilter } from "../qdrant/gateway";

export interface SearchFilters {
  /** The documents of these collections (undefined: of all) that match `filters`; undefined where none is left out.
   *  @throws InletError 422 for filters that mean nothing, or that would take too long */
  filter(
    namespace: Namespace,
    collectionIds: readonly string[] | undefined,
    filters: Record<string, unknown> | undefined,
    signal: AbortSignal,
  ): Promise<QdrantFilter | undefined>;
  /** A field as Qdrant's path. @throws InletError 422, at `at` of the request, for one that has no path */
  fieldPath(field: string, at: string): string;
}

export const inCollections = (collectionIds: readonly string[]): QdrantFilter => {
  const [only] = collectionIds;
  const match = collectionIds.length === 1 ? { value: only } : { any: collectionIds };
  return { must: [{ key: "collection_id", match }] };
};
