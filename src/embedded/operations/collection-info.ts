/** What `GET /collections/{c}` shows. */
import { type CollectionConfig } from "../model/collection";
import { isObject } from "../model/json";
import { type Output } from "../model/output";
import { type VectorIndexes } from "../model/table";
import { type StoredCollection } from "../storage/collection";

export async function collectionInfo(collection: StoredCollection, indexes: VectorIndexes): Promise<Output> {
  for (const path of collection.config.indexes.keys()) await collection.table.prepareIndex(path);
  const { config, table } = collection;
  const dense = table.indexedVectors().map((vector) => indexes.status(vector));
  const sparse = await Promise.all([...config.sparse.keys()].map((name) => table.countVectors(name)));
  const warnings = inlineStorageWarnings(config);
  return {
    // Yellow, as in Qdrant: searches are right, and will be faster.
    status: dense.some(({ isBuilding }) => isBuilding) ? "yellow" : "green",
    optimizer_status: "ok",
    warnings: warnings.length > 0 ? warnings : undefined,
    // Sparse vectors are always indexed.
    indexed_vectors_count: [...dense.map(({ indexed }) => indexed), ...sparse].reduce((sum, count) => sum + count, 0),
    points_count: table.pointCount,
    segments_count: segmentsOf(config),
    config: {
      params: shownParams(config),
      hnsw_config: config.hnsw,
      optimizer_config: config.optimizers,
      wal_config: config.wal,
      quantization_config: config.quantization,
      strict_mode_config: config.strictMode,
      metadata: config.metadata,
    },
    payload_schema: new Map(
      [...config.indexes].map(([path, schema]): [string, Output] => [
        path,
        { data_type: schema.type, params: schema.params, points: table.payloadIndex(path)?.pointCount ?? 0 },
      ]),
    ),
    update_queue: { length: 0 },
  };
}

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

/** There are none here; Qdrant makes two where the setting leaves it to a small machine. */
function segmentsOf({ optimizers }: CollectionConfig): number {
  const set = optimizers.get("default_segment_number");
  return typeof set === "number" && set > 0 ? set : 2;
}
