/** Distance matrices: the nearest neighbours of each of a random sample of points within that sample. */
import { matchingSlotsSliced } from "../filter/select";
import { readBody } from "../http/requests/body";
import { type MatrixRequest, matrixRequest } from "../http/requests/matrix";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type Collection } from "../model/collection";
import { Float32, type Output } from "../model/output";
import { type PointId, comparePointIds } from "../model/point-id";
import { type PointTable, type Slot } from "../model/table";
import { DEFAULT_VECTOR } from "../model/vector";
import { shownScore } from "../query/distance";
import { type QueryDependencies } from "../query/execute";
import { nearestSlots } from "../query/nearest";
import { randomSample } from "../query/sample";
import { distanceOf } from "../query/similarity";
import { requireVector } from "./groups";
import { checkReadLimits, countRead } from "./strict-mode";

const MATRIX = "/collections/:collection/points/search/matrix";

interface Matrix {
  /** The sample, by id; empty where it holds less than two points. */
  ids: PointId[];
  /** Row by row, nearest first; row and column are places in `ids`. */
  entries: { row: number; column: number; score: number }[];
}

export const matrixRoutes = (dependencies: QueryDependencies): Route[] => {
  const route = (name: string, show: (matrix: Matrix) => Output): Route => ({
    method: "POST",
    path: `${MATRIX}/${name}`,
    access: "read",
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const matrix = readBody(request, matrixRequest, "search_request");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout, limit: matrix.demand, filter: matrix.filter });
      countRead(collection);
      return show(await matrixOf(collection, matrix, dependencies));
    },
  });
  return [route("pairs", shownPairs), route("offsets", shownOffsets)];
};

const shownPairs = ({ ids, entries }: Matrix): Output => ({
  pairs: entries.map(({ row, column, score }) => ({ a: ids[row], b: ids[column], score: new Float32(score) })),
});

const shownOffsets = ({ ids, entries }: Matrix): Output => ({
  offsets_row: entries.map(({ row }) => row),
  offsets_col: entries.map(({ column }) => column),
  scores: Float32Array.from(entries, ({ score }) => score),
  ids,
});

async function matrixOf(
  { table }: Collection,
  { filter, sample, limit, using: name = DEFAULT_VECTOR }: MatrixRequest,
  dependencies: QueryDependencies,
): Promise<Matrix> {
  requireVector(table, name);
  const matching = filter ? await matchingSlotsSliced(filter, table) : table.slotsById();
  const eligible = [...matching].filter((slot) => table.hasVector(slot, name));
  const drawn = randomSample(eligible, sample, () => dependencies.random())
    .map((slot) => ({ slot, id: table.idAt(slot) ?? 0 }))
    .sort((a, b) => comparePointIds(a.id, b.id));
  if (drawn.length < 2) return { ids: [], entries: [] };
  const places = new Map(drawn.map(({ slot }, place) => [slot, place]));
  const among = Uint32Array.from(places.keys()).sort();
  const entries: Matrix["entries"] = [];
  for (const { slot } of drawn) {
    for (const { slot: other, score } of await neighbours(table, dependencies, name, slot, among, limit)) {
      entries.push({ row: places.get(slot) ?? 0, column: places.get(other) ?? 0, score });
    }
  }
  return { ids: drawn.map(({ id }) => id), entries };
}

async function neighbours(
  table: PointTable,
  { dense }: QueryDependencies,
  name: string,
  slot: Slot,
  among: Uint32Array,
  k: number,
): Promise<{ slot: Slot; score: number }[]> {
  const target = table.vectorAt(slot, name);
  if (target === undefined) return [];
  const found = await nearestSlots(table, dense, name, target, { k, among, excluded: new Set([slot]), exact: true });
  const distance = distanceOf(table, name);
  return found.map((hit) => ({ slot: hit.slot, score: shownScore(distance, hit.score) }));
}
