/** Applies a PATCH to a collection's settings. As in Qdrant, optimizers, params and HNSW are changed before the names of
 *  vectors are looked at, and nothing else is where one of them is unknown; the caller then answers with that name. */
import { type CollectionChange } from "../http/requests/collections";
import { sparseFrom } from "../http/requests/vector-config";
import { type CollectionConfig } from "../model/collection";
import { type JsonObject, isObject } from "../model/json";

const merged = (into: JsonObject | undefined, change: JsonObject): JsonObject => new Map([...(into ?? []), ...change]);

export function changeConfig(config: CollectionConfig, change: CollectionChange): void {
  if (change.optimizers) config.optimizers = merged(config.optimizers, change.optimizers);
  if (change.params) config.params = merged(config.params, change.params);
  if (change.hnsw) config.hnsw = merged(config.hnsw, change.hnsw);
  const known =
    [...change.vectors.keys()].every((name) => config.dense.has(name)) &&
    [...change.sparse.keys()].every((name) => config.sparse.has(name));
  if (!known) return;
  changeVectors(config, change);
  if (change.quantization) config.quantization = change.quantization === "Disabled" ? null : change.quantization;
  if (change.strictMode) config.strictMode = mergeStrictMode(config.strictMode, change.strictMode);
  if (change.metadata) config.metadata = mergeMetadata(config.metadata, change.metadata);
}

function changeVectors(config: CollectionConfig, { vectors, sparse }: CollectionChange): void {
  for (const [name, diff] of vectors) {
    const params = config.dense.get(name);
    if (params === undefined) continue;
    const given = new Map(params.given);
    for (const [key, value] of diff) {
      if (value === "Disabled") given.delete(key);
      else if (key === "hnsw_config") mergeInto(given, key, value);
      else given.set(key, value);
    }
    config.dense.set(name, { ...params, given });
  }
  for (const [name, diff] of sparse) {
    const params = config.sparse.get(name);
    if (params === undefined) continue;
    const given = new Map(params.given);
    for (const [key, value] of diff) {
      if (key === "index") mergeInto(given, key, value);
      else given.set(key, value);
    }
    config.sparse.set(name, sparseFrom(given));
  }
}

function mergeInto(given: JsonObject, key: string, value: Parameters<typeof isObject>[0]): void {
  const before = given.get(key);
  if (isObject(value)) given.set(key, merged(isObject(before) ? before : undefined, value));
}

/** Field by field; the maps inside by name. */
function mergeStrictMode(before: JsonObject | undefined, change: JsonObject): JsonObject {
  const result = new Map(before ?? []);
  for (const [key, value] of change) {
    if (isObject(value)) mergeInto(result, key, value);
    else result.set(key, value);
  }
  return result;
}

/** Top-level keys; null removes one, except where there was no metadata at all. */
function mergeMetadata(before: JsonObject | undefined, change: JsonObject): JsonObject {
  if (before === undefined) return change;
  const result = new Map(before);
  for (const [key, value] of change) {
    if (value === null) result.delete(key);
    else result.set(key, value);
  }
  return result;
}
