/** The functions of an aggregation, each fed row by row. A missing or null value counts in none of them, nor does an empty
 *  list. What an accumulator keeps per value is reported in bytes, so that the whole is bounded (groups.ts). */
import { ExactSum } from "./exact-sum";
import { type AggregationFunction } from "./schemas";
import { compareTexts, compareValues, hasValue, keyOf } from "../filters/values";

/** Where a row stands: documents by the time they were made, then by id; the elements of one list as they come. */
export interface Position {
  createdAt: string;
  documentId: string;
  element: number;
}

export interface Accumulator {
  /** Returns how many bytes more are kept now, roughly. */
  add(value: unknown, position: Position): number;
  /** @throws SumTooLarge */
  result(): unknown;
}

/** A sum that has left the range of a double. */
export class SumTooLarge extends Error {}

const ENTRY_BYTES = 64;

class Count implements Accumulator {
  private count = 0;
  constructor(private readonly everyRow: boolean) {}
  add(value: unknown): number {
    if (this.everyRow || hasValue(value)) this.count += 1;
    return 0;
  }
  result(): number {
    return this.count;
  }
}

class Distinct implements Accumulator {
  private readonly seen = new Set<string>();
  add(value: unknown): number {
    if (!hasValue(value)) return 0;
    const key = keyOf(value);
    if (this.seen.has(key)) return 0;
    this.seen.add(key);
    return ENTRY_BYTES + 2 * key.length;
  }
  result(): number {
    return this.seen.size;
  }
}

/** Sum and mean of what are numbers; a sum of nothing is 0, a mean of nothing null. */
class Sum implements Accumulator {
  private readonly sum = new ExactSum();
  private count = 0;
  constructor(private readonly mean: boolean) {}
  add(value: unknown): number {
    if (typeof value !== "number") return 0;
    this.sum.add(value);
    this.count += 1;
    return 0;
  }
  result(): number | null {
    if (this.mean && this.count === 0) return null;
    const sum = this.sum.value();
    if (!Number.isFinite(sum)) throw new SumTooLarge();
    return this.mean ? sum / this.count : sum;
  }
}

class Extreme implements Accumulator {
  private best: unknown = null;
  constructor(private readonly sign: 1 | -1) {}
  add(value: unknown): number {
    if (!hasValue(value)) return 0;
    if (this.best !== null && compareValues(value, this.best) * this.sign >= 0) return 0;
    const grown = bytesOf(value) - (this.best === null ? 0 : bytesOf(this.best));
    this.best = value;
    return grown;
  }
  result(): unknown {
    return this.best;
  }
}

export function comparePositions(a: Position, b: Position): number {
  return (
    compareTexts(a.createdAt, b.createdAt) ||
    compareTexts(a.documentId, b.documentId) ||
    Math.sign(a.element - b.element)
  );
}

class Edge implements Accumulator {
  private best: { value: unknown; position: Position } | undefined;
  constructor(private readonly sign: 1 | -1) {}
  add(value: unknown, position: Position): number {
    if (!hasValue(value)) return 0;
    if (this.best !== undefined && comparePositions(position, this.best.position) * this.sign >= 0) return 0;
    const grown = bytesOf(value) - (this.best === undefined ? 0 : bytesOf(this.best.value));
    this.best = { value, position };
    return grown;
  }
  result(): unknown {
    return this.best?.value ?? null;
  }
}

class Push implements Accumulator {
  private readonly entries: { value: unknown; position: Position }[] = [];
  add(value: unknown, position: Position): number {
    if (!hasValue(value)) return 0;
    this.entries.push({ value, position });
    return 2 * ENTRY_BYTES + bytesOf(value);
  }
  result(): unknown[] {
    return this.entries.sort((a, b) => comparePositions(a.position, b.position)).map(({ value }) => value);
  }
}

class AddToSet implements Accumulator {
  private readonly values = new Map<string, unknown>();
  add(value: unknown): number {
    if (!hasValue(value)) return 0;
    const key = keyOf(value);
    if (this.values.has(key)) return 0;
    this.values.set(key, value);
    return ENTRY_BYTES + 2 * key.length + bytesOf(value);
  }
  result(): unknown[] {
    return [...this.values.values()].sort(compareValues);
  }
}

const bytesOf = (value: unknown): number => {
  if (typeof value === "string") return 2 * value.length;
  return typeof value === "object" && value !== null ? 4 * keyOf(value).length : 16;
};

/** `counted` tells whether the function names a field: `count` without one counts rows. */
export function accumulatorOf(name: AggregationFunction, counted: boolean): Accumulator {
  switch (name) {
    case "count":
      return new Count(!counted);
    case "count_distinct":
      return new Distinct();
    case "sum":
      return new Sum(false);
    case "avg":
      return new Sum(true);
    case "min":
      return new Extreme(1);
    case "max":
      return new Extreme(-1);
    case "first":
      return new Edge(1);
    case "last":
      return new Edge(-1);
    case "push":
      return new Push();
    case "add_to_set":
      return new AddToSet();
  }
}

/** Those whose result depends on where rows stand. */
export const NEEDS_POSITION: ReadonlySet<AggregationFunction> = new Set(["first", "last", "push"]);
