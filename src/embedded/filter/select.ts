/** Finds the slots that match a filter: by index where that narrows them down, else by looking at all points. */
import { setImmediate } from "node:timers/promises";
import { type Filter } from "../model/filter";
import { type PointTable, type Slot } from "../model/table";
import { union } from "../storage/payload-index/slot-arrays";
import { compileFilter } from "./evaluate";
import { type Primary, primaryOf } from "./primary";

export interface Candidates {
  /** Ascending; a list of its own, which later changes of the points leave alone. */
  slots: Uint32Array;
  /** True where all of them match; else `matcher` has to tell. No other slot matches. */
  exact: boolean;
}

/** The slots that may match, without reading a payload; undefined where no index helps. */
export function candidateSlots(filter: Filter, table: PointTable): Candidates | undefined {
  const primary = primaryOf(filter, table);
  const slots = primary && listed(primary);
  const { test, readsPayloads } = compileFilter(filter, table);
  if (readsPayloads) return slots && { slots: slots.slice(), exact: false };
  return { slots: slots ? slots.filter(test) : liveSlots(table, test), exact: true };
}

/** Exactly the slots that match, ascending. Reads payloads in one go: for few points, or where nothing else may run between. */
export function matchingSlots(filter: Filter, table: PointTable): Uint32Array {
  const candidates = candidateSlots(filter, table);
  const { test } = compileFilter(filter, table);
  if (candidates === undefined) return liveSlots(table, test);
  return candidates.exact ? candidates.slots : candidates.slots.filter(test);
}

/** How long a slice of a scan may keep other requests waiting. */
const SLICE_MS = 5;
const SLOTS_BETWEEN_LOOKS = 64;

/** As `matchingSlots`, but lets other work run between slices. Points that change meanwhile are seen before or after their
 *  change. @throws the signal's reason once it is aborted */
export async function matchingSlotsSliced(
  filter: Filter,
  table: PointTable,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  signal?.throwIfAborted();
  const candidates = candidateSlots(filter, table);
  if (candidates?.exact) return candidates.slots;
  const { test } = compileFilter(filter, table);
  const total = candidates?.slots.length ?? table.slotCount;
  const found: Slot[] = [];
  let sliceEnds = performance.now() + SLICE_MS;
  for (let at = 0; at < total; at++) {
    if (at % SLOTS_BETWEEN_LOOKS === 0 && performance.now() > sliceEnds) {
      await setImmediate();
      signal?.throwIfAborted();
      sliceEnds = performance.now() + SLICE_MS;
    }
    const slot = candidates ? (candidates.slots[at] ?? 0) : at;
    if (table.idAt(slot) !== undefined && test(slot)) found.push(slot);
  }
  return Uint32Array.from(found);
}

function liveSlots(table: PointTable, test: (slot: Slot) => boolean): Uint32Array {
  const found = new Uint32Array(table.slotCount);
  let length = 0;
  for (let slot = 0; slot < table.slotCount; slot++)
    if (table.idAt(slot) !== undefined && test(slot)) found[length++] = slot;
  return found.slice(0, length);
}

/** The slots that a filter's primary conditions list; undefined where one of them can't. */
function listed({ clauses }: Primary): Uint32Array | undefined {
  const lists: Uint32Array[] = [];
  for (const clause of clauses) {
    const slots = clause.slots?.();
    if (slots === undefined) return undefined;
    lists.push(slots);
  }
  return union(lists);
}
