/** HNSW, optimizer, WAL, quantization and strict mode settings: what Qdrant takes, within Qdrant's limits. */
import { type JsonObject, type JsonValue } from "../../model/json";
import { formatError } from "../../errors";
import { type Decoder, boolean, oneOf, unsigned } from "../decode";
import { anonymousMap, doubleWithin, numbered, percent, settings, variant } from "./settings";

export const hnswDiff = settings(
  {
    m: unsigned(),
    ef_construct: unsigned({ min: 4 }),
    full_scan_threshold: unsigned({ min: 10 }),
    max_indexing_threads: unsigned(),
    on_disk: boolean,
    payload_m: unsigned(),
    inline_storage: boolean,
  },
  { full_scan_threshold_kb: "full_scan_threshold" },
);

export const HNSW_DEFAULTS: [string, JsonValue][] = [
  ["m", 16],
  ["ef_construct", 100],
  ["full_scan_threshold", 10_000],
  ["max_indexing_threads", 0],
  ["on_disk", false],
];

const optimizationThreads: Decoder<number | "auto"> = (value, at) =>
  value === "auto" ? "auto" : unsigned()(value, at);

export const optimizersDiff: Decoder<JsonObject> = (value, at) => {
  const read = settings(
    {
      deleted_threshold: doubleWithin(0, 1),
      vacuum_min_vector_number: unsigned({ min: 100 }),
      default_segment_number: unsigned(),
      max_segment_size: unsigned({ min: 1 }),
      memmap_threshold: unsigned(),
      indexing_threshold: unsigned(),
      flush_interval_sec: unsigned(),
      max_optimization_threads: optimizationThreads,
      prevent_unoptimized: boolean,
    },
    {
      max_segment_size_kb: "max_segment_size",
      memmap_threshold_kb: "memmap_threshold",
      indexing_threshold_kb: "indexing_threshold",
    },
  )(value, at);
  if (read.get("max_optimization_threads") === "auto") read.set("max_optimization_threads", null);
  return read;
};

export const OPTIMIZER_DEFAULTS: [string, JsonValue][] = [
  ["deleted_threshold", 0.2],
  ["vacuum_min_vector_number", 1000],
  ["default_segment_number", 0],
  ["max_segment_size", null],
  ["memmap_threshold", null],
  ["indexing_threshold", 10_000],
  ["flush_interval_sec", 5],
  ["max_optimization_threads", null],
  ["prevent_unoptimized", null],
];

export const walDiff = settings({
  wal_capacity_mb: unsigned({ min: 1 }),
  wal_segments_ahead: unsigned(),
  wal_retain_closed: unsigned({ min: 1 }),
});

export const WAL_DEFAULTS: [string, JsonValue][] = [
  ["wal_capacity_mb", 32],
  ["wal_segments_ahead", 0],
  ["wal_retain_closed", 1],
];

const required =
  (name: string, form: Decoder<JsonObject>): Decoder<JsonObject> =>
  (value, at) => {
    const read = form(value, at);
    if (!read.has(name)) throw formatError(`missing field \`${name}\``);
    return read;
  };

export const quantization = variant({
  scalar: required(
    "type",
    settings({ type: oneOf("int8"), quantile: doubleWithin(0.5, 1, true), always_ram: boolean }),
  ),
  product: required(
    "compression",
    settings({ compression: oneOf("x4", "x8", "x16", "x32", "x64"), always_ram: boolean }),
  ),
  binary: settings({
    always_ram: boolean,
    encoding: oneOf("one_bit", "two_bits", "one_and_half_bits"),
    query_encoding: oneOf("default", "binary", "scalar4bits", "scalar8bits"),
  }),
  turbo: settings({ bits: oneOf("bits1", "bits1_5", "bits2", "bits4"), always_ram: boolean }),
});

/** A new quantization, or the word that switches it off. */
export const quantizationDiff: Decoder<JsonObject | "Disabled"> = (value, at) =>
  value === "Disabled" ? value : quantization(value, at);

const atLeastOne = unsigned({ min: 1 });

export const strictMode = settings({
  enabled: boolean,
  max_query_limit: atLeastOne,
  max_timeout: atLeastOne,
  unindexed_filtering_retrieve: boolean,
  unindexed_filtering_update: boolean,
  search_max_hnsw_ef: unsigned(),
  search_allow_exact: boolean,
  search_max_oversampling: doubleWithin(-Infinity, Infinity),
  upsert_max_batchsize: unsigned(),
  search_max_batchsize: unsigned(),
  max_collection_vector_size_bytes: unsigned(),
  read_rate_limit: atLeastOne,
  write_rate_limit: atLeastOne,
  max_collection_payload_size_bytes: unsigned(),
  max_points_count: atLeastOne,
  filter_max_conditions: unsigned(),
  condition_max_size: unsigned(),
  multivector_config: (value, at) =>
    anonymousMap(settings({ max_vectors: atLeastOne }), numbered)(value, at.key("config")),
  sparse_config: (value, at) => anonymousMap(settings({ max_length: atLeastOne }), numbered)(value, at.key("config")),
  max_payload_index_count: unsigned(),
  max_resident_memory_percent: percent,
  max_disk_usage_percent: percent,
});
