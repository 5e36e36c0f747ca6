/** A collection's points in memory, for tests of filters and order: ids, payloads, which vectors there are, and real indexes
 *  that are kept up to date. It has no vector columns. */
import { createPayloadIndex } from "../../src/embedded/storage/payload-index/index";
import { parsePath } from "../../src/embedded/filter/path";
import { type DenseParams, type PayloadIndexSchema, type SparseParams } from "../../src/embedded/model/collection";
import { type JsonObject } from "../../src/embedded/model/json";
import { type PointId, comparePointIds } from "../../src/embedded/model/point-id";
import {
  type DenseColumn,
  type MultiColumn,
  type PayloadIndex,
  type PointTable,
  type Slot,
  type SparseColumn,
} from "../../src/embedded/model/table";
import { type StoredVector } from "../../src/embedded/model/vector";

interface Row {
  id: PointId;
  payload: JsonObject;
  vectors: ReadonlySet<string>;
}

export class MemoryTable implements PointTable {
  private readonly rows: (Row | undefined)[] = [];
  private readonly built = new Map<string, PayloadIndex>();
  readonly indexes = new Map<string, PayloadIndexSchema>();
  readonly vectorNames = { dense: new Map<string, DenseParams>(), sparse: new Map<string, SparseParams>() };

  /** Sets what stands in a slot and tells the indexes. */
  put(slot: Slot, id: PointId, payload: JsonObject, vectors: readonly string[] = []): void {
    this.rows[slot] = { id, payload, vectors: new Set(vectors) };
    for (const index of this.built.values()) index.put(slot, payload);
  }

  remove(slot: Slot): void {
    this.rows[slot] = undefined;
    for (const index of this.built.values()) index.remove(slot);
  }

  declare(path: string, schema: PayloadIndexSchema): void {
    const index = createPayloadIndex(schema, parsePath(path));
    this.indexes.set(path, schema);
    this.built.set(path, index);
    this.rows.forEach((row, slot) => row && index.put(slot, row.payload));
  }

  get slotCount(): number {
    return this.rows.length;
  }
  get pointCount(): number {
    return this.rows.filter((row) => row !== undefined).length;
  }
  idAt(slot: Slot): PointId | undefined {
    return this.rows[slot]?.id;
  }
  slotOf(id: PointId): Slot | undefined {
    const slot = this.rows.findIndex((row) => row?.id === id);
    return slot < 0 ? undefined : slot;
  }
  versionAt(): number {
    return 1;
  }
  payloadAt(slot: Slot): JsonObject {
    return this.rows[slot]?.payload ?? new Map();
  }
  hasVector(slot: Slot, name: string): boolean {
    return this.rows[slot]?.vectors.has(name) ?? false;
  }
  vectorAt(): StoredVector | undefined {
    return undefined;
  }
  vectorCount(name: string): number {
    return this.rows.filter((row) => row?.vectors.has(name)).length;
  }
  vectorsAt(): Map<string, StoredVector> {
    return new Map();
  }
  *slotsById(from?: PointId): Iterable<Slot> {
    const rows = this.rows.flatMap((row, slot) => (row ? [{ id: row.id, slot }] : []));
    for (const { id, slot } of rows.sort((a, b) => comparePointIds(a.id, b.id)))
      if (from === undefined || comparePointIds(id, from) >= 0) yield slot;
  }
  payloadIndex(path: string): PayloadIndex | undefined {
    return this.built.get(path);
  }
  denseColumn(): Promise<DenseColumn> {
    return Promise.reject(new RangeError("no vector columns here"));
  }
  multiColumn(): Promise<MultiColumn> {
    return Promise.reject(new RangeError("no vector columns here"));
  }
  sparseColumn(): Promise<SparseColumn> {
    return Promise.reject(new RangeError("no vector columns here"));
  }
}
