/** A set of slots as one byte each, grown by doubling, in memory that worker threads can read. */
export class PresenceSet {
  private flags = new Uint8Array(new SharedArrayBuffer(64));
  private size = 0;

  get count(): number {
    return this.size;
  }

  /** By slot: 1 for those in the set. The array itself, until the set grows. */
  get bytes(): Uint8Array {
    return this.flags;
  }

  has(slot: number): boolean {
    return this.flags[slot] === 1;
  }

  add(slot: number): void {
    this.reserve(slot + 1);
    if (this.flags[slot] === 1) return;
    this.flags[slot] = 1;
    this.size++;
  }

  delete(slot: number): void {
    if (this.flags[slot] !== 1) return;
    this.flags[slot] = 0;
    this.size--;
  }

  /** Makes room for the slots below `slots`. */
  reserve(slots: number): void {
    if (slots <= this.flags.length) return;
    const grown = new Uint8Array(new SharedArrayBuffer(Math.max(slots, this.flags.length * 2)));
    grown.set(this.flags);
    this.flags = grown;
  }

  /** After another thread has set bytes: counts them. */
  recount(): void {
    let size = 0;
    for (const flag of this.flags) size += flag;
    this.size = size;
  }

  /** Ascending. */
  *slots(): Iterable<number> {
    for (let slot = this.flags.indexOf(1); slot >= 0; slot = this.flags.indexOf(1, slot + 1)) yield slot;
  }
}
