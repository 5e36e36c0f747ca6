/** Finds the slots that match a filter: by index where that narrows them down, else by looking at all points. */
import { setImmediate } from "node:timers/promises";
import { type Filter } from "../model/filter";
import { type PointTable, type Slot } from "../model/table";
import { union } from "../storage/payload-index/slot-arrays";
import { type CompiledFilter, compileFilter } from "./evaluate";
import { primaryOf } from "./primary";

export interface Candidates {
  /** Ascending; a list of its own, which later changes of the points leave alone. */
  slots: Uint32Array;
  /** True where all of them match; else `matcher` has to tell. No other slot matches. */
  exact: boolean;
}

/** The slots that may match, without reading a payload; undefined where no index lists them, or too many to be of help. */
export function candidateSlots(filter: Filter, table: PointTable): Candidates | undefined {
  const compiled = compileFilter(filter, table);
  const slots = listedSlots(filter, table, compiled);
  if (slots === undefined) return undefined;
  return compiled.readsPayloads
    ? { slots: slots.slice(), exact: false }
    : { slots: slots.filter(compiled.test), exact: true };
}

/** Exactly the slots that match, ascending. Reads payloads in one go: for few points, or where nothing else may run between. */
export function matchingSlots(filter: Filter, table: PointTable): Uint32Array {
  const compiled = compileFilter(filter, table);
  const slots = listedSlots(filter, table, compiled);
  if (slots !== undefined) return slots.filter(compiled.test);
  const found: Slot[] = [];
  for (let slot = 0; slot < table.slotCount; slot++) if (isMatch(table, slot, compiled)) found.push(slot);
  return Uint32Array.from(found);
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
  const compiled = compileFilter(filter, table);
  const listed = listedSlots(filter, table, compiled)?.slice();
  const total = listed?.length ?? table.slotCount;
  const found: Slot[] = [];
  let sliceEnds = performance.now() + SLICE_MS;
  for (let at = 0; at < total; at++) {
    if (at % SLOTS_BETWEEN_LOOKS === 0 && performance.now() > sliceEnds) {
      await setImmediate();
      signal?.throwIfAborted();
      sliceEnds = performance.now() + SLICE_MS;
    }
    const slot = listed ? (listed[at] ?? 0) : at;
    if (isMatch(table, slot, compiled)) found.push(slot);
  }
  return Uint32Array.from(found);
}

/** Indexes answer faster than a point is found to be there; payloads are read of points alone that are. */
function isMatch(table: PointTable, slot: Slot, { test, readsPayloads }: CompiledFilter): boolean {
  return readsPayloads ? table.idAt(slot) !== undefined && test(slot) : test(slot) && table.idAt(slot) !== undefined;
}

/** Up to so many points there is nothing to be saved. */
const FEW = 1000;

/** The slots that the filter's primary conditions list; undefined where one of them can't, or where the filter reads no payloads
 *  and most points would be listed: testing each is then faster than sorting them. */
function listedSlots(filter: Filter, table: PointTable, { readsPayloads }: CompiledFilter): Uint32Array | undefined {
  const primary = primaryOf(filter, table);
  if (primary === undefined) return undefined;
  const { pointCount } = table;
  const expected = primary.clauses.reduce((total, clause) => total + clause.estimate(pointCount), 0);
  if (!readsPayloads && pointCount > FEW && expected * 2 > pointCount) return undefined;
  const lists: Uint32Array[] = [];
  for (const clause of primary.clauses) {
    const slots = clause.slots?.();
    if (slots === undefined) return undefined;
    lists.push(slots);
  }
  return union(lists);
}
