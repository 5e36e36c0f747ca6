/** Collects points into groups by the values of a payload field, as Qdrant does: keys are strings and whole numbers, a list puts
 *  a point into several groups, and one value of another type in it leaves the point out. */
import { valuesAt } from "../filter/path";
import { type Condition, type Filter, type PayloadPath } from "../model/filter";
import { type JsonObject, type JsonValue, isInteger } from "../model/json";
import { type PointId } from "../model/point-id";
import { type ScoredPoint } from "./execute";

export type GroupKey = string | number | bigint;

export interface Group {
  key: GroupKey;
  hits: ScoredPoint[];
}

/** Whether larger or smaller scores come first; undefined: the order in which points were found. */
export type ScoreOrder = "larger" | "smaller" | undefined;

/** The groups of one point, each once; none where a value is of a type that makes no group, nor by one element of a list (`a[0]`):
 *  Qdrant reads the field through a payload selector, which knows no such path. */
export function groupKeysOf(payload: JsonObject, path: PayloadPath): GroupKey[] {
  if (path.steps.some((step) => step.kind === "index")) return [];
  const values = valuesAt(payload, path).flatMap((value): JsonValue[] => (Array.isArray(value) ? value : [value]));
  const keys = values.filter((value) => typeof value === "string" || isInteger(value));
  return keys.length === values.length ? [...new Set(keys)] : [];
}

export class GroupCollector {
  private readonly groups = new Map<GroupKey, Group>();
  private readonly seen = new Set<PointId>();

  constructor(
    private readonly limits: { groups: number; groupSize: number },
    private readonly order: ScoreOrder,
  ) {}

  get ids(): ReadonlySet<PointId> {
    return this.seen;
  }

  add(point: ScoredPoint, keys: readonly GroupKey[]): void {
    for (const key of keys) {
      const group = this.groups.get(key) ?? { key, hits: [] };
      this.groups.set(key, group);
      if (!group.hits.some(({ id }) => id === point.id)) group.hits.push(point);
      this.seen.add(point.id);
    }
  }

  /** The best groups, best first, each with its best hits. */
  best(): Group[] {
    return [...this.groups.values()]
      .map(({ key, hits }) => ({ key, hits: [...hits].sort((a, b) => this.compared(a, b)) }))
      .sort((a, b) => this.compared(a.hits[0], b.hits[0]))
      .slice(0, this.limits.groups)
      .map(({ key, hits }) => ({ key, hits: hits.slice(0, this.limits.groupSize) }));
  }

  get isComplete(): boolean {
    return this.best().filter((group) => this.isFull(group)).length >= this.limits.groups;
  }
  get fullKeys(): GroupKey[] {
    return [...this.groups.values()].filter((group) => this.isFull(group)).map(({ key }) => key);
  }
  get unfilledBestKeys(): GroupKey[] {
    return this.best()
      .filter((group) => !this.isFull(group))
      .map(({ key }) => key);
  }

  private isFull({ hits }: Group): boolean {
    return hits.length >= this.limits.groupSize;
  }
  private compared(a: ScoredPoint | undefined, b: ScoredPoint | undefined): number {
    const difference = (b?.score ?? 0) - (a?.score ?? 0);
    if (this.order === undefined) return 0;
    return this.order === "larger" ? difference : -difference;
  }
}

/** Points whose value is none of these keys. */
export const keyedOtherwise = (path: PayloadPath, keys: readonly GroupKey[]): Filter => ({
  must: byType(keys).map((values) => ({ kind: "field", path, clauses: { match: { kind: "except", values } } })),
});

/** Points with one of these keys. */
export function keyedAs(path: PayloadPath, keys: readonly GroupKey[]): Filter {
  const should = byType(keys).map((values): Condition => ({
    kind: "field",
    path,
    clauses: { match: { kind: "any", values } },
  }));
  // A condition of its own: as a bare `should` it would be joined with the request's.
  return { must: [{ kind: "filter", filter: { should } }] };
}

const byType = (keys: readonly GroupKey[]): GroupKey[][] =>
  [keys.filter((key) => typeof key === "string"), keys.filter((key) => typeof key !== "string")].filter(
    (values) => values.length > 0,
  );
