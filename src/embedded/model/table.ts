/** The faces between the parts of the engine: what filters and queries may ask of one collection's points. Storage
 *  implements them; filter/ and query/ know nothing else of storage. */
import { type DenseParams, type PayloadIndexSchema, type SparseParams } from "./collection";
import { type JsonObject, type JsonValue } from "./json";
import { type DatetimeRange, type FieldClauses, type MatchClause, type NumberRange, type PayloadPath } from "./filter";
import { type PointId } from "./point-id";
import { type MultiVector, type SparseVector, type StoredVector } from "./vector";

/** The row number of a point within its collection: stable while the point lives, reused afterwards, below `slotCount`. */
export type Slot = number;

export interface PointTable {
  /** Slots are 0 … slotCount − 1; some may be free. */
  readonly slotCount: number;
  readonly pointCount: number;
  /** undefined where the slot is free. */
  idAt(slot: Slot): PointId | undefined;
  slotOf(id: PointId): Slot | undefined;
  /** The number of the last operation that touched the point. */
  versionAt(slot: Slot): number;
  /** The whole payload (an empty Map where there is none); not to be changed by the caller. */
  payloadAt(slot: Slot): JsonObject;
  /** Which named vectors the point has; "" is the unnamed one. */
  hasVector(slot: Slot, name: string): boolean;
  /** All vectors of the point, by name. */
  vectorsAt(slot: Slot): Map<string, StoredVector>;
  /** One vector of the point, without a column; undefined where it has none of that name. */
  vectorAt(slot: Slot, name: string): StoredVector | undefined;
  /** All live slots in the order of their ids, from `from` on (inclusive). */
  slotsById(from?: PointId): Iterable<Slot>;

  /** The named vectors that the collection has. */
  readonly vectorNames: { dense: ReadonlyMap<string, DenseParams>; sparse: ReadonlyMap<string, SparseParams> };
  /** How many points have the named vector. O(points) the first time. */
  vectorCount(name: string): number;
  /** The columns, each read in with its first use while other requests go on. @throws QdrantError 400 where the vector is
   *  dropped meanwhile */
  denseColumn(name: string): Promise<DenseColumn>;
  multiColumn(name: string): Promise<MultiColumn>;
  sparseColumn(name: string): Promise<SparseColumn>;

  /** Declared payload indexes by the text of their path. */
  readonly indexes: ReadonlyMap<string, PayloadIndexSchema>;
  /** The index structure of a declared field, built on first use; undefined where the field has no index. */
  payloadIndex(path: string): PayloadIndex | undefined;
}

/** How a collection wants a dense vector indexed. */
export interface IndexSettings {
  /** From so many bytes of float32 on; Infinity: never. */
  leastBytes: number;
  /** Links of a node (`m`), and candidates while it is linked (`ef_construct`). */
  links: number;
  efConstruct: number;
}

/** One dense named vector of all points, row-major in chunks, so that a kernel can run over it without copying. */
export interface DenseColumn {
  readonly params: DenseParams;
  /** How many points have this vector. */
  readonly count: number;
  readonly rowsPerChunk: number;
  /** Chunk c holds the rows of slots c·rowsPerChunk …; rows of slots without the vector hold old data: ask `has`. */
  readonly chunks: readonly Float32Array[];
  /** By slot: 1 where the point has this vector. Shared memory, like the chunks; taken anew for each scan, for it grows. */
  readonly presence: Uint8Array;
  /** By slot: the checksum (storage/row-sum.ts) of the row that it holds or held last. Taken anew each time, for it grows. */
  readonly sums: Uint32Array;
  /** Names the column among all that the data folder has or ever had. */
  readonly key: string;
  indexSettings(): IndexSettings;
  /** Calls `changed` whenever a row is written or removed, as long as the column lives. */
  watch(changed: (slot: Slot) => void): void;
  has(slot: Slot): boolean;
  /** A view, not a copy; undefined where the point has no such vector. */
  row(slot: Slot): Float32Array | undefined;
}
/** A dense vector of a collection, its column read in or not. */
export interface IndexedVector {
  readonly name: string;
  readonly params: DenseParams;
  readonly key: string;
  indexSettings(): IndexSettings;
  /** At most so many points have it. */
  readonly mostCount: number;
  column(): Promise<DenseColumn>;
}

export interface IndexStatus {
  /** How many vectors an index knows. */
  indexed: number;
  /** Whether an index is being built that there will be. */
  isBuilding: boolean;
}

/** What a collection may ask of its indexes. */
export interface VectorIndexes {
  /** Begins to build what is due. */
  status(vector: IndexedVector): IndexStatus;
}

export interface MultiColumn {
  readonly params: DenseParams;
  readonly count: number;
  row(slot: Slot): MultiVector | undefined;
  /** All slots that have this vector, ascending. */
  slots(): Iterable<Slot>;
}
export interface SparseColumn {
  readonly params: SparseParams;
  readonly count: number;
  row(slot: Slot): SparseVector | undefined;
  /** The postings of one dimension: slots (in no order) and their values; empty where no point has it. */
  postings(dimension: number): { slots: ArrayLike<Slot>; values: ArrayLike<number>; length: number };
}

/** The structure behind one payload index. It speeds up what filter/evaluate.ts would find by reading payloads, and gives
 *  the very same answer; storage calls `put` and `remove` as points change. */
export interface PayloadIndex {
  readonly schema: PayloadIndexSchema;
  readonly path: PayloadPath;
  /** How many points have at least one value that fits the index's type (`points` in payload_schema). */
  readonly pointCount: number;
  /** Replaces what the index knows of the slot. */
  put(slot: Slot, payload: JsonObject): void;
  remove(slot: Slot): void;
  /** The part of a field condition that this index answers, which is then all of the condition that counts (Qdrant takes the
   *  first clause that the index serves); undefined where it serves none. `drives`: the condition is all of the
   *  filter, so that Qdrant lists points by it, where it prefers other clauses and bounds than when it tests a point. */
  serve(clauses: FieldClauses, drives: boolean): IndexedCondition | undefined;
  /** How a text index reads one payload value of an element inside `nested`; undefined where the index has no say. */
  textCheck(match: MatchClause): ((value: JsonValue) => boolean) | undefined;
  /** For facets; undefined where this index has no lookup of whole values. */
  readonly distinct: DistinctValues | undefined;
  /** For order_by; undefined where this index has no order. */
  readonly ordered: OrderedValues | undefined;
}

/** A condition that an index answers without reading payloads. It sees later changes of the points. */
export interface IndexedCondition {
  test(slot: Slot): boolean;
  /** About how many of `pointCount` points match; never fewer than `slots` lists. */
  estimate(pointCount: number): number;
  /** All that match, ascending; valid until the next change of the points. Left out where only a look at all points can tell. */
  slots?(): Uint32Array;
}

export type DistinctValue = string | number | bigint | boolean;
export interface DistinctValues {
  /** Each value with the number of points that have it, in no order; of these slots alone where they are given. */
  counts(slots?: Iterable<Slot>): Map<DistinctValue, number>;
  valuesOf(slot: Slot): readonly DistinctValue[];
}

export interface OrderedValue {
  slot: Slot;
  value: number | bigint;
}
export interface ValueOrder {
  descending: boolean;
  bounds?: NumberRange;
  datetimeBounds?: DatetimeRange;
  among?: Iterable<Slot>;
}
export interface OrderedValues {
  /** `datetime`: values are microseconds since 1970. */
  readonly kind: "integer" | "float" | "datetime";
  /** Every pair of a slot and one of its values, in the order of values (then slots), within the bounds; `among`: of these slots alone. Not to be used across changes of the points. */
  walk(order: ValueOrder): Iterable<OrderedValue>;
  /** The values of one point, each once. */
  valuesOf(slot: Slot): readonly (number | bigint)[];
}

/** Values under a path, in the order in which they stand; arrays are opened only by `[]` steps. */
export type ValuesAt = (payload: JsonObject, path: PayloadPath) => JsonValue[];

/** The write side of one collection. Every call takes effect in memory at once, visible to the next read, and is durable
 *  when the promise of `Collection.committed()` that is asked for after it has resolved. Nothing here validates: operations
 *  check sizes, names and kinds before they call. */
export interface MutablePointTable extends PointTable {
  /** What the payloads take in storage, as Qdrant counts it. O(points) the first time. */
  readonly payloadBytes: number;
  /** Makes the point or replaces it whole. */
  upsert(id: PointId, payload: JsonObject, vectors: Map<string, StoredVector>, version: number): Slot;
  replacePayload(slot: Slot, payload: JsonObject, version: number): void;
  /** Replaces all vectors of the point. */
  replaceVectors(slot: Slot, vectors: Map<string, StoredVector>, version: number): void;
  /** An operation that touched the point and changed nothing. */
  touch(slot: Slot, version: number): void;
  delete(slot: Slot): void;
}
