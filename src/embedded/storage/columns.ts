/** The searchable form of one collection's vectors, each built with its first use by a pass over its records, while other
 *  requests go on, and kept up to date from then on. */
import { internal, noVectorName } from "../errors";
import { type CollectionConfig, type DenseParams } from "../model/collection";
import { type DenseColumn, type MultiColumn, type Slot, type SparseColumn } from "../model/table";
import { type StoredVector } from "../model/vector";
import { Slices } from "../query/slices";
import { type AllocateFloats, type ColumnOrigin, StoredDenseColumn } from "./dense-column";
import { type ColumnFiller, type ColumnSource, inSlices } from "./fill";
import { decodeSparse } from "./layout";
import { StoredMultiColumn } from "./multi-column";
import { StoredSparseColumn } from "./sparse-column";
import { type VectorRecords } from "./vector-records";

export interface ColumnParts {
  config(): CollectionConfig;
  records: VectorRecords;
  allocate: AllocateFloats;
  filler: ColumnFiller;
  source(name: string): ColumnSource;
  origin(name: string): ColumnOrigin;
}

/** A column that is being read in, or has been. */
interface Reading<C> {
  ready: Promise<C>;
  column: C;
  /** Slots whose vector has changed since the reading began; undefined: it is over. */
  touched: Set<Slot> | undefined;
}

/** How many points have a vector, as far as their slots have been looked at. */
interface Counting {
  reached: Slot;
  count: number;
  done: Promise<number>;
}

const SLOTS_PER_COUNT = 4096;

interface Filling<C> {
  column: C;
  fill(touched: ReadonlySet<Slot>): Promise<void>;
  /** Takes over what was touched while it was filled, where `fill` did not see to that. */
  settle?(touched: Set<Slot>): Promise<void>;
}

export class Columns {
  private readonly dense = new Map<string, Reading<StoredDenseColumn>>();
  private readonly multi = new Map<string, Reading<StoredMultiColumn>>();
  private readonly sparse = new Map<string, Reading<StoredSparseColumn>>();
  private readonly counts = new Map<string, number>();
  private readonly countings = new Map<string, Counting>();

  constructor(private readonly parts: ColumnParts) {}

  denseColumn(name: string): Promise<DenseColumn> {
    return this.read(this.dense, name, () => {
      const { allocate, origin } = this.parts;
      const column = new StoredDenseColumn(this.denseParams(name, false), allocate, origin(name));
      return {
        column,
        fill: () => this.parts.filler.fill(column, this.parts.source(name)),
        settle: (touched) => this.readAgain(name, column, touched),
      };
    });
  }

  multiColumn(name: string): Promise<MultiColumn> {
    return this.read(this.multi, name, () => {
      const column = new StoredMultiColumn(this.denseParams(name, true), (slot) => {
        const vector = this.parts.records.read(name, slot);
        return vector?.kind === "multi" ? vector.multi : undefined;
      });
      return { column, fill: (touched) => this.fillHere(name, touched, (slot) => column.add(slot)) };
    });
  }

  sparseColumn(name: string): Promise<SparseColumn> {
    return this.read(this.sparse, name, () => {
      const params = this.parts.config().sparse.get(name);
      if (params === undefined) throw internal(`no sparse vector ${name}`);
      const read = (slot: Slot) => {
        const vector = this.parts.records.read(name, slot);
        return vector?.kind === "sparse" ? vector.sparse : undefined;
      };
      const column = new StoredSparseColumn(() => this.parts.config().sparse.get(name) ?? params, read);
      const add = (slot: Slot, bytes: Buffer): void => column.add(slot, decodeSparse(bytes));
      return { column, fill: (touched) => this.fillHere(name, touched, add) };
    });
  }

  /** How many points have the vector. Counted once, then kept. */
  count(name: string): number {
    let count = this.counts.get(name);
    if (count === undefined) {
      count = this.parts.records.count(name);
      this.counts.set(name, count);
    }
    return count;
  }

  /** The same in slices: a change below the slot that it has come to is counted as it comes. */
  countInSlices(name: string, slotCount: () => number): Promise<number> {
    const known = this.counts.get(name);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.countings.get(name);
    if (running !== undefined) return running.done;
    const counting: Counting = { reached: 0, count: 0, done: Promise.resolve(0) };
    this.countings.set(name, counting);
    counting.done = this.counted(name, counting, slotCount);
    return counting.done;
  }

  /** To be called before the record of an existing vector is replaced or removed. */
  remove(name: string, slot: Slot): void {
    this.changeCount(name, slot, -1);
    const dense = this.dense.get(name);
    if (dense?.touched === undefined) dense?.column.remove(slot);
    else dense.touched.add(slot);
    const multi = this.multi.get(name);
    multi?.touched?.add(slot);
    multi?.column.remove(slot);
    const sparse = this.sparse.get(name);
    sparse?.touched?.add(slot);
    const row = sparse?.column.row(slot);
    if (row !== undefined) sparse?.column.remove(slot, row);
  }

  put(name: string, slot: Slot, vector: StoredVector): void {
    this.changeCount(name, slot, 1);
    switch (vector.kind) {
      case "dense": {
        const dense = this.dense.get(name);
        if (dense?.touched === undefined) dense?.column.put(slot, vector.data);
        else dense.touched.add(slot);
        break;
      }
      case "multi": {
        const multi = this.multi.get(name);
        multi?.touched?.add(slot);
        multi?.column.add(slot);
        break;
      }
      case "sparse": {
        const sparse = this.sparse.get(name);
        sparse?.touched?.add(slot);
        sparse?.column.add(slot, vector.sparse);
      }
    }
  }

  /** Forgets a named vector. */
  drop(name: string): void {
    this.dense.delete(name);
    this.multi.delete(name);
    this.sparse.delete(name);
    this.counts.delete(name);
    this.countings.delete(name);
  }

  /** The column of that name, read in where nothing has asked for it before. One that can't be read is tried anew next time. */
  private read<C>(columns: Map<string, Reading<C>>, name: string, begin: () => Filling<C>): Promise<C> {
    const known = columns.get(name);
    if (known !== undefined) return known.ready;
    const { column, fill, settle } = begin();
    const touched = new Set<Slot>();
    const filled = async (): Promise<C> => {
      try {
        await fill(touched);
        while (settle !== undefined && touched.size > 0) await settle(touched);
      } catch (error) {
        if (columns.get(name) === reading) columns.delete(name);
        throw error;
      }
      if (columns.get(name) !== reading) throw noVectorName(name);
      reading.touched = undefined;
      return column;
    };
    const reading: Reading<C> = { column, touched, ready: Promise.resolve().then(filled) };
    columns.set(name, reading);
    return reading.ready;
  }

  /** Rows that changed while another thread filled the column. Those that change meanwhile are noted anew. */
  private readAgain(name: string, column: StoredDenseColumn, touched: Set<Slot>): Promise<void> {
    const changed = [...touched];
    touched.clear();
    return inSlices(changed, (slot) => {
      if (this.dense.get(name)?.column !== column) return;
      const vector = this.parts.records.read(name, slot);
      if (vector?.kind === "dense") column.put(slot, vector.data);
      else column.remove(slot);
    });
  }

  /** Changes go into a column that is read here at once, so that what they touched is left out. */
  private fillHere(name: string, touched: ReadonlySet<Slot>, add: (slot: Slot, bytes: Buffer) => void): Promise<void> {
    return inSlices(this.parts.records.all(name), ([slot, bytes]) => {
      if (!touched.has(slot)) add(slot, bytes);
    });
  }

  private async counted(name: string, counting: Counting, slotCount: () => number): Promise<number> {
    const slices = new Slices();
    while (counting.reached < slotCount()) {
      if (slices.isUsedUp) await slices.next();
      if (this.countings.get(name) !== counting) return counting.count;
      const to = counting.reached + SLOTS_PER_COUNT;
      counting.count += this.parts.records.countBetween(name, counting.reached, to);
      counting.reached = to;
    }
    this.counts.set(name, counting.count);
    this.countings.delete(name);
    return counting.count;
  }

  private changeCount(name: string, slot: Slot, change: 1 | -1): void {
    const counting = this.countings.get(name);
    if (counting !== undefined && slot < counting.reached) counting.count += change;
    const count = this.counts.get(name);
    if (count !== undefined) this.counts.set(name, count + change);
  }

  private denseParams(name: string, multi: boolean): DenseParams {
    const params = this.parts.config().dense.get(name);
    if (params === undefined || params.multi !== multi)
      throw internal(`no ${multi ? "multi" : "dense"} vector ${name}`);
    return params;
  }
}
