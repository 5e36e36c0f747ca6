/** Segments as Qdrant's clients expect to see them. The engine has none: all points are shown as one, and as many empty ones
 *  beside it as the collection's settings ask for. */
import { v5 as uuidV5 } from "uuid";
import { type Collection, type CollectionConfig } from "../model/collection";
import { type Output, type OutputObject } from "../model/output";
import { type VectorIndexes } from "../model/table";
import { type StoredCollection } from "../storage/collection";

export interface Segment {
  uuid: string;
  pointCount: number;
}

const NAMESPACE = "6f2d2a8e-6a0c-5d1e-9a3e-0c6b1f4f7d21";

/** Qdrant makes two where the setting leaves it to a small machine. */
export function segmentCount({ optimizers }: CollectionConfig): number {
  const set = optimizers.get("default_segment_number");
  return typeof set === "number" && set > 0 ? set : 2;
}

export const segmentsOf = ({ config, number, table }: StoredCollection): Segment[] =>
  Array.from({ length: segmentCount(config) }, (_, place) => ({
    uuid: uuidV5(`${number}/${place}`, NAMESPACE),
    pointCount: place === 0 ? table.pointCount : 0,
  }));

/** The bytes of all dense vectors as float32; multivectors and sparse vectors are not counted. */
export function denseBytes({ table }: Pick<Collection, "table">): number {
  let bytes = 0;
  for (const [name, { size, multi }] of table.vectorNames.dense) {
    if (!multi) bytes += table.vectorCount(name) * size * Float32Array.BYTES_PER_ELEMENT;
  }
  return bytes;
}

/** What is indexed of each vector, and whether more is on its way. Sparse vectors are always indexed. */
export async function indexState(
  { config, table }: StoredCollection,
  indexes: VectorIndexes,
): Promise<{ isBuilding: boolean; indexed: Map<string, number> }> {
  const indexed = new Map<string, number>();
  let isBuilding = false;
  for (const vector of table.indexedVectors()) {
    const status = indexes.status(vector);
    indexed.set(vector.name, status.indexed);
    isBuilding ||= status.isBuilding;
  }
  for (const name of config.sparse.keys()) indexed.set(name, await table.countVectors(name));
  return { isBuilding, indexed };
}

export const totalOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** The payload indexes, as `payload_schema` shows them. */
export const shownIndexes = ({ config, table }: StoredCollection): Map<string, Output> =>
  new Map(
    [...config.indexes].map(([path, schema]) => [
      path,
      { data_type: schema.type, params: schema.params, points: table.payloadIndex(path)?.pointCount ?? 0 },
    ]),
  );

/** How many points have each vector. */
export async function countsByName({ config, table }: StoredCollection): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of [...config.dense.keys(), ...config.sparse.keys()]) {
    counts.set(name, await table.countVectors(name));
  }
  return counts;
}

/** What the segments hold together. */
export interface Contents {
  counts: ReadonlyMap<string, number>;
  indexed: ReadonlyMap<string, number>;
  payloadBytes: number;
}

/** One segment as the most detailed telemetry shows it. */
export function shownSegment(
  collection: StoredCollection,
  { uuid, pointCount }: Segment,
  { counts: all, indexed, payloadBytes }: Contents,
): OutputObject {
  const { config, table } = collection;
  const isFull = pointCount > 0;
  const counts = new Map([...all].map(([name, count]) => [name, isFull ? count : 0]));
  const indexedOf = (name: string): number => (isFull ? (indexed.get(name) ?? 0) : 0);
  return {
    info: {
      uuid,
      segment_type: "plain",
      num_vectors: totalOf(counts),
      num_points: pointCount,
      num_deferred_points: 0,
      num_indexed_vectors: isFull ? totalOf(indexed) : 0,
      num_deleted_vectors: 0,
      vectors_size_bytes: isFull ? denseBytes(collection) : 0,
      payloads_size_bytes: isFull ? payloadBytes : 0,
      ram_usage_bytes: 0,
      disk_usage_bytes: 0,
      is_appendable: true,
      index_schema: shownIndexes(collection),
      vector_data: new Map(
        [...counts].map(([name, count]): [string, Output] => [
          name,
          { num_vectors: count, num_indexed_vectors: indexedOf(name), num_deleted_vectors: 0 },
        ]),
      ),
    },
    config: {
      vector_data: new Map(
        [...config.dense].map(([name, { size, distance }]): [string, Output] => [
          name,
          { size, distance, storage_type: "ChunkedMmap", index: { type: "plain", options: {} } },
        ]),
      ),
      payload_storage_type: { type: "mmap" },
    },
    vector_index_searches: [],
    payload_field_indices: [...config.indexes].map(([path, { type }]) => {
      const count = table.payloadIndex(path)?.pointCount ?? 0;
      return { field_name: path, index_type: type, points_values_count: count, points_count: count };
    }),
  };
}
