import { type SparseParams } from "../model/collection";
import { type Slot, type SparseColumn } from "../model/table";
import { type SparseVector } from "../model/vector";
import { PresenceSet } from "./presence";

/** An inverted list of one dimension, grown by doubling. */
class Postings {
  slots = new Uint32Array(4);
  values = new Float32Array(4);
  length = 0;

  add(slot: Slot, value: number): void {
    if (this.length === this.slots.length) {
      const slots = new Uint32Array(this.length * 2);
      const values = new Float32Array(this.length * 2);
      slots.set(this.slots);
      values.set(this.values);
      this.slots = slots;
      this.values = values;
    }
    this.slots[this.length] = slot;
    this.values[this.length] = value;
    this.length++;
  }

  /** The last one takes the place of the one that goes. O(length). */
  remove(slot: Slot): void {
    const at = this.slots.indexOf(slot);
    if (at < 0 || at >= this.length) return;
    this.length--;
    this.slots[at] = this.slots[this.length] ?? 0;
    this.values[at] = this.values[this.length] ?? 0;
  }
}

const NONE = { slots: [], values: [], length: 0 };

/** The inverted index of one sparse vector; whole rows stay on disk. */
export class StoredSparseColumn implements SparseColumn {
  private readonly present = new PresenceSet();
  private readonly byDimension = new Map<number, Postings>();

  /** @param current the vector's parameters, of which the modifier may change at any time */
  constructor(
    private readonly current: () => SparseParams,
    private readonly read: (slot: Slot) => SparseVector | undefined,
  ) {}

  get params(): SparseParams {
    return this.current();
  }

  get count(): number {
    return this.present.count;
  }

  row(slot: Slot): SparseVector | undefined {
    return this.present.has(slot) ? this.read(slot) : undefined;
  }

  postings(dimension: number): { slots: ArrayLike<Slot>; values: ArrayLike<number>; length: number } {
    return this.byDimension.get(dimension) ?? NONE;
  }

  add(slot: Slot, { indices, values }: SparseVector): void {
    this.present.add(slot);
    indices.forEach((dimension, at) => {
      let postings = this.byDimension.get(dimension);
      if (postings === undefined) this.byDimension.set(dimension, (postings = new Postings()));
      postings.add(slot, values[at] ?? 0);
    });
  }

  /** `row` is what was added. */
  remove(slot: Slot, row: SparseVector): void {
    this.present.delete(slot);
    for (const dimension of row.indices) {
      const postings = this.byDimension.get(dimension);
      postings?.remove(slot);
      if (postings?.length === 0) this.byDimension.delete(dimension);
    }
  }
}
