/** Finds the slots that match a filter: by index where that narrows them down, else by looking at all points. */
import { setImmediate } from "node:timers/promises";
import { type Condition, type Filter } from "../model/filter";
import { type PointTable, type Slot, type SlotListing } from "../model/table";
import { union } from "../storage/payload-index/slot-arrays";
import { compileFilter, drivingConditions, indexedCondition } from "./evaluate";

export interface Candidates {
  /** Ascending; a list of its own, which later changes of the points leave alone. */
  slots: Uint32Array;
  /** True where all of them match; else `matcher` has to tell. No other slot matches. */
  exact: boolean;
}

/** The slots that may match, without reading a payload; undefined where no index helps. */
export function candidateSlots(filter: Filter, table: PointTable): Candidates | undefined {
  const listing = listingOf(filter, table, drivingConditions(filter));
  const { test, readsPayloads } = compileFilter(filter, table);
  if (readsPayloads) return listing && { slots: listing.slots().slice(), exact: false };
  if (listing) return { slots: listing.slots().filter(test), exact: true };
  return { slots: liveSlots(table, test), exact: true };
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

/** Slots that hold all that match the filter, from its most selective part. */
function listingOf(filter: Filter, table: PointTable, drivers: ReadonlySet<Condition>): SlotListing | undefined {
  const { must = [], should = [], minShould } = filter;
  const listed = must.map((condition) => conditionListing(condition, table, drivers));
  listed.push(anyOf(should, table, drivers));
  if (minShould && minShould.minCount > 0) listed.push(anyOf(minShould.conditions, table, drivers));
  let best: { listing: SlotListing; estimate: number } | undefined;
  for (const listing of listed) {
    if (listing === undefined) continue;
    const { estimate } = listing;
    if (best === undefined || estimate < best.estimate) best = { listing, estimate };
  }
  return best?.listing;
}

/** Slots that match any of the conditions; undefined where one of them can't be listed, or there are none. */
function anyOf(
  conditions: readonly Condition[],
  table: PointTable,
  drivers: ReadonlySet<Condition>,
): SlotListing | undefined {
  const listings: SlotListing[] = [];
  for (const condition of conditions) {
    const listing = conditionListing(condition, table, drivers);
    if (listing === undefined) return undefined;
    listings.push(listing);
  }
  if (listings.length < 2) return listings[0];
  return {
    get estimate() {
      return listings.reduce((total, listing) => total + listing.estimate, 0);
    },
    slots: () => union(listings.map((listing) => listing.slots())),
  };
}

function conditionListing(
  condition: Condition,
  table: PointTable,
  drivers: ReadonlySet<Condition>,
): SlotListing | undefined {
  if (condition.kind === "filter") return listingOf(condition.filter, table, drivers);
  if (condition.kind !== "has_id") return indexedCondition(condition, table, drivers.has(condition))?.listing;
  const { ids } = condition;
  return {
    estimate: ids.size,
    slots: () => {
      const found: Slot[] = [];
      for (const id of ids) {
        const slot = table.slotOf(id);
        if (slot !== undefined) found.push(slot);
      }
      return Uint32Array.from(found).sort();
    },
  };
}
