/** Typed arrays indexed by slot that grow by doubling, so that appending points stays cheap. */

const grownSize = (needed: number): number => Math.max(64, 2 ** Math.ceil(Math.log2(needed)));

/** The same array, or a larger copy that has `slot`; new places hold `fill`. */
export function withSlotInt32(array: Int32Array<ArrayBuffer>, slot: number, fill: number): Int32Array<ArrayBuffer> {
  if (slot < array.length) return array;
  const larger = new Int32Array(grownSize(slot + 1));
  larger.set(array);
  larger.fill(fill, array.length);
  return larger;
}

export function withSlotFloat64(
  array: Float64Array<ArrayBuffer>,
  slot: number,
  fill: number,
): Float64Array<ArrayBuffer> {
  if (slot < array.length) return array;
  const larger = new Float64Array(grownSize(slot + 1));
  larger.set(array);
  larger.fill(fill, array.length);
  return larger;
}

export function withSlotUint8(array: Uint8Array<ArrayBuffer>, slot: number): Uint8Array<ArrayBuffer> {
  if (slot < array.length) return array;
  const larger = new Uint8Array(grownSize(slot + 1));
  larger.set(array);
  return larger;
}

/** Sorted lists of distinct slots as one, without repeats. */
export function union(lists: readonly Uint32Array[]): Uint32Array {
  const [only] = lists;
  if (only === undefined) return new Uint32Array(0);
  if (lists.length === 1) return only;
  const all = new Uint32Array(lists.reduce((total, list) => total + list.length, 0));
  let length = 0;
  for (const list of lists) {
    all.set(list, length);
    length += list.length;
  }
  return withoutRepeats(all.sort());
}

/** A sorted array without repeats; works in place and returns a view. */
export function withoutRepeats(sorted: Uint32Array): Uint32Array {
  let kept = 0;
  for (let at = 0; at < sorted.length; at++) {
    const value = sorted[at] ?? 0;
    if (kept === 0 || sorted[kept - 1] !== value) sorted[kept++] = value;
  }
  return sorted.subarray(0, kept);
}
