import { noPointFound, noVectorName } from "../../errors";
import { matcher } from "../../filter/evaluate";
import { type Collection } from "../../model/collection";
import { type PointId } from "../../model/point-id";
import { type Slot } from "../../model/table";
import { type StoredVector } from "../../model/vector";
import { type PointWrite, type Target } from "../../model/write";
import { checkDimensions, preparedVectors } from "../prepare-vector";
import { forEachTarget } from "./target";

type UpdateVectors = Extract<PointWrite, { kind: "update_vectors" }>;

/** Sets the given vectors and leaves a point's others. A name, kind or size that does not fit writes nothing; an id that is
 *  not there lets the others be written.
 *  @throws QdrantError 400, 404 */
export function applyUpdateVectors(collection: Collection, update: UpdateVectors, version: number): void {
  const { table, config } = collection;
  const given = new Map<Slot, Map<string, StoredVector>>();
  let missing: PointId | undefined;
  for (const { id, vectors } of update.points) {
    checkDimensions(config, vectors, false);
    const prepared = preparedVectors(config, vectors);
    const slot = table.slotOf(id);
    if (slot === undefined) missing ??= id;
    else given.set(slot, new Map([...(given.get(slot) ?? []), ...prepared]));
  }
  const matches = update.filter && matcher(update.filter, table);
  const admitted = [...given].filter(([slot]) => matches?.(slot) ?? true);
  for (const [slot, vectors] of admitted) {
    table.replaceVectors(slot, new Map([...table.vectorsAt(slot), ...vectors]), version);
  }
  if (missing !== undefined) throw noPointFound(missing);
}

/** Deletes the named vectors of the points; one that a point does not have is no fault, one that the collection does not have
 *  is, where there is a point to look at.
 *  @throws QdrantError 400, 404 */
export function applyDeleteVectors(collection: Collection, names: string[], target: Target, version: number): void {
  const { table, config } = collection;
  const unknown = names.find((name) => !config.dense.has(name) && !config.sparse.has(name));
  forEachTarget(table, target, (slot) => {
    if (unknown !== undefined) throw noVectorName(unknown);
    if (!names.some((name) => table.hasVector(slot, name))) return table.touch(slot, version);
    const vectors = new Map(table.vectorsAt(slot));
    for (const name of names) vectors.delete(name);
    table.replaceVectors(slot, vectors, version);
  });
}
