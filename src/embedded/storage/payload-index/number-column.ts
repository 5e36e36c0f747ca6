/** The numbers that each slot holds, and their order. A slot with one number that a double holds exactly costs eight bytes;
 *  several numbers, and integers beyond 2^53, are kept aside. The order is built on first use; changed slots are noted and
 *  merged in by the next read, so that a write costs nothing more. */
import { withinBounds } from "../../filter/clauses";
import { type OrderedValue, type Slot } from "../../model/table";
import { withSlotFloat64, withoutRepeats } from "./slot-arrays";

type Num = number | bigint;
export interface NumBounds {
  gt?: Num;
  gte?: Num;
  lt?: Num;
  lte?: Num;
}

/** All pairs by value (bigints as the nearest double), then slot. */
interface Order {
  values: Float64Array;
  slots: Uint32Array;
}

export class NumberColumn {
  /** NaN: no number, or those in `aside`. */
  private single = new Float64Array(0);
  private readonly aside = new Map<Slot, readonly Num[]>();
  private order: Order | undefined;
  private readonly changed = new Set<Slot>();
  private slotsWithNumbers = 0;

  get slotCount(): number {
    return this.slotsWithNumbers;
  }

  put(slot: Slot, numbers: readonly Num[]): void {
    this.remove(slot);
    const first = numbers[0];
    if (first === undefined) return;
    this.slotsWithNumbers++;
    this.note(slot);
    if (numbers.length === 1 && typeof first === "number") {
      this.single = withSlotFloat64(this.single, slot, Number.NaN);
      this.single[slot] = first;
    } else this.aside.set(slot, [...new Set(numbers)]);
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
    const { from, to } = this.window(this.ordered(), bounds);
    return Math.max(0, to - from);
  }

  /** The slots with a number within the bounds, ascending. */
  slotsWithin(bounds: NumBounds): Uint32Array {
    const order = this.ordered();
    const { from, to } = this.window(order, bounds);
    const found = order.slots.slice(from, Math.max(from, to)).sort();
    return withoutRepeats(found).filter((slot) => this.some(slot, bounds));
  }

  /** Every pair within the bounds by value, then slot; both turned round where `descending`. `among`: of these slots alone. */
  *walk(bounds: NumBounds, descending: boolean, among?: Iterable<Slot>): Generator<OrderedValue> {
    const order = among ? this.sorted(among) : this.ordered();
    const { from, to } = this.window(order, bounds);
    const step = descending ? -1 : 1;
    for (let at = descending ? to - 1 : from; descending ? at >= from : at < to;) {
      // Bigints that come to the same double stand in any order, so each run of equals is put in order by itself.
      const double = order.values[at];
      const run: OrderedValue[] = [];
      for (; at >= from && at < to && order.values[at] === double; at += step) {
        const slot = order.slots[at] ?? 0;
        for (const value of this.numbersAt(slot))
          if (Number(value) === double && withinBounds(bounds, value)) run.push({ slot, value });
      }
      if (run.some(({ value }) => typeof value === "bigint")) yield* inExactOrder(run, step);
      else yield* run;
    }
  }

  private note(slot: Slot): void {
    if (this.order === undefined) return;
    this.changed.add(slot);
    if (this.changed.size > 64 + this.order.slots.length / 4) {
      this.order = undefined;
      this.changed.clear();
    }
  }

  private ordered(): Order {
    if (this.order === undefined) this.order = this.sorted(this.allSlots());
    else if (this.changed.size > 0) this.order = this.merged(this.order, this.sorted(this.changed));
    this.changed.clear();
    return this.order;
  }

  private *allSlots(): Generator<Slot> {
    for (let slot = 0; slot < this.single.length; slot++) if (!Number.isNaN(this.single[slot])) yield slot;
    yield* this.aside.keys();
  }

  private sorted(slots: Iterable<Slot>): Order {
    const pairs: { value: number; slot: Slot }[] = [];
    for (const slot of slots)
      // Two bigints may come to one double: one pair stands for both.
      for (const value of new Set(this.numbersAt(slot).map(Number))) pairs.push({ value, slot });
    pairs.sort((a, b) => a.value - b.value || a.slot - b.slot);
    return {
      values: Float64Array.from(pairs, ({ value }) => value),
      slots: Uint32Array.from(pairs, ({ slot }) => slot),
    };
  }

  /** The old order without the changed slots, with their new pairs. */
  private merged(old: Order, fresh: Order): Order {
    const size = old.slots.length + fresh.slots.length;
    const values = new Float64Array(size);
    const slots = new Uint32Array(size);
    let length = 0;
    let next = 0;
    const take = (from: Order, at: number): void => {
      values[length] = from.values[at] ?? 0;
      slots[length++] = from.slots[at] ?? 0;
    };
    for (let at = 0; at < old.slots.length; at++) {
      const slot = old.slots[at] ?? 0;
      if (this.changed.has(slot)) continue;
      const value = old.values[at] ?? 0;
      while (next < fresh.slots.length && comesBefore(fresh, next, value, slot)) take(fresh, next++);
      take(old, at);
    }
    while (next < fresh.slots.length) take(fresh, next++);
    return { values: values.subarray(0, length), slots: slots.subarray(0, length) };
  }

  /** The places whose doubles lie within the bounds; those at a bound are in, as a bigint there may lie on either side. */
  private window({ values }: Order, { gt, gte, lt, lte }: NumBounds): { from: number; to: number } {
    const low = Math.max(...[gt, gte].map((bound) => (bound === undefined ? -Infinity : Number(bound))));
    const high = Math.min(...[lt, lte].map((bound) => (bound === undefined ? Infinity : Number(bound))));
    return { from: firstAt(values, (value) => value >= low), to: firstAt(values, (value) => value > high) };
  }
}

function* inExactOrder(run: OrderedValue[], step: number): Generator<OrderedValue> {
  const distinct = new Map(run.map((pair) => [`${pair.slot}:${pair.value}`, pair]));
  yield* [...distinct.values()].sort((a, b) =>
    a.value === b.value ? (a.slot - b.slot) * step : a.value < b.value ? -step : step,
  );
}

function comesBefore(order: Order, at: number, value: number, slot: Slot): boolean {
  const own = order.values[at] ?? 0;
  return own < value || (own === value && (order.slots[at] ?? 0) < slot);
}

/** The first place of an ascending array for which the test holds (it then holds for all after it), else its length. */
function firstAt(values: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(values[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
