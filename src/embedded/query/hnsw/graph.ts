/** One column's graph as far as it has been built, and where the column differs from it: the difference is always searched
 *  exactly, so that a result is never behind a write. A row differs when its checksum is another than that of the row that was
 *  added, whenever and by whichever process that was. */
import { type Index } from "usearch";
import { type DenseColumn, type Slot } from "../../model/table";
import { PresenceSet } from "../../storage/presence";
import { type StoredGraph } from "./graph-files";
import { type GraphShape, isSameShape } from "./shape";

/** The share of new rows from which they are added to the graph, and that of changed ones from which it is built anew. */
const UPDATE_SHARE = 0.02;
const REBUILD_SHARE = 0.05;
/** Fewer new numbers than these are scanned in no time. */
const LEAST_UPDATE = 250_000;
/** A graph that has grown by so much is built anew, so that its width is measured anew. */
const MOST_GROWTH = 2;

export type Due = "nothing" | "addition" | "building";

export class Graph {
  private built: { index: Index; stored: StoredGraph } | undefined;
  private knownCount = 0;
  /** Slots of the index whose row has changed or gone since. */
  private stale = new PresenceSet();
  /** Slots that have come since. */
  private fresh = new PresenceSet();
  private failedAt = -Infinity;
  /** While its file is opened or it is built. */
  isBusy = false;

  get index(): Index | undefined {
    return this.built?.index;
  }
  get stored(): StoredGraph | undefined {
    return this.built?.stored;
  }
  /** How many rows the index knows as they are. */
  get indexedCount(): number {
    return this.knownCount - this.stale.count;
  }
  freshSlots(): Uint32Array {
    return Uint32Array.from(this.fresh.slots());
  }
  /** What the index does not know, or knows wrongly; some of it may be gone from the column. */
  difference(): Slot[] {
    return [...this.stale.slots(), ...this.fresh.slots()];
  }

  /** Whether the index knows the row wrongly. */
  isStale(slot: Slot): boolean {
    return this.stale.has(slot);
  }

  /** Takes an index over, and looks where the column differs from it. O(slots). */
  install(column: DenseColumn, index: Index, stored: StoredGraph): void {
    this.built = { index, stored };
    this.failedAt = -Infinity;
    this.stale = new PresenceSet();
    this.fresh = new PresenceSet();
    this.knownCount = 0;
    for (const flag of stored.known) this.knownCount += flag;
    const slots = Math.max(stored.known.length, column.presence.length);
    const { presence, sums } = column;
    for (let slot = 0; slot < slots; slot++) {
      const isThere = presence[slot] === 1;
      const isKnown = stored.known[slot] === 1;
      // Nearly all are known as they are.
      if (isThere !== isKnown || sums[slot] !== stored.sums[slot]) this.changed(column, slot);
    }
  }

  /** To be called after a row has been written or removed. */
  changed({ presence, sums }: DenseColumn, slot: Slot): void {
    if (this.built === undefined) return;
    const { known, sums: knownSums } = this.built.stored;
    const isThere = presence[slot] === 1;
    if (known[slot] !== 1) set(this.fresh, slot, isThere);
    else set(this.stale, slot, !isThere || sums[slot] !== knownSums[slot]);
  }

  /** What would bring the graph up to date. */
  due(shape: GraphShape): Due {
    // What failed may lie in the file that was to be gone on from.
    if (this.built === undefined || this.sinceFailure < Infinity) return "building";
    const { stored } = this.built;
    const outgrown = this.knownCount + this.fresh.count > MOST_GROWTH * stored.measuredRows;
    const isWorn = this.stale.count > REBUILD_SHARE * this.knownCount && this.stale.count > LEAST_UPDATE / shape.size;
    if (!isSameShape(stored.shape, shape)) return "building";
    if (this.fresh.count <= Math.max(UPDATE_SHARE * this.knownCount, LEAST_UPDATE / shape.size) && !isWorn)
      return "nothing";
    return isWorn || outgrown ? "building" : "addition";
  }

  fail(): void {
    this.failedAt = performance.now();
  }
  /** Milliseconds since the last build failed. */
  get sinceFailure(): number {
    return performance.now() - this.failedAt;
  }
}

function set(slots: PresenceSet, slot: Slot, isIn: boolean): void {
  if (isIn) slots.add(slot);
  else slots.delete(slot);
}
