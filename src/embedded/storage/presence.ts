/** A set of slots as one byte each, grown by doubling. */
export class PresenceSet {
  private flags = new Uint8Array(64);
  private size = 0;

  get count(): number {
    return this.size;
  }

  has(slot: number): boolean {
    return this.flags[slot] === 1;
  }

  add(slot: number): void {
    if (slot >= this.flags.length) {
      const grown = new Uint8Array(Math.max(slot + 1, this.flags.length * 2));
      grown.set(this.flags);
      this.flags = grown;
    }
    if (this.flags[slot] === 1) return;
    this.flags[slot] = 1;
    this.size++;
  }

  delete(slot: number): void {
    if (this.flags[slot] !== 1) return;
    this.flags[slot] = 0;
    this.size--;
  }

  /** Ascending. */
  *slots(): Iterable<number> {
    for (let slot = this.flags.indexOf(1); slot >= 0; slot = this.flags.indexOf(1, slot + 1)) yield slot;
  }
}
