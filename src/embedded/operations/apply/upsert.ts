import { matcher } from "../../filter/evaluate";
import { type Collection } from "../../model/collection";
import { type PointId } from "../../model/point-id";
import { type PointTable } from "../../model/table";
import { type GivenPoint, type PointWrite } from "../../model/write";
import { preparedVectors } from "../prepare-vector";

type Upsert = Extract<PointWrite, { kind: "upsert" }>;

/** The points that the upsert's mode and filter let through, judged by what is stored before it. Of one id the last counts;
 *  the filter is asked about points that exist alone, so new ones pass it (unless only updates are wanted). */
function admitted(table: PointTable, { points, mode, filter }: Upsert): GivenPoint[] {
  const last = new Map<PointId, GivenPoint>();
  for (const point of points) last.set(point.id, point);
  const matches = filter && mode !== "insert_only" ? matcher(filter, table) : undefined;
  return [...last.values()].filter(({ id }) => {
    const slot = table.slotOf(id);
    if (slot === undefined) return mode !== "update_only";
    return mode !== "insert_only" && (matches?.(slot) ?? true);
  });
}

/** Replaces or makes whole points. Qdrant writes a random part of an upsert in which one point has an unknown vector name or
 *  a wrong kind of vector; here all vectors are prepared before the first point is written, so such an upsert writes none.
 *  @throws QdrantError 400 */
export function applyUpsert(collection: Collection, upsert: Upsert, version: number): void {
  const { table, config } = collection;
  const ready = admitted(table, upsert).map(({ id, payload, vectors }) => ({
    id,
    payload,
    vectors: preparedVectors(config, vectors),
  }));
  for (const { id, payload, vectors } of ready) table.upsert(id, payload, vectors, version);
}
