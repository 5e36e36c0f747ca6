/** A collection's strict mode: limits that, once `enabled`, refuse requests before anything is done. An absent limit does not
 *  limit. */
import { badRequest } from "../errors";
import { arrayPath } from "../filter/path";
import { type Collection, type CollectionConfig } from "../model/collection";
import { type Condition, type Filter, type PayloadPath } from "../model/filter";
import { type JsonObject, asDouble, isObject } from "../model/json";
import { DEFAULT_VECTOR, type GivenVectors } from "../model/vector";
import { type PointWrite } from "../model/write";
import { type Capability, conditionsOf, requireIndex, requireIndexes } from "./required-index";
import { checkPayloadSize, checkSizes } from "./size-limits";

/** The strict mode that is in force, undefined where it is off. */
function inForce(config: CollectionConfig): JsonObject | undefined {
  return config.strictMode?.get("enabled") === true ? config.strictMode : undefined;
}

function checkLimit(strict: JsonObject, key: string, value: number | undefined, name: string): void {
  const limit = asDouble(strict.get(key));
  if (value === undefined || limit === undefined || value <= limit) return;
  throw badRequest(
    `Limit exceeded ${value} > ${limit} for "${name}". Help: Reduce the "${name}" parameter to or below ${limit}.`,
  );
}

function conditionCount(filter: Filter): number {
  return conditionsOf(filter).reduce(
    (sum, each) => sum + (each.kind === "filter" || each.kind === "nested" ? conditionCount(each.filter) : 1),
    0,
  );
}

function sizeOf(condition: Condition): number {
  switch (condition.kind) {
    case "has_id":
      return condition.ids.size;
    case "filter":
    case "nested":
      return largestCondition(condition.filter);
    case "field": {
      const { match } = condition.clauses;
      return match?.kind === "any" || match?.kind === "except" ? match.values.length : 0;
    }
    default:
      return 0;
  }
}

const largestCondition = (filter: Filter): number => Math.max(0, ...conditionsOf(filter).map(sizeOf));

function checkFilter(
  collection: Collection,
  strict: JsonObject,
  filter: Filter | undefined,
  unindexed: "unindexed_filtering_retrieve" | "unindexed_filtering_update",
): void {
  if (filter === undefined) return;
  if (strict.get(unindexed) === false) requireIndexes(collection.config.indexes, filter, "use a different filter");
  const most = asDouble(strict.get("filter_max_conditions"));
  const count = conditionCount(filter);
  if (most !== undefined && count > most) {
    throw badRequest(
      `Filter condition limit reached (${count} > ${most}). Help: Reduce the amount of conditions of your filter.`,
    );
  }
  const largest = asDouble(strict.get("condition_max_size"));
  const size = largestCondition(filter);
  if (largest !== undefined && size > largest) {
    throw badRequest(`Condition size limit reached (${size} > ${largest}). Help: Reduce the size of your condition.`);
  }
}

/** What a read asks for, as far as strict mode limits it. `limit` is what the request gave or stands for; a scroll without
 *  one is not limited. */
export interface ReadDemand {
  limit?: number;
  /** Seconds. */
  timeout?: number;
  filter?: Filter;
  exact?: boolean;
  hnswEf?: number;
  oversampling?: number;
  /** How many searches one request holds. */
  batchSize?: number;
}

/** Refuses what strict mode does not allow; query code calls it for a batch, for each query and for each prefetch.
 *  @throws QdrantError 400 */
export function checkReadLimits(collection: Collection, demand: ReadDemand): void {
  const strict = inForce(collection.config);
  if (!strict) return;
  checkLimit(strict, "search_max_batchsize", demand.batchSize, "search batch size");
  checkLimit(strict, "max_query_limit", demand.limit, "limit");
  checkFilter(collection, strict, demand.filter, "unindexed_filtering_retrieve");
  checkLimit(strict, "search_max_oversampling", demand.oversampling, "oversampling");
  checkLimit(strict, "search_max_hnsw_ef", demand.hnswEf, "hnsw_ef");
  if (demand.exact && strict.get("search_allow_exact") === false) {
    throw badRequest("Exact search disabled!. Help: Set exact=false.");
  }
  checkLimit(strict, "max_timeout", demand.timeout, "timeout");
}

/** @param reads the fields that a formula reads, each with what an index of it must be able to do
 *  @throws QdrantError 400 where strict mode wants an index for one of them, or for one of the conditions */
export function checkFormulaFields(
  collection: Collection,
  reads: readonly { path: PayloadPath; capabilities: readonly Capability[] }[],
  conditions: Condition[],
): void {
  if (inForce(collection.config)?.get("unindexed_filtering_retrieve") !== false) return;
  const { indexes } = collection.config;
  const alternative = "use a different formula expression";
  for (const { path, capabilities } of reads) requireIndex(indexes, path, capabilities, alternative);
  requireIndexes(indexes, { must: conditions }, alternative);
}

/** Groups read `path` by exact values. @throws QdrantError 400 where strict mode wants an index for that */
export function checkGroupField(collection: Collection, path: PayloadPath): void {
  if (inForce(collection.config)?.get("unindexed_filtering_retrieve") !== false) return;
  const schema = collection.config.indexes.get(path.text);
  const help = "Help: Create an index supporting `match` for this key.";
  if (!schema) throw badRequest(`Index required but not found for "${path.text}". ${help}`);
  const matches = schema.type === "keyword" || schema.type === "uuid" || schema.type === "bool";
  // An index that was made with parameters counts only if `lookup` is among them.
  const looksUp = schema.type === "integer" && (schema.params?.get("lookup") ?? !schema.params) === true;
  if (matches || looksUp) return;
  const type = schema.type.charAt(0).toUpperCase() + schema.type.slice(1);
  throw badRequest(`Index of type "${type}" found for "${path.text}". ${help}`);
}

/** A search of a dense vector for which no global HNSW index is kept (`m` = 0) is an exact one, and so refused where strict
 *  mode forbids those, but for a filter on a tenant's field where the tenants have graphs of their own (`payload_m`).
 *  @throws QdrantError 400 */
export function checkUnindexedSearch(collection: Collection, name: string, filter?: Filter): void {
  const { config } = collection;
  if (config.sparse.has(name) || inForce(config)?.get("search_allow_exact") !== false) return;
  const given = config.dense.get(name)?.given.get("hnsw_config");
  const option = (key: string): number | undefined =>
    (isObject(given) ? asDouble(given.get(key)) : undefined) ?? asDouble(config.hnsw.get(key));
  if (option("m") !== 0) return;
  const forbidden = `Request is forbidden${name === DEFAULT_VECTOR ? "" : ` on '${name}'`} because`;
  if (!filter || !namesTenant(config, filter)) {
    throw badRequest(
      `${forbidden} global vector indexing is disabled (hnsw_config.m = 0). Help: Use tenant-specific filter, ` +
        "enable global vector indexing or enable strict mode `search_allow_exact` option",
    );
  }
  if ((option("payload_m") ?? 0) > 0) return;
  throw badRequest(
    `${forbidden} vector indexing is disabled (hnsw_config.m = 0 and hnsw_config.payload_m = 0). Help: Enable vector ` +
      "indexing, use a prefetch query with indexed vectors or enable strict mode `search_allow_exact` option",
  );
}

/** Any condition counts, `must_not` and `should` too. */
const namesTenant = (config: CollectionConfig, filter: Filter): boolean =>
  conditionsOf(filter).some((condition) => {
    const params = config.indexes.get(fieldNamed(condition)?.text ?? "")?.params;
    return params?.get("is_tenant") === true || params?.get("is_principal") === true;
  });

/** The field that a condition is about; of a filter within, that of its first condition about one. */
function fieldNamed(condition: Condition): PayloadPath | undefined {
  switch (condition.kind) {
    case "field":
    case "is_empty":
    case "is_null":
      return condition.path;
    case "nested":
      return arrayPath(condition.path);
    case "filter":
      return conditionsOf(condition.filter)
        .map(fieldNamed)
        .find((path) => path !== undefined);
    case "has_id":
    case "has_vector":
      return undefined;
  }
}

/** The limit that `multivector_config` or `sparse_config` set on the vector `name`. */
function vectorLimit(strict: JsonObject, config: string, name: string, key: string): number | undefined {
  const all = strict.get(config);
  const own = isObject(all) ? all.get(name) : undefined;
  return isObject(own) ? asDouble(own.get(key)) : undefined;
}

function checkVectors(strict: JsonObject, vectors: GivenVectors): void {
  for (const [name, vector] of vectors) {
    if (vector.kind === "multi") {
      const most = vectorLimit(strict, "multivector_config", name, "max_vectors") ?? Infinity;
      const { length } = vector.rows;
      if (length > most) {
        throw badRequest(`Multivector '${name}' has a limit of ${most} vectors, but ${length} were provided!`);
      }
    } else if (vector.kind === "sparse") {
      const most = vectorLimit(strict, "sparse_config", name, "max_length") ?? Infinity;
      const { length } = vector.sparse.indices;
      if (length > most) {
        throw badRequest(`Sparse vector '${name}' has a limit of ${most} indices, but ${length} were provided!`);
      }
    }
  }
}

function checkPoints(
  collection: Collection,
  strict: JsonObject,
  points: readonly { vectors: GivenVectors }[],
  name: "upsert limit" | "update limit",
): void {
  checkLimit(strict, "upsert_max_batchsize", points.length, name);
  checkSizes(collection, strict);
  for (const { vectors } of points) checkVectors(strict, vectors);
}

/** Refuses a write that strict mode does not allow. An `update_filter` is not looked at, as in Qdrant.
 *  @throws QdrantError 400 */
export function checkWrite(collection: Collection, write: PointWrite, timeout: number | undefined): void {
  const strict = inForce(collection.config);
  if (!strict) return;
  checkWriteItself(collection, strict, write);
  checkLimit(strict, "max_timeout", timeout, "timeout");
}

function checkWriteItself(collection: Collection, strict: JsonObject, write: PointWrite): void {
  switch (write.kind) {
    case "upsert":
      return checkPoints(collection, strict, write.points, "upsert limit");
    case "update_vectors":
      return checkPoints(collection, strict, write.points, "update limit");
    case "delete_vectors":
      return checkFilter(collection, strict, write.filter, "unindexed_filtering_update");
    default:
      if (write.kind === "set_payload" || write.kind === "overwrite_payload") checkPayloadSize(collection, strict);
      if (write.target.kind !== "filter") return;
      return checkFilter(collection, strict, write.target.filter, "unindexed_filtering_update");
  }
}

/** The timeout of a call that makes an index or a named vector; dropping one may take any time.
 *  @throws QdrantError 400 */
export function checkTimeout(collection: Collection, timeout: number | undefined): void {
  const strict = inForce(collection.config);
  if (strict) checkLimit(strict, "max_timeout", timeout, "timeout");
}

/** One more payload index may be made; Qdrant asks before it looks whether the field has one already.
 *  @throws QdrantError 400 */
export function checkIndexCount(collection: Collection): void {
  const most = asDouble(inForce(collection.config)?.get("max_payload_index_count"));
  if (most === undefined || collection.config.indexes.size < most) return;
  throw badRequest(
    `Collection already has the maximum number of payload indices (${most}). ` +
      "Help: Please delete an existing index before creating a new one.",
  );
}

/** How many points a write is about, as far as can be told without looking: half of all for a filter. */
function costOf(collection: Collection, write: PointWrite): number {
  switch (write.kind) {
    case "upsert":
    case "update_vectors":
      return write.points.length;
    case "delete_vectors":
      return write.ids?.length ?? halfOf(collection);
    default:
      return write.target.kind === "ids" ? write.target.ids.length : halfOf(collection);
  }
}

const halfOf = (collection: Collection): number => Math.max(1, Math.floor(collection.table.pointCount / 2));

/** Counts a write against the collection's write rate. @throws QdrantError 429 */
export function countWrite(collection: Collection, write: PointWrite): void {
  const perMinute = asDouble(inForce(collection.config)?.get("write_rate_limit"));
  if (perMinute !== undefined) collection.rates.write.take(perMinute, costOf(collection, write));
}

/** What a read with this filter costs: one, and one for each of its conditions. */
export const readCost = (filter?: Filter): number => 1 + (filter ? conditionCount(filter) : 0);

/** Counts a read request against the collection's read rate. @throws QdrantError 429 */
export function countRead(collection: Collection, cost = 1): void {
  const perMinute = asDouble(inForce(collection.config)?.get("read_rate_limit"));
  if (perMinute !== undefined) collection.rates.read.take(perMinute, cost);
}
