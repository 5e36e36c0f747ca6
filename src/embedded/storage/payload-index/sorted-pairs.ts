/** Pairs of a value and a slot in the order of values, then slots: flat arrays, found in by halving. */
import { type Slot } from "../../model/table";

export interface SortedPairs {
  values: Float64Array;
  slots: Uint32Array;
}
export interface Window {
  from: number;
  to: number;
}

/** Sorts pairs that come in ascending order of slots. No value is NaN. Sorting the bare values natively and then looking up where
 *  each pair belongs is several times faster than sorting by a comparison of pairs. */
export function sortPairs(values: Float64Array, slots: Uint32Array): SortedPairs {
  const sorted = values.slice().sort();
  const placed = new Uint32Array(values.length);
  const takenFrom = new Uint32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const start = firstNotBelow(sorted, values[at] ?? 0);
    const taken = takenFrom[start] ?? 0;
    placed[start + taken] = slots[at] ?? 0;
    takenFrom[start] = taken + 1;
  }
  return { values: sorted, slots: placed };
}

/** The pairs of both, without those of `base` whose slot is dropped. */
export function mergePairs(base: SortedPairs, added: SortedPairs, dropped: ReadonlySet<Slot>): SortedPairs {
  const size = base.slots.length + added.slots.length;
  const values = new Float64Array(size);
  const slots = new Uint32Array(size);
  let length = 0;
  let next = 0;
  const take = (from: SortedPairs, at: number): void => {
    values[length] = from.values[at] ?? 0;
    slots[length++] = from.slots[at] ?? 0;
  };
  for (let at = 0; at < base.slots.length; at++) {
    if (dropped.has(base.slots[at] ?? 0)) continue;
    while (next < added.slots.length && comesBefore(added, next, base, at)) take(added, next++);
    take(base, at);
  }
  while (next < added.slots.length) take(added, next++);
  return { values: values.slice(0, length), slots: slots.slice(0, length) };
}

/** The pairs with values from `low` to `high` of `base` (but for dropped slots) and of `added`, in their common order. */
export function* walkPairs(
  { base, added, dropped }: { base: SortedPairs; added: SortedPairs; dropped: ReadonlySet<Slot> },
  { low, high }: { low: number; high: number },
  descending: boolean,
): Generator<{ value: number; slot: Slot }> {
  const step = descending ? -1 : 1;
  const [windowA, windowB] = [windowOf(base, low, high), windowOf(added, low, high)];
  let a = descending ? windowA.to - 1 : windowA.from;
  let b = descending ? windowB.to - 1 : windowB.from;
  for (;;) {
    const hasA = a >= windowA.from && a < windowA.to;
    const hasB = b >= windowB.from && b < windowB.to;
    if (!hasA && !hasB) return;
    if (hasA && (!hasB || comesBefore(base, a, added, b) !== descending)) {
      const slot = base.slots[a] ?? 0;
      if (!dropped.has(slot)) yield { value: base.values[a] ?? 0, slot };
      a += step;
    } else {
      yield { value: added.values[b] ?? 0, slot: added.slots[b] ?? 0 };
      b += step;
    }
  }
}

function comesBefore(a: SortedPairs, atA: number, b: SortedPairs, atB: number): boolean {
  const [left, right] = [a.values[atA] ?? 0, b.values[atB] ?? 0];
  return left < right || (left === right && (a.slots[atA] ?? 0) < (b.slots[atB] ?? 0));
}

/** Where the values from `low` to `high`, both in, stand. */
export function windowOf({ values }: SortedPairs, low: number, high: number): Window {
  const from = firstNotBelow(values, low);
  return { from, to: Math.max(from, firstAbove(values, high)) };
}

function firstNotBelow(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstAbove(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
