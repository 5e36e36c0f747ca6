/** What `GET /collections/{c}` shows. */
import { type CollectionConfig } from "../model/collection";
import { isObject } from "../model/json";
import { type Output, type OutputObject } from "../model/output";
import { type VectorIndexes } from "../model/table";
import { type StoredCollection } from "../storage/collection";
import { indexState, segmentCount, shownIndexes, totalOf } from "./segments";

export async function collectionInfo(collection: StoredCollection, indexes: VectorIndexes): Promise<Output> {
  await prepareIndexes(collection);
  const { config, table } = collection;
  const { isBuilding, indexed } = await indexState(collection, indexes);
  const warnings = inlineStorageWarnings(config);
  return {
    // Yellow, as in Qdrant: searches are right, and will be faster.
    status: isBuilding ? "yellow" : "green",
    optimizer_status: "ok",
    warnings: warnings.length > 0 ? warnings : undefined,
    indexed_vectors_count: totalOf(indexed),
    points_count: table.pointCount,
    segments_count: segmentCount(config),
    config: shownConfig(config),
    payload_schema: shownIndexes(collection),
    update_queue: { length: 0 },
  };
}

/** Reads all payload indexes in, letting other work run meanwhile. */
export async function prepareIndexes({ config, table }: StoredCollection): Promise<void> {
  for (const path of config.indexes.keys()) await table.prepareIndex(path);
}

export const shownConfig = (config: CollectionConfig): OutputObject => ({
  params: shownParams(config),
  hnsw_config: config.hnsw,
  optimizer_config: config.optimizers,
  wal_config: config.wal,
  quantization_config: config.quantization,
  strict_mode_config: config.strictMode,
  metadata: config.metadata,
});

function shownParams(config: CollectionConfig): Output {
  const named = (vectors: Iterable<[string, { given: Output }]>): Output =>
    new Map([...vectors].map(([name, { given }]): [string, Output] => [name, given]));
  const single = config.singleVector ? config.dense.get("") : undefined;
  const shown = new Map<string, Output>([["vectors", single?.given ?? named(config.dense)], ...config.params]);
  if (config.sparse.size > 0) shown.set("sparse_vectors", named(config.sparse));
  return shown;
}

/** Dense vectors whose links can't hold copies of vectors, though they are to: only quantised ones fit, and no multivectors. A
 *  vector's own settings go before the collection's. */
function inlineStorageWarnings({ dense, hnsw, quantization }: CollectionConfig): Output[] {
  return [...dense].flatMap(([name, { given, multi }]) => {
    const own = given.get("hnsw_config");
    const isInline = (isObject(own) ? own.get("inline_storage") : undefined) ?? hnsw.get("inline_storage");
    const isQuantized = isObject(given.get("quantization_config")) || quantization !== null;
    if (isInline !== true || (isQuantized && !multi)) return [];
    const fault = multi ? "is not compatible with multivectors" : "requires quantization to be enabled";
    const option = `The \`hnsw_config.inline_storage\` option for vector '${name}'`;
    return [{ message: `${option} ${fault}. This option will be ignored.` }];
  });
}
