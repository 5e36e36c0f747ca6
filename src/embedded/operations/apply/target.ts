import { noPointFound } from "../../errors";
import { matchingSlots } from "../../filter/select";
import { type PointId } from "../../model/point-id";
import { type PointTable, type Slot } from "../../model/table";
import { type Target } from "../../model/write";

/** The points that a write is about, each once, and the first listed id that is not there. */
export interface FoundTarget {
  slots: Iterable<Slot>;
  missing?: PointId;
}

export function findTarget(table: PointTable, target: Target): FoundTarget {
  if (target.kind === "filter") return { slots: matchingSlots(target.filter, table) };
  const slots = new Set<Slot>();
  let missing: PointId | undefined;
  for (const id of target.ids) {
    const slot = table.slotOf(id);
    if (slot !== undefined) slots.add(slot);
    else missing ??= id;
  }
  return { slots, missing };
}

/** Changes the points that are there, then says which one is not: so does Qdrant, and its records show it.
 *  @throws QdrantError 404 */
export function forEachTarget(table: PointTable, target: Target, change: (slot: Slot) => void): void {
  const { slots, missing } = findTarget(table, target);
  for (const slot of slots) change(slot);
  if (missing !== undefined) throw noPointFound(missing);
}
