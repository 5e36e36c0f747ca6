/** The points nearest to one vector, of whichever kind the named vector is. */
import { type PointTable, type Slot } from "../model/table";
import { type StoredVector } from "../model/vector";
import { type DenseSearch, type DenseSearcher } from "./dense-search";
import { bestOf } from "./scan";
import { similarityTo, slotsWith } from "./similarity";
import { nearestBySparse, weightedQuery } from "./sparse";
import { type SlotScore } from "./top-k";

/** @returns raw similarities, best first */
export async function nearestSlots(
  table: PointTable,
  dense: DenseSearcher,
  name: string,
  target: StoredVector,
  search: DenseSearch,
): Promise<SlotScore[]> {
  const { k, among, excluded } = search;
  switch (target.kind) {
    case "dense":
      return dense.search(await table.denseColumn(name), target.data, search);
    case "sparse": {
      const column = await table.sparseColumn(name);
      const allowed = allowing(table.slotCount, search);
      return nearestBySparse(weightedQuery(target.sparse, column), column, table.slotCount, { k, allowed });
    }
    case "multi": {
      const slots = [...(among ?? (await slotsWith(table, name)))].filter((slot) => !excluded.has(slot));
      return bestOf(slots, await similarityTo(table, name, target), k);
    }
  }
}

/** undefined where the search is not restricted at all. */
function allowing(slotCount: number, { among, excluded }: DenseSearch): ((slot: Slot) => boolean) | undefined {
  if (among === undefined) return excluded.size === 0 ? undefined : (slot) => !excluded.has(slot);
  const marks = new Uint8Array(slotCount);
  for (const slot of among) marks[slot] = 1;
  return (slot) => marks[slot] === 1 && !excluded.has(slot);
}
