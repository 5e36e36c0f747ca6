/** Which conditions list the points that a filter looks at. As in Qdrant, each condition is worth an estimate of its matches; of
 *  conditions that must hold, the one with the smallest estimate that an index can list comes first; of those that should hold,
 *  all are needed. */
import { type Condition, type FieldClauses, type Filter, type PathStep, type PayloadPath } from "../model/filter";
import { type IndexedCondition, type PointTable, type Slot } from "../model/table";
import { arrayPath, pathOf } from "./path";

/** Conditions of which each point in question fulfils at least one. */
export interface Primary {
  test(slot: Slot): boolean;
  readonly clauses: readonly IndexedCondition[];
}

interface Estimate {
  /** About how many points match. */
  expected: number;
  /** Empty where no index can list them. */
  clauses: readonly IndexedCondition[];
}

/** What an index answers of a condition on the field at `path`, where there is one that serves it. */
export function indexedField(
  path: PayloadPath,
  clauses: FieldClauses,
  table: PointTable,
  drives: boolean,
): IndexedCondition | undefined {
  return table.indexes.has(path.text) ? table.payloadIndex(path.text)?.serve(clauses, drives) : undefined;
}

/** A condition on one field as clauses; to an index, `{is_empty: {key}}` is the same as `{key, is_empty: true}`. */
export function fieldOf(condition: Condition): { path: PayloadPath; clauses: FieldClauses } | undefined {
  switch (condition.kind) {
    case "field":
      return condition;
    case "is_empty":
      return { path: condition.path, clauses: { isEmpty: true } };
    case "is_null":
      return { path: condition.path, clauses: { isNull: true } };
    default:
      return undefined;
  }
}

/** The condition that is all of the filter, if it is one. */
export function soleCondition(filter: Filter): Condition | undefined {
  const { must = [], should = [], mustNot = [], minShould } = filter;
  const [only] = [...must, ...should];
  if (only === undefined || must.length + should.length !== 1 || mustNot.length > 0 || minShould) return undefined;
  return only.kind === "filter" ? soleCondition(only.filter) : only;
}

/** Undefined where no index narrows the filter down. */
export function primaryOf(filter: Filter, table: PointTable): Primary | undefined {
  const { clauses } = new Estimator(table, soleCondition(filter)).filter(filter, []);
  if (clauses.length === 0) return undefined;
  return { clauses, test: (slot) => clauses.some((clause) => clause.test(slot)) };
}

class Estimator {
  constructor(
    private readonly table: PointTable,
    private readonly sole: Condition | undefined,
  ) {}

  /** `above`: the steps that lead to the elements of `nested`. */
  filter({ must = [], should = [], mustNot = [], minShould }: Filter, above: readonly PathStep[]): Estimate {
    const all = (conditions: readonly Condition[]): Estimate[] =>
      conditions.map((condition) => this.condition(condition, above));
    const parts: Estimate[] = [];
    if (must.length > 0) parts.push(this.every(all(must)));
    if (should.length > 0) parts.push(this.some(all(should)));
    if (minShould) parts.push(this.atLeast(minShould.minCount, all(minShould.conditions)));
    if (mustNot.length > 0)
      parts.push(this.every(all(mustNot).map(({ expected }) => ({ expected: this.total - expected, clauses: [] }))));
    return this.every(parts);
  }

  private get total(): number {
    return this.table.pointCount;
  }

  private condition(condition: Condition, above: readonly PathStep[]): Estimate {
    if (condition.kind === "filter") return this.filter(condition.filter, above);
    if (condition.kind === "nested")
      return this.filter(condition.filter, [...above, ...arrayPath(condition.path).steps]);
    if (condition.kind === "has_id") return this.ids(condition.ids);
    const field = fieldOf(condition);
    if (field === undefined) return this.unknown();
    const path = above.length === 0 ? field.path : pathOf([...above, ...field.path.steps]);
    const indexed = indexedField(path, field.clauses, this.table, condition === this.sole);
    return indexed ? { expected: indexed.estimate(this.total), clauses: [indexed] } : this.unknown();
  }

  private unknown(): Estimate {
    return { expected: this.total / 2, clauses: [] };
  }

  private ids(ids: ReadonlySet<string | number | bigint>): Estimate {
    const slots: Slot[] = [];
    for (const id of ids) {
      const slot = this.table.slotOf(id);
      if (slot !== undefined) slots.push(slot);
    }
    const listed = Uint32Array.from(slots).sort();
    const held = new Set(slots);
    return {
      expected: listed.length,
      clauses: [{ test: (slot) => held.has(slot), estimate: () => listed.length, slots: () => listed }],
    };
  }

  /** As if the conditions knew nothing of each other. */
  private every(estimates: readonly Estimate[]): Estimate {
    const share = estimates.reduce((product, { expected }) => product * (expected / Math.max(1, this.total)), 1);
    let best: Estimate | undefined;
    for (const estimate of estimates)
      if (estimate.clauses.length > 0 && (best === undefined || estimate.expected < best.expected)) best = estimate;
    return { expected: Math.round(share * this.total), clauses: best?.clauses ?? [] };
  }

  private some(estimates: readonly Estimate[]): Estimate {
    const missed = estimates.reduce((product, { expected }) => product * (1 - expected / Math.max(1, this.total)), 1);
    const listable = estimates.every(({ clauses }) => clauses.length > 0);
    return {
      expected: Math.round((1 - missed) * this.total),
      clauses: listable ? estimates.flatMap(({ clauses }) => clauses) : [],
    };
  }

  /** Of any `count` conditions that hold at once, one is among all but the `count - 1` largest. */
  private atLeast(count: number, estimates: readonly Estimate[]): Estimate {
    if (count > estimates.length) return { expected: 0, clauses: [] };
    if (count === 0) return { expected: this.total, clauses: [] };
    const unlisted = estimates.filter(({ clauses }) => clauses.length === 0);
    const listed = estimates.filter(({ clauses }) => clauses.length > 0).sort((a, b) => a.expected - b.expected);
    const needed = this.some(listed.slice(0, estimates.length - count + 1));
    return unlisted.length >= count ? { expected: this.some(estimates).expected, clauses: [] } : needed;
  }
}
