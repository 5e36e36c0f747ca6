/** The numbers that each slot holds, and their order. A slot with one number that a double holds exactly costs eight bytes;
 *  several numbers, and integers beyond 2^53, are kept aside. The order is built on first use. A slot that changes afterwards is
 *  only noted: reads look at the few changed slots besides the old order, until enough have come together to be merged in. */
import { withinBounds } from "../../filter/clauses";
import { type OrderedValue, type Slot } from "../../model/table";
import { withSlotFloat64, withoutRepeats } from "./slot-arrays";
import { type SortedPairs, mergePairs, sortPairs, walkPairs, windowOf } from "./sorted-pairs";

type Num = number | bigint;
export interface NumBounds {
  gt?: Num;
  gte?: Num;
  lt?: Num;
  lte?: Num;
}

/** So many changed slots are merged into the order at once: few enough to be sorted anew by a read in between. */
const MAX_CHANGED = 1024;
const NOTHING: SortedPairs = { values: new Float64Array(0), slots: new Uint32Array(0) };

export class NumberColumn {
  /** NaN: no number, or those in `aside`. As long as the largest slot asks for. */
  private single = new Float64Array(0);
  private readonly aside = new Map<Slot, readonly Num[]>();
  private slotsWithNumbers = 0;

  /** All pairs (bigints as the nearest double) but for slots that have changed since. */
  private order: SortedPairs | undefined;
  private readonly changed = new Set<Slot>();
  /** The pairs of the changed slots. */
  private fresh: SortedPairs | undefined;

  get slotCount(): number {
    return this.slotsWithNumbers;
  }

  put(slot: Slot, numbers: readonly Num[]): void {
    this.remove(slot);
    const first = numbers[0];
    if (first === undefined) return;
    this.slotsWithNumbers++;
    this.note(slot);
    this.single = withSlotFloat64(this.single, slot, Number.NaN);
    if (numbers.length === 1 && typeof first === "number") this.single[slot] = first;
    else this.aside.set(slot, [...new Set(numbers)]);
  }

  remove(slot: Slot): void {
    const single = this.single[slot] ?? Number.NaN;
    if (!Number.isNaN(single)) this.single[slot] = Number.NaN;
    else if (!this.aside.delete(slot)) return;
    this.slotsWithNumbers--;
    this.note(slot);
  }

  /** Each number once. */
  numbersAt(slot: Slot): readonly Num[] {
    const single = this.single[slot] ?? Number.NaN;
    return Number.isNaN(single) ? (this.aside.get(slot) ?? []) : [single];
  }

  some(slot: Slot, bounds: NumBounds): boolean {
    const single = this.single[slot] ?? Number.NaN;
    if (!Number.isNaN(single)) return withinBounds(bounds, single);
    return this.aside.get(slot)?.some((number) => withinBounds(bounds, number)) ?? false;
  }

  /** How many pairs lie within the bounds, at most. */
  estimate(bounds: NumBounds): number {
    const { low, high } = rangeOf(bounds);
    return this.parts().reduce((total, pairs) => {
      const { from, to } = windowOf(pairs, low, high);
      return total + to - from;
    }, 0);
  }

  /** The slots with a number within the bounds, ascending. */
  slotsWithin(bounds: NumBounds): Uint32Array {
    const { low, high } = rangeOf(bounds);
    const lists = this.parts().map((pairs) => {
      const { from, to } = windowOf(pairs, low, high);
      return pairs.slots.subarray(from, to);
    });
    const found = new Uint32Array(lists.reduce((total, list) => total + list.length, 0));
    let length = 0;
    for (const list of lists) {
      found.set(list, length);
      length += list.length;
    }
    // Slots that have changed may stand in the old order wrongly, and bigints at a bound on either side of it.
    return withoutRepeats(found.sort()).filter((slot) => this.some(slot, bounds));
  }

  /** Every pair within the bounds by value, then slot; both turned round where `descending`. `among`: of these slots alone. */
  *walk(bounds: NumBounds, descending: boolean, among?: Iterable<Slot>): Generator<OrderedValue> {
    const [base, added] = among ? [this.sorted(among), NOTHING] : this.parts();
    const dropped = among ? new Set<Slot>() : this.changed;
    let run: OrderedValue[] = [];
    let double: number | undefined;
    for (const { value, slot } of walkPairs({ base, added, dropped }, rangeOf(bounds), descending)) {
      // Bigints that come to one double stand in any order, so each run of equals is put in order by itself.
      if (value !== double) {
        yield* inExactOrder(run, descending);
        run = [];
        double = value;
      }
      if (Math.abs(value) < 2 ** 53) {
        if (withinBounds(bounds, value)) yield { slot, value };
        continue;
      }
      for (const exact of this.numbersAt(slot))
        if (Number(exact) === value && withinBounds(bounds, exact)) run.push({ slot, value: exact });
    }
    yield* inExactOrder(run, descending);
  }

  private note(slot: Slot): void {
    if (this.order === undefined) return;
    this.changed.add(slot);
    this.fresh = undefined;
    // Where most has changed, as after a large write, sorting everything is cheaper than noting it.
    if (this.changed.size > MAX_CHANGED + this.order.slots.length / 2) {
      this.order = undefined;
      this.changed.clear();
    }
  }

  /** The order, and the pairs of the slots that have changed since. */
  private parts(): [SortedPairs, SortedPairs] {
    if (this.order === undefined) this.order = this.sorted(this.allSlots());
    if (this.changed.size === 0) return [this.order, NOTHING];
    this.fresh ??= this.sorted(this.changed);
    if (this.changed.size <= MAX_CHANGED) return [this.order, this.fresh];
    this.order = mergePairs(this.order, this.fresh, this.changed);
    this.changed.clear();
    this.fresh = undefined;
    return [this.order, NOTHING];
  }

  private *allSlots(): Generator<Slot> {
    for (let slot = 0; slot < this.single.length; slot++)
      if (!Number.isNaN(this.single[slot]) || (this.aside.size > 0 && this.aside.has(slot))) yield slot;
  }

  private sorted(slots: Iterable<Slot>): SortedPairs {
    const ascending = Uint32Array.from(slots).sort();
    const values: number[] = [];
    const holders: Slot[] = [];
    for (const slot of ascending) {
      const single = this.single[slot] ?? Number.NaN;
      // Two bigints may come to one double: one pair stands for both.
      const doubles = Number.isNaN(single) ? new Set(this.aside.get(slot)?.map(Number)) : [single];
      for (const value of doubles) {
        values.push(value);
        holders.push(slot);
      }
    }
    return sortPairs(Float64Array.from(values), Uint32Array.from(holders));
  }
}

/** The doubles between which all numbers within the bounds lie; those at a bound are in, as a bigint there may be. */
function rangeOf({ gt, gte, lt, lte }: NumBounds): { low: number; high: number } {
  const doubles = (given: (Num | undefined)[]): number[] => given.filter((bound) => bound !== undefined).map(Number);
  return { low: Math.max(-Infinity, ...doubles([gt, gte])), high: Math.min(Infinity, ...doubles([lt, lte])) };
}

function inExactOrder(run: readonly OrderedValue[], descending: boolean): OrderedValue[] {
  const distinct = new Map(run.map((pair) => [`${pair.slot}:${pair.value}`, pair]));
  const sorted = [...distinct.values()].sort((a, b) =>
    a.value === b.value ? a.slot - b.slot : a.value < b.value ? -1 : 1,
  );
  return descending ? sorted.reverse() : sorted;
}
