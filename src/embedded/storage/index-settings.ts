/** Whether and how a collection's settings want a dense vector indexed: the vector's own `hnsw_config` before the collection's,
 *  and `indexing_threshold` (KiB) of the optimizers. Qdrant's documentation, "Indexing" and "Optimizer". */
import { type CollectionConfig } from "../model/collection";
import { asDouble, isObject } from "../model/json";
import { type IndexSettings } from "../model/table";

/** Qdrant's own, which a collection shows that sets none. */
const DEFAULT_THRESHOLD_KIB = 10_000;
/** What it means here. A scan of less takes no longer than a search of the graph (measured: bench/embedded/graph.ts). */
const DEFAULT_BYTES = 64_000_000;
const DEFAULT_LINKS = 16;
const DEFAULT_EF_CONSTRUCT = 100;

export function indexSettings({ dense, hnsw, optimizers }: CollectionConfig, name: string): IndexSettings {
  const own = dense.get(name)?.given.get("hnsw_config");
  const setting = (key: string): number | undefined =>
    asDouble(isObject(own) ? own.get(key) : undefined) ?? asDouble(hnsw.get(key));
  const links = setting("m") ?? DEFAULT_LINKS;
  const threshold = asDouble(optimizers.get("indexing_threshold")) ?? DEFAULT_THRESHOLD_KIB;
  const isOff = links === 0 || threshold === 0;
  return {
    leastBytes: isOff ? Infinity : threshold === DEFAULT_THRESHOLD_KIB ? DEFAULT_BYTES : threshold * 1024,
    links,
    efConstruct: setting("ef_construct") ?? DEFAULT_EF_CONSTRUCT,
  };
}

/** Collection and vector numbers are never given out twice. */
export const columnKey = (collection: number, vector: number): string => `${collection}-${vector}`;
