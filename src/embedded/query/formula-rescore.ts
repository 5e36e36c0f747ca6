/** New scores by a formula for all points that the sources of a stage gave. */
import { matcher } from "../filter/evaluate";
import { type Condition } from "../model/filter";
import { type PointId } from "../model/point-id";
import { type PointTable, type Slot } from "../model/table";
import { type CheckedFormula } from "./formula-check";
import { evaluate } from "./formula";
import { Slices } from "./slices";

interface Found {
  id: PointId;
  slot: Slot;
  score: number;
}
export interface Rescored extends Found {
  version: number;
}

/** @param lists the results of each prefetch, with their shown scores @returns largest first, ties by slot
 *  @throws QdrantError 400 where the formula has no finite value at one of the points */
export async function rescoreByFormula(
  table: PointTable,
  lists: readonly (readonly Found[])[],
  { term, scoreDefaults, payloadDefaults }: CheckedFormula,
): Promise<Rescored[]> {
  const scores = lists.map((list) => new Map(list.map(({ id, score }) => [id, score])));
  const union = new Map(lists.flatMap((list) => list.map(({ id, slot }) => [id, slot] as const)));
  const matches = matchers(table);
  const slices = new Slices();
  const rescored: Rescored[] = [];
  for (const [id, slot] of union) {
    if (slices.isUsedUp) await slices.next();
    if (table.idAt(slot) !== id) continue;
    const score = evaluate(term, {
      payload: table.payloadAt(slot),
      defaults: payloadDefaults,
      indexOn: (path) => table.indexes.get(path.text)?.type,
      score: (prefetch) => scores[prefetch]?.get(id) ?? scoreDefaults.get(prefetch) ?? 0,
      matches: (condition) => matches(condition)(slot),
    });
    rescored.push({ id, slot, version: table.versionAt(slot), score });
  }
  return rescored.sort((a, b) => b.score - a.score || a.slot - b.slot);
}

/** Each condition compiled once. */
function matchers(table: PointTable): (condition: Condition) => (slot: Slot) => boolean {
  const compiled = new Map<Condition, (slot: Slot) => boolean>();
  return (condition) => {
    const known = compiled.get(condition) ?? matcher({ must: [condition] }, table);
    compiled.set(condition, known);
    return known;
  };
}
