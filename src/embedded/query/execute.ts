/** Runs a plan (query/plan.ts) over a collection's points. */
import { matcher } from "../filter/evaluate";
import { candidateSlots, matchingSlotsSliced } from "../filter/select";
import { type Filter } from "../model/filter";
import { type Output } from "../model/output";
import { type PointId, comparePointIds } from "../model/point-id";
import { type Fusion, type Mmr, type VectorQuery } from "../model/query";
import { type PointTable, type Slot } from "../model/table";
import { type StoredVector } from "../model/vector";
import { passesThreshold, shownScore } from "./distance";
import { type DenseSearcher } from "./dense-search";
import { distributionBasedFusion, reciprocalRankFusion } from "./fusion";
import { rescoreByFormula } from "./formula-rescore";
import { maximalMarginalRelevance } from "./mmr";
import { nearestSlots } from "./nearest";
import { orderedRows } from "./order-by";
import { type Stage } from "./plan";
import { randomSample } from "./sample";
import { bestOf } from "./scan";
import { customScore } from "./custom-score";
import { type Similarity, distanceOf, similarityTo, slotsWith } from "./similarity";
import { Slices } from "./slices";

/** A point found. `version` is 0 where it was listed, not scored. */
export interface ScoredPoint {
  id: PointId;
  slot: Slot;
  version: number;
  score: number;
  orderValue?: Output;
}

export interface QueryDependencies {
  dense: DenseSearcher;
  random(): number;
}

/** Which points a stage may give. */
interface Selection {
  filter: Filter | undefined;
  excluded: ReadonlySet<Slot>;
  /** The results of its sources; undefined: it has none, so the whole collection. */
  candidates: Uint32Array | undefined;
}

export class QueryRun {
  constructor(
    private readonly table: PointTable,
    private readonly dependencies: QueryDependencies,
  ) {}

  /** @returns the root's results from `offset` on, best first */
  async root(stage: Stage, offset = 0): Promise<ScoredPoint[]> {
    // A sample of the collection skips none, one of what sources gave does; MMR picks before the offset is cut.
    if (stage.step.kind === "sample" && stage.sources.length === 0) return this.stage(stage, { isRoot: true });
    const picks = stage.step.kind === "vector" && mmrOf(stage.step.query) !== undefined;
    const found = await this.stage(picks ? stage : { ...stage, limit: stage.limit + offset }, { isRoot: true });
    return found.slice(offset);
  }

  private async stage(stage: Stage, { isRoot }: { isRoot: boolean }): Promise<ScoredPoint[]> {
    const lists: ScoredPoint[][] = [];
    for (const source of stage.sources) lists.push(await this.stage(source, { isRoot: false }));
    const { step, limit, threshold } = stage;
    switch (step.kind) {
      case "fusion":
        return above(fuse(lists, step.fusion), threshold).slice(0, limit);
      case "formula":
        return above(await rescoreByFormula(this.table, lists, step.formula), threshold).slice(0, limit);
      case "vector": {
        const { name, query } = step;
        if (query.kind === "nearest" && query.mmr !== undefined && stage.sources.length > 0 && !isRoot) {
          return this.pickedAmong(lists, name, query.target, query.mmr, limit);
        }
        return this.byVector(stage, name, query, this.selection(stage, lists), isRoot);
      }
      case "list":
        return this.listed(await this.idOrdered(this.selection(stage, lists), limit));
      case "sample": {
        const slots = await this.selected(this.selection(stage, lists));
        return this.listed(randomSample(slots, limit, () => this.dependencies.random()));
      }
      case "order_by": {
        const filter = this.selectionFilter(this.selection(stage, lists));
        const rows = orderedRows(this.table, step.orderBy, { limit, filter });
        // A scroll shows a point once for each value, a query once: by the first of those within the limit.
        const first = new Map(rows.toReversed().map(({ slot, value }) => [slot, value]));
        return [...new Set(rows.map(({ slot }) => slot))].flatMap((slot) =>
          this.listed([slot]).map((point) => ({ ...point, orderValue: first.get(slot) })),
        );
      }
    }
  }

  private selection(stage: Stage, lists: readonly ScoredPoint[][]): Selection {
    const slots =
      stage.sources.length === 0 ? undefined : new Set(lists.flatMap((list) => list.map(({ slot }) => slot)));
    const excluded = [...stage.excluded].map((id) => this.table.slotOf(id)).filter((slot) => slot !== undefined);
    return {
      // What the sources gave has passed the filter already.
      filter: slots === undefined ? stage.filter : undefined,
      excluded: new Set(excluded),
      candidates: slots && Uint32Array.from(slots).sort(),
    };
  }

  private async byVector(
    { limit, threshold, params }: Stage,
    name: string,
    query: VectorQuery<StoredVector>,
    selection: Selection,
    isRoot: boolean,
  ): Promise<ScoredPoint[]> {
    const among = await this.slotsAmong(selection);
    const distance = distanceOf(this.table, name);
    const mmr = mmrOf(query);
    // Within a leaf, MMR only sets how many nearest points there are.
    const picksHere = mmr !== undefined && isRoot;
    const shown = query.kind === "nearest" ? (raw: number) => shownScore(distance, raw) : (raw: number) => raw;
    const k = mmr === undefined ? limit : (mmr.candidatesLimit ?? limit);
    const { exact, hnswEf: ef, indexedOnly } = params;
    const search = { k, among, excluded: selection.excluded, exact, ef, indexedOnly };
    const found =
      query.kind === "nearest"
        ? await nearestSlots(this.table, this.dependencies.dense, name, query.target, search)
        : await bestOf(
            await this.scanned(name, among, selection.excluded),
            await customScore(this.table, name, query),
            k,
          );
    const failing = found.findIndex(
      ({ score }) => threshold !== undefined && !passesThreshold(distance, shown(score), threshold),
    );
    const kept = failing < 0 ? found : found.slice(0, failing);
    const chosen =
      picksHere && query.kind === "nearest" ? await this.diversified(name, query.target, kept, mmr, limit) : kept;
    return chosen.flatMap(({ slot, score }) => this.scored(slot, shown(score)));
  }

  private async scanned(
    name: string,
    among: Uint32Array | undefined,
    excluded: ReadonlySet<Slot>,
  ): Promise<Iterable<Slot>> {
    return without(among ?? (await slotsWith(this.table, name)), excluded);
  }

  /** Within a prefetch, MMR picks among all that its own sources gave, in their order and with their scores. */
  private async pickedAmong(
    lists: readonly ScoredPoint[][],
    name: string,
    target: StoredVector,
    mmr: Mmr,
    limit: number,
  ): Promise<ScoredPoint[]> {
    const first = new Map<PointId, ScoredPoint>();
    for (const point of lists.flat()) {
      if (!first.has(point.id) && this.table.hasVector(point.slot, name)) first.set(point.id, point);
    }
    return this.diversified(name, target, [...first.values()], mmr, limit);
  }

  /** Relevance is compared with similarity, so neither is weighted by `idf`, by which the candidates were found. */
  private async diversified<T extends { slot: Slot }>(
    name: string,
    target: StoredVector,
    found: readonly T[],
    { diversity }: Mmr,
    limit: number,
  ): Promise<T[]> {
    const unweighted = (vector: StoredVector): Promise<Similarity> =>
      similarityTo(this.table, name, vector, { unweighted: true });
    const relevance = await unweighted(target);
    const similarities = new Map<Slot, Similarity>();
    for (const { slot } of found) {
      const vector = this.table.vectorAt(slot, name);
      if (vector !== undefined) similarities.set(slot, await unweighted(vector));
    }
    const candidates = found.map((hit) => ({ ...hit, relevance: relevance(hit.slot) ?? 0 }));
    const similarity = (a: { slot: Slot }, b: { slot: Slot }): number => similarities.get(a.slot)?.(b.slot) ?? 0;
    return maximalMarginalRelevance(candidates, similarity, diversity, limit);
  }

  /** The slots that a vector query may give, not yet without the excluded ones; undefined: all. */
  private async slotsAmong({ filter, candidates }: Selection): Promise<Uint32Array | undefined> {
    if (candidates !== undefined || filter === undefined) return candidates;
    // What an index lists are live points; the sliced search reads each one's record to know that.
    const listed = candidateSlots(filter, this.table);
    return listed?.exact ? listed.slots : matchingSlotsSliced(filter, this.table);
  }

  private async selected(selection: Selection): Promise<Slot[]> {
    const among = await this.slotsAmong(selection);
    const slots = among ?? this.table.slotsById();
    return [...slots].filter((slot) => !selection.excluded.has(slot));
  }

  private selectionFilter({ filter, excluded, candidates }: Selection): Filter | undefined {
    const ids = (slots: Iterable<Slot>): Set<PointId> =>
      new Set([...slots].map((slot) => this.table.idAt(slot)).filter((id) => id !== undefined));
    if (candidates === undefined && excluded.size === 0) return filter;
    return {
      must: [
        ...(filter ? [{ kind: "filter" as const, filter }] : []),
        ...(candidates ? [{ kind: "has_id" as const, ids: ids(candidates) }] : []),
      ],
      mustNot: [{ kind: "has_id", ids: ids(excluded) }],
    };
  }

  /** The first `limit` of the selection by id: sorted where an index or a source gives them, else by walking. */
  private async idOrdered(selection: Selection, limit: number): Promise<Slot[]> {
    const { filter, candidates } = selection;
    if (candidates !== undefined || (filter && candidateSlots(filter, this.table) !== undefined)) {
      return (await this.selected(selection))
        .map((slot) => ({ slot, id: this.table.idAt(slot) ?? 0 }))
        .sort((a, b) => comparePointIds(a.id, b.id))
        .slice(0, limit)
        .map(({ slot }) => slot);
    }
    return this.walked(selection, limit);
  }

  /** Walks points by id until there are enough. They may change between slices, so the walk then starts anew behind the last
   *  id that it saw. */
  private async walked({ filter, excluded }: Selection, limit: number): Promise<Slot[]> {
    const found: Slot[] = [];
    const slices = new Slices();
    const matches = filter && matcher(filter, this.table);
    let last: PointId | undefined;
    for (let pausing = true; pausing && found.length < limit;) {
      pausing = false;
      const from = last;
      for (const slot of this.table.slotsById(from)) {
        const id = this.table.idAt(slot);
        if (id === undefined || id === from) continue;
        last = id;
        if (!excluded.has(slot) && (matches?.(slot) ?? true)) found.push(slot);
        if (found.length >= limit) break;
        if (slices.isUsedUp) {
          pausing = true;
          break;
        }
      }
      if (pausing) await slices.next();
    }
    return found;
  }

  private scored(slot: Slot, score: number): ScoredPoint[] {
    const id = this.table.idAt(slot);
    return id === undefined ? [] : [{ id, slot, version: this.table.versionAt(slot), score }];
  }
  private listed(slots: readonly Slot[]): ScoredPoint[] {
    return slots.flatMap((slot) => this.scored(slot, 1).map((point) => ({ ...point, version: 0 })));
  }
}

function* without(slots: Iterable<Slot>, excluded: ReadonlySet<Slot>): Iterable<Slot> {
  for (const slot of slots) if (!excluded.has(slot)) yield slot;
}

const mmrOf = (query: VectorQuery<StoredVector>): Mmr | undefined => (query.kind === "nearest" ? query.mmr : undefined);

const fuse = (lists: readonly ScoredPoint[][], fusion: Fusion): ScoredPoint[] =>
  fusion.kind === "dbsf" ? distributionBasedFusion(lists) : reciprocalRankFusion(lists, fusion.k, fusion.weights);

/** A threshold on fused or computed scores is inclusive. */
const above = (points: ScoredPoint[], threshold: number | undefined): ScoredPoint[] =>
  threshold === undefined ? points : points.filter(({ score }) => score >= threshold);
