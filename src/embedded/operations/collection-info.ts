/** What `GET /collections/{c}` shows. */
import { type CollectionConfig } from "../model/collection";
import { type Output } from "../model/output";
import { type VectorIndexes } from "../model/table";
import { type StoredCollection } from "../storage/collection";

export async function collectionInfo(collection: StoredCollection, indexes: VectorIndexes): Promise<Output> {
  for (const path of collection.config.indexes.keys()) await collection.table.prepareIndex(path);
  const { config, table } = collection;
  const dense = table.indexedVectors().map((vector) => indexes.status(vector));
  const sparse = [...config.sparse.keys()].map((name) => table.vectorCount(name));
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

function inlineStorageWarnings(config: CollectionConfig): Output[] {
  if (config.hnsw.get("inline_storage") !== true || config.quantization !== null) return [];
  return [...config.dense.keys()].map((name) => ({
    message: `The \`hnsw_config.inline_storage\` option for vector '${name}' requires quantization to be enabled. This option will be ignored.`,
  }));
}

/** There are none here; Qdrant makes two where the setting leaves it to a small machine. */
function segmentsOf({ optimizers }: CollectionConfig): number {
  const set = optimizers.get("default_segment_number");
  return typeof set === "number" && set > 0 ? set : 2;
}
