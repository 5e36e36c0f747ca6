/** One column's graph as far as it has been built, and what has changed in the column since: the difference is always searched
 *  exactly, so that a result is never behind a write. */
import { type Index } from "usearch";
import { type Slot } from "../../model/table";
import { PresenceSet } from "../../storage/presence";

export class Graph {
  /** Slots that the built index has. */
  private known = new PresenceSet();
  /** Slots of the index whose row has changed since. */
  private stale = new PresenceSet();
  /** Slots that have come since. */
  private fresh = new PresenceSet();
  private built: Index | undefined;
  /** Where the index lies; an object, so that it outlives the graph (query/hnsw/graph-search.ts removes the file then). */
  readonly file: { path: string | undefined } = { path: undefined };
  /** Slots that changed while a build was running, which may have read them before or after; undefined: none is running. */
  private failedAt = -Infinity;
  private meanwhile: Set<Slot> | undefined;

  get index(): Index | undefined {
    return this.built;
  }
  get isBuilding(): boolean {
    return this.meanwhile !== undefined;
  }
  get size(): number {
    return this.known.count;
  }
  get staleCount(): number {
    return this.stale.count;
  }
  get freshCount(): number {
    return this.fresh.count;
  }
  freshSlots(): Slot[] {
    return [...this.fresh.slots()];
  }
  /** What the index does not know, or knows wrongly. */
  difference(): Slot[] {
    return [...this.stale.slots(), ...this.fresh.slots()];
  }
  isStale(slot: Slot): boolean {
    return this.stale.has(slot);
  }

  changed(slot: Slot): void {
    if (this.known.has(slot)) this.stale.add(slot);
    else this.fresh.add(slot);
    this.meanwhile?.add(slot);
  }

  start(): void {
    this.meanwhile = new Set();
  }
  /** @param added what the new index has beyond the old one @param isNew it was built from nothing */
  finish(index: Index, path: string, added: Iterable<Slot>, isNew: boolean): void {
    if (isNew) {
      this.known = new PresenceSet();
      this.stale = new PresenceSet();
    }
    // Those that were not added have gone again.
    this.fresh = new PresenceSet();
    this.built = index;
    this.file.path = path;
    for (const slot of added) this.known.add(slot);
    const { meanwhile } = this;
    this.meanwhile = undefined;
    for (const slot of meanwhile ?? []) this.changed(slot);
  }
  fail(): void {
    this.meanwhile = undefined;
    this.failedAt = performance.now();
  }
  /** Milliseconds since the last build failed. */
  get sinceFailure(): number {
    return performance.now() - this.failedAt;
  }
}
