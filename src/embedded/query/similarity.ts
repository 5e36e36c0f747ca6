/** The raw similarity of the points' vectors with one prepared vector, as a function of the slot. */
import { type Distance } from "../model/collection";
import { type PointTable, type Slot } from "../model/table";
import { type StoredVector } from "../model/vector";
import { kernelFor } from "./distance";
import { maxSim } from "./multivector";
import { sparseDot, weightedQuery } from "./sparse";

/** undefined where the point does not have the vector; for a sparse one also where no index is shared. */
export type Similarity = (slot: Slot) => number | undefined;

/** @param query prepared for the named vector `name`, which the table has
 *  @param options `unweighted`: without the `idf` modifier, as two stored vectors are compared with each other */
export async function similarityTo(
  table: PointTable,
  name: string,
  query: StoredVector,
  { unweighted = false }: { unweighted?: boolean } = {},
): Promise<Similarity> {
  switch (query.kind) {
    case "dense": {
      const column = await table.denseColumn(name);
      const { size } = column.params;
      const kernel = kernelFor(column.params);
      return (slot) => {
        const row = column.row(slot);
        return row && kernel(query.data, 0, row, 0, size);
      };
    }
    case "multi": {
      const column = await table.multiColumn(name);
      const kernel = kernelFor(column.params);
      return (slot) => {
        const rows = column.row(slot);
        return rows && maxSim(query.multi, rows, kernel);
      };
    }
    case "sparse": {
      const column = await table.sparseColumn(name);
      const weighted = unweighted ? query.sparse : weightedQuery(query.sparse, column);
      return (slot) => {
        const row = column.row(slot);
        return row && sparseDot(weighted, row);
      };
    }
  }
}

/** Every slot that has the named vector, in ascending order. It sees what changes while it is walked. */
export async function slotsWith(table: PointTable, name: string): Promise<Iterable<Slot>> {
  const params = table.vectorNames.dense.get(name);
  if (params?.multi === true) return (await table.multiColumn(name)).slots();
  if (params !== undefined) {
    const column = await table.denseColumn(name);
    return slotsThat(table, (slot) => column.has(slot));
  }
  return slotsThat(table, (slot) => table.hasVector(slot, name));
}

function* slotsThat(table: PointTable, hold: (slot: Slot) => boolean): Iterable<Slot> {
  for (let slot = 0; slot < table.slotCount; slot++) if (hold(slot)) yield slot;
}

/** Sparse vectors are compared by the dot product alone. */
export const distanceOf = (table: PointTable, name: string): Distance =>
  table.vectorNames.dense.get(name)?.distance ?? "Dot";
