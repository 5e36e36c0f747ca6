/** The best k of a stream of scored slots: a binary heap with the worst kept hit at its root. O(log k) an accepted hit, O(1)
 *  for one that is not better than the worst kept. Better is the larger score; of equal scores the lower slot, so that an
 *  answer is the same whatever the order in which slots were seen. NaN is worse than any number. */
import { type Slot } from "../model/table";

export interface SlotScore {
  slot: Slot;
  score: number;
}

export const isBetter = (score: number, slot: Slot, than: number, thanSlot: Slot): boolean => {
  if (score === than) return slot < thanSlot;
  if (Number.isNaN(score)) return Number.isNaN(than) && slot < thanSlot;
  return Number.isNaN(than) || score > than;
};

export class TopK {
  private readonly scores: number[] = [];
  private readonly slots: Slot[] = [];

  /** @param k at least 0 */
  constructor(private readonly k: number) {}

  get size(): number {
    return this.slots.length;
  }
  /** Whether a hit would be kept. */
  accepts(slot: Slot, score: number): boolean {
    if (this.slots.length < this.k) return true;
    if (this.k === 0) return false;
    return isBetter(score, slot, this.scores[0] ?? NaN, this.slots[0] ?? -1);
  }

  push(slot: Slot, score: number): void {
    if (!this.accepts(slot, score)) return;
    if (this.slots.length < this.k) {
      this.slots.push(slot);
      this.scores.push(score);
      this.rise(this.slots.length - 1);
    } else {
      this.slots[0] = slot;
      this.scores[0] = score;
      this.sink(0);
    }
  }

  /** Best first. */
  sorted(): SlotScore[] {
    return this.slots
      .map((slot, i) => ({ slot, score: this.scores[i] ?? NaN }))
      .sort((a, b) => (isBetter(a.score, a.slot, b.score, b.slot) ? -1 : 1));
  }

  private betterAt(i: number, j: number): boolean {
    return isBetter(this.scores[i] ?? NaN, this.slots[i] ?? 0, this.scores[j] ?? NaN, this.slots[j] ?? 0);
  }
  private swap(i: number, j: number): void {
    const [slot, score] = [this.slots[i] ?? 0, this.scores[i] ?? NaN];
    this.slots[i] = this.slots[j] ?? 0;
    this.scores[i] = this.scores[j] ?? NaN;
    this.slots[j] = slot;
    this.scores[j] = score;
  }
  private rise(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.betterAt(parent, i)) return;
      this.swap(i, parent);
      i = parent;
    }
  }
  private sink(from: number): void {
    for (let i = from; ;) {
      let worst = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < this.slots.length && this.betterAt(worst, child)) worst = child;
      }
      if (worst === i) return;
      this.swap(i, worst);
      i = worst;
    }
  }
}
