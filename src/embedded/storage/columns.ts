/** The searchable form of one collection's vectors, each built on first use by one pass over its records and kept up to
 *  date from then on. */
import { internal } from "../errors";
import { type CollectionConfig, type DenseParams } from "../model/collection";
import { type DenseColumn, type MultiColumn, type Slot, type SparseColumn } from "../model/table";
import { type StoredVector } from "../model/vector";
import { type AllocateFloats, StoredDenseColumn } from "./dense-column";
import { StoredMultiColumn } from "./multi-column";
import { StoredSparseColumn } from "./sparse-column";
import { type VectorRecords } from "./vector-records";

export class Columns {
  private readonly dense = new Map<string, StoredDenseColumn>();
  private readonly multi = new Map<string, StoredMultiColumn>();
  private readonly sparse = new Map<string, StoredSparseColumn>();
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly config: () => CollectionConfig,
    private readonly records: VectorRecords,
    private readonly allocate: AllocateFloats,
  ) {}

  denseColumn(name: string): DenseColumn {
    const loaded = this.dense.get(name);
    if (loaded !== undefined) return loaded;
    const column = new StoredDenseColumn(this.denseParams(name, false), this.allocate);
    for (const [slot, bytes] of this.records.all(name)) column.putBytes(slot, bytes);
    this.dense.set(name, column);
    return column;
  }

  multiColumn(name: string): MultiColumn {
    const loaded = this.multi.get(name);
    if (loaded !== undefined) return loaded;
    const column = new StoredMultiColumn(this.denseParams(name, true), (slot) => {
      const vector = this.records.read(name, slot);
      return vector?.kind === "multi" ? vector.multi : undefined;
    });
    for (const [slot] of this.records.all(name)) column.add(slot);
    this.multi.set(name, column);
    return column;
  }

  sparseColumn(name: string): SparseColumn {
    const loaded = this.sparse.get(name);
    if (loaded !== undefined) return loaded;
    const params = this.config().sparse.get(name);
    if (params === undefined) throw internal(`no sparse vector ${name}`);
    const read = (slot: Slot) => {
      const vector = this.records.read(name, slot);
      return vector?.kind === "sparse" ? vector.sparse : undefined;
    };
    const column = new StoredSparseColumn(params, read);
    for (const [slot] of this.records.all(name)) {
      const row = read(slot);
      if (row !== undefined) column.add(slot, row);
    }
    this.sparse.set(name, column);
    return column;
  }

  /** How many points have the vector. Counted once, then kept. */
  count(name: string): number {
    let count = this.counts.get(name);
    if (count === undefined) {
      count = this.records.count(name);
      this.counts.set(name, count);
    }
    return count;
  }

  /** To be called before the record of an existing vector is replaced or removed. */
  remove(name: string, slot: Slot): void {
    this.changeCount(name, -1);
    this.dense.get(name)?.remove(slot);
    this.multi.get(name)?.remove(slot);
    const sparse = this.sparse.get(name);
    const row = sparse?.row(slot);
    if (row !== undefined) sparse?.remove(slot, row);
  }

  put(name: string, slot: Slot, vector: StoredVector): void {
    this.changeCount(name, 1);
    if (vector.kind === "dense") this.dense.get(name)?.put(slot, vector.data);
    else if (vector.kind === "multi") this.multi.get(name)?.add(slot);
    else this.sparse.get(name)?.add(slot, vector.sparse);
  }

  /** Forgets a named vector. */
  drop(name: string): void {
    this.dense.delete(name);
    this.multi.delete(name);
    this.sparse.delete(name);
    this.counts.delete(name);
  }

  private changeCount(name: string, change: 1 | -1): void {
    const count = this.counts.get(name);
    if (count !== undefined) this.counts.set(name, count + change);
  }

  private denseParams(name: string, multi: boolean): DenseParams {
    const params = this.config().dense.get(name);
    if (params === undefined || params.multi !== multi)
      throw internal(`no ${multi ? "multi" : "dense"} vector ${name}`);
    return params;
  }
}
