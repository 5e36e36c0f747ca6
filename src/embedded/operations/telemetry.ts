/** `GET /telemetry`: what runs here, and, the higher the level of details, the more of each collection.
 *
 *  An anonymised answer leaves out whatever could hold a name that a user gave: the collections but for their number, and the
 *  figures by collection. */
import { type RequestStatistics, type TimesByEndpoint } from "../http/request-statistics";
import { Float32, type Output, type OutputObject } from "../model/output";
import { type VectorIndexes } from "../model/table";
import { type CollectionCatalog } from "../storage/catalog";
import { type StoredCollection } from "../storage/collection";
import { prepareIndexes, shownConfig } from "./collection-info";
import { ofEachCollection } from "./each-collection";
import { countsByName, denseBytes, indexState, segmentsOf, shownSegment, totalOf } from "./segments";
import { QDRANT_VERSION } from "./version";

export interface TelemetryWish {
  /** 0: counts alone; 1: each collection in short; 2: its settings; 3: its shard; from 4 on its segments. */
  level: number;
  anonymize: boolean;
  perCollection: boolean;
}

/** There is one node, so its id never matters. */
export const PEER_ID = 1;

const FEATURES = {
  debug: false,
  service_debug_feature: false,
  recovery_mode: false,
  gpu: false,
  rocksdb: false,
  staging: false,
};

export interface TelemetrySources {
  statistics: RequestStatistics;
  indexes: VectorIndexes;
  startedAt: Date;
}

export async function telemetry(
  catalog: CollectionCatalog,
  { statistics, indexes, startedAt }: TelemetrySources,
  wish: TelemetryWish,
): Promise<OutputObject> {
  const { level, anonymize } = wish;
  const detailed = level > 0;
  const shown = async (): Promise<Output[]> =>
    anonymize ? [] : ofEachCollection(catalog, (collection) => shownCollection(collection, indexes, level));
  return {
    id: "embedded",
    app: {
      name: "qdrant",
      version: QDRANT_VERSION,
      features: detailed ? FEATURES : undefined,
      startup: startedAt.toISOString(),
    },
    collections: {
      number_of_collections: catalog.collectionNames().length,
      collections: detailed ? await shown() : undefined,
      snapshots: detailed ? [] : undefined,
    },
    cluster: { enabled: false },
    requests: {
      rest: {
        responses: shownTimes(statistics.byEndpoint),
        per_collection_responses:
          wish.perCollection && !anonymize
            ? new Map([...statistics.byCollection].map(([name, times]): [string, Output] => [name, shownTimes(times)]))
            : undefined,
      },
      grpc: { responses: {} },
    },
    ...(detailed && { memory: memory(), hardware: { collection_data: {} }, search_pool: SEARCH_POOL }),
  };
}

const SEARCH_POOL = { mode: "high_cpu", high_cpu_threads: 1, high_io_threads: 1 };

function memory(): Output {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return {
    active_bytes: heapTotal + external,
    allocated_bytes: heapUsed + external,
    metadata_bytes: 0,
    resident_bytes: rss,
    retained_bytes: 0,
  };
}

const shownTimes = (endpoints: TimesByEndpoint): Map<string, Output> =>
  new Map(
    [...endpoints].map(([endpoint, statuses]): [string, Output] => [
      endpoint,
      new Map(
        [...statuses].map(([status, times]): [string, Output] => [
          String(status),
          {
            count: times.count,
            avg_duration_micros: new Float32(times.averageMicros),
            min_duration_micros: new Float32(times.minMicros),
            max_duration_micros: new Float32(times.maxMicros),
            total_duration_micros: Math.round(times.totalMicros),
            last_responded: times.lastAt.toISOString(),
          },
        ]),
      ),
    ]),
  );

async function shownCollection(collection: StoredCollection, indexes: VectorIndexes, level: number): Promise<Output> {
  if (level > 3) await prepareIndexes(collection);
  const { config, name } = collection;
  const { params, ...others } = shownConfig(config);
  if (level === 1) return { vectors: totalOf(await countsByName(collection)), optimizers_status: "ok", params };
  const described: OutputObject = { id: name, init_time_ms: 0, config: { params, ...others } };
  if (level === 2) return described;
  return { ...described, shards: [await shownShard(collection, indexes, level)], transfers: [], resharding: [] };
}

async function shownShard(collection: StoredCollection, indexes: VectorIndexes, level: number): Promise<Output> {
  const { table } = collection;
  const counts = await countsByName(collection);
  const { isBuilding, indexed } = await indexState(collection, indexes);
  const payloadBytes = await table.countPayloadBytes();
  const contents = { counts, indexed, payloadBytes };
  const withSegments = level > 3;
  return {
    id: 0,
    key: null,
    local: {
      variant_name: null,
      status: isBuilding ? "yellow" : "green",
      total_optimized_points: 0,
      vectors_size_bytes: denseBytes(collection),
      payloads_size_bytes: payloadBytes,
      num_points: table.pointCount,
      num_vectors: totalOf(counts),
      num_vectors_by_name: counts,
      segments: withSegments
        ? segmentsOf(collection).map((each) => shownSegment(collection, each, contents))
        : undefined,
      optimizations: { status: "ok", optimizations: { count: 0 } },
      async_scorer: false,
      indexed_only_excluded_vectors: withSegments ? {} : undefined,
      update_queue: { length: 0, op_num: collection.lastOperationId, deferred_points: 0 },
    },
    remote: [],
    replicate_states: { [PEER_ID]: "Active" },
    partial_snapshot: { ongoing_create_snapshot_requests: 0, is_recovering: false, recovery_timestamp: 0 },
  };
}
