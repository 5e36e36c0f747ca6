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
export function similarityTo(
  table: PointTable,
  name: string,
  query: StoredVector,
  { unweighted = false }: { unweighted?: boolean } = {},
): Similarity {
  switch (query.kind) {
    case "dense": {
      const column = table.denseColumn(name);
      const { size } = column.params;
      const kernel = kernelFor(column.params);
      return (slot) => {
        const row = column.row(slot);
        return row && kernel(query.data, 0, row, 0, size);
      };
    }
    case "multi": {
      const column = table.multiColumn(name);
      const kernel = kernelFor(column.params);
      return (slot) => {
        const rows = column.row(slot);
        return rows && maxSim(query.multi, rows, kernel);
      };
    }
    case "sparse": {
      const column = table.sparseColumn(name);
      const weighted = unweighted ? query.sparse : weightedQuery(query.sparse, column);
      return (slot) => {
        const row = column.row(slot);
        return row && sparseDot(weighted, row);
      };
    }
  }
}

/** Every live slot that has the named vector, or may have it (a similarity tells), in ascending order. */
export function* slotsWith(table: PointTable, name: string): Iterable<Slot> {
  if (table.vectorNames.dense.get(name)?.multi === true) {
    yield* table.multiColumn(name).slots();
    return;
  }
  for (let slot = 0; slot < table.slotCount; slot++) if (table.hasVector(slot, name)) yield slot;
}

/** Sparse vectors are compared by the dot product alone. */
export const distanceOf = (table: PointTable, name: string): Distance =>
  table.vectorNames.dense.get(name)?.distance ?? "Dot";

/** A vector that a point has under a name, as it can be compared with others. */
export function storedVector(table: PointTable, slot: Slot, name: string): StoredVector | undefined {
  const params = table.vectorNames.dense.get(name);
  if (params === undefined) {
    const sparse = table.vectorNames.sparse.has(name) ? table.sparseColumn(name).row(slot) : undefined;
    return sparse && { kind: "sparse", sparse };
  }
  if (params.multi) {
    const multi = table.multiColumn(name).row(slot);
    return multi && { kind: "multi", multi };
  }
  const data = table.denseColumn(name).row(slot);
  return data && { kind: "dense", data };
}
