/** Many short lists of numbers in one array: each is its length and then its numbers, and is known by its place. Released lists
 *  leave holes until the arena is compacted. */

export class ListArena {
  private numbers = new Uint32Array(64);
  private used = 0;
  private wasted = 0;

  /** More than half is holes. */
  get isWasteful(): boolean {
    return this.wasted > 1024 && this.wasted * 2 > this.used;
  }

  store(list: Uint32Array): number {
    const place = this.used;
    const end = place + 1 + list.length;
    if (end > this.numbers.length) {
      const larger = new Uint32Array(Math.max(end, this.numbers.length * 2));
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[place] = list.length;
    this.numbers.set(list, place + 1);
    this.used = end;
    return place;
  }

  /** A view, valid until the next change. */
  at(place: number): Uint32Array {
    return this.numbers.subarray(place + 1, place + 1 + (this.numbers[place] ?? 0));
  }

  release(place: number): void {
    this.wasted += 1 + (this.numbers[place] ?? 0);
  }

  /** Keeps the lists that `visit` moves, each to the place that `move` answers, and forgets the others. */
  compact(visit: (move: (place: number) => number) => void): void {
    const kept = new ListArena();
    visit((place) => kept.store(this.at(place)));
    this.numbers = kept.numbers;
    this.used = kept.used;
    this.wasted = 0;
  }
}
