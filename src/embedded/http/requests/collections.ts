/** Bodies of the calls that make and change collections. */
import { type CollectionConfig } from "../../model/collection";
import { type JsonObject, type JsonValue } from "../../model/json";
import { type Decoder, type Fields, boolean, jsonObject, object, oneOf, unsigned } from "../decode";
import {
  HNSW_DEFAULTS,
  OPTIMIZER_DEFAULTS,
  WAL_DEFAULTS,
  hnswDiff,
  optimizersDiff,
  quantization,
  quantizationDiff,
  strictMode,
  walDiff,
} from "./index-config";
import { nonZero, settings } from "./settings";
import { sparseConfig, sparseDiff, vectorsConfig, vectorsDiff } from "./vector-config";

const withDefaults = (defaults: [string, JsonValue][], given: JsonObject | undefined): JsonObject =>
  new Map([...defaults, ...(given ?? [])]);

/** Qdrant reads an option under any of these names. */
const either = <T>(fields: Fields, names: readonly string[], decode: Decoder<T>): T | undefined => {
  for (const name of names) {
    const value = fields.optional(name, decode);
    if (value !== undefined) return value;
  }
  return undefined;
};

export const createCollection: Decoder<CollectionConfig> = object((fields) => {
  // null is not the same as absent here: Qdrant refuses it.
  const vectors = fields.present("vectors") ? fields.required("vectors", vectorsConfig) : undefined;
  const positive = unsigned({ min: 1 });
  const params: JsonObject = new Map<string, JsonValue>();
  params.set("shard_number", fields.withDefault("shard_number", positive, 1));
  const sharding = fields.optional("sharding_method", oneOf("auto", "custom"));
  if (sharding !== undefined) params.set("sharding_method", sharding);
  params.set("replication_factor", fields.withDefault("replication_factor", positive, 1));
  params.set("write_consistency_factor", fields.withDefault("write_consistency_factor", positive, 1));
  params.set("on_disk_payload", fields.withDefault("on_disk_payload", boolean, true));
  const sparse = fields.optional("sparse_vectors", sparseConfig);
  if (sparse !== undefined) params.set("sparse_vectors", new Map());
  return {
    dense: vectors?.dense ?? new Map(),
    sparse: sparse ?? new Map(),
    singleVector: vectors?.single ?? false,
    params,
    hnsw: withDefaults(HNSW_DEFAULTS, fields.optional("hnsw_config", hnswDiff)),
    wal: withDefaults(WAL_DEFAULTS, fields.optional("wal_config", walDiff)),
    optimizers: withDefaults(
      OPTIMIZER_DEFAULTS,
      either(fields, ["optimizers_config", "optimizer_config"], optimizersDiff),
    ),
    quantization: either(fields, ["quantization_config", "quantization"], quantization) ?? null,
    strictMode: fields.optional("strict_mode_config", strictMode),
    metadata: fields.optional("metadata", jsonObject),
    indexes: new Map(),
  };
});

export interface CollectionChange {
  vectors: Map<string, JsonObject>;
  sparse: Map<string, JsonObject>;
  optimizers?: JsonObject;
  params?: JsonObject;
  hnsw?: JsonObject;
  quantization?: JsonObject | "Disabled";
  strictMode?: JsonObject;
  metadata?: JsonObject;
}

const paramsDiff = settings({
  replication_factor: nonZero,
  write_consistency_factor: nonZero,
  read_fan_out_factor: unsigned(),
  read_fan_out_delay_ms: unsigned(),
  on_disk_payload: boolean,
});

export const updateCollection: Decoder<CollectionChange> = object((fields) => ({
  vectors: fields.optional("vectors", vectorsDiff) ?? new Map(),
  optimizers: either(fields, ["optimizers_config", "optimizer_config"], optimizersDiff),
  params: fields.optional("params", paramsDiff),
  hnsw: fields.optional("hnsw_config", hnswDiff),
  quantization: either(fields, ["quantization_config", "quantization"], quantizationDiff),
  sparse: fields.optional("sparse_vectors", sparseDiff) ?? new Map(),
  strictMode: fields.optional("strict_mode_config", strictMode),
  metadata: fields.optional("metadata", jsonObject),
}));
