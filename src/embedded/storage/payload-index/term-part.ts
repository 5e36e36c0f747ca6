/** Whole values: keyword, bool, uuid, and the lookup half of an integer index. `match` of a value, of any, of all except. */
import { integerKey, listsStrings } from "../../filter/clauses";
import { type FieldClauses, type MatchClause } from "../../model/filter";
import { IntegralFloat, type JsonValue } from "../../model/json";
import { uuidPointId } from "../../model/point-id";
import { type DistinctValue, type DistinctValues, type IndexedCondition, type Slot } from "../../model/table";
import { type IndexPart, singleValues } from "./part";
import { NamedOrdinals } from "./named-ordinals";
import { union } from "./slot-arrays";
import { TermIndex } from "./term-index";

/** What a kind of index takes for a term. */
export interface TermKind {
  /** The term that a payload value stands for. */
  stored(value: JsonValue): DistinctValue | undefined;
  /** The term that a match asks for; undefined where a match with it is not for this index. */
  wanted(value: DistinctValue): DistinctValue | undefined;
  /** Whether an `except` with an empty list, which counts as one of strings, is for this index. */
  ofStrings: boolean;
}

const keyword: TermKind = {
  stored: (value) => (typeof value === "string" ? value : undefined),
  wanted: (value) => (typeof value === "string" ? value : undefined),
  ofStrings: true,
};
const uuid: TermKind = {
  stored: (value) => (typeof value === "string" ? uuidPointId(value) : undefined),
  wanted: (value) => (typeof value === "string" ? uuidPointId(value) : undefined),
  ofStrings: true,
};
const bool: TermKind = {
  stored: (value) => (typeof value === "boolean" ? value : undefined),
  wanted: (value) => (typeof value === "boolean" ? value : undefined),
  ofStrings: false,
};
const integer: TermKind = {
  stored: wholeNumber,
  wanted: (value) => (typeof value === "number" || typeof value === "bigint" ? value : undefined),
  ofStrings: false,
};
export const TERM_KINDS = { keyword, uuid, bool, integer };

export const MAX_I64 = 9_223_372_036_854_775_807n;
/** An integer in its one form: a number where a double holds it. */
export const exact = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** The i64 that a number is worth to an integer index: whole floats count, at 2^63 cut to the largest i64, as in Rust. */
export function wholeNumber(value: JsonValue): number | bigint | undefined {
  const integer = integerKey(value);
  if (integer !== undefined) return integer;
  const double = value instanceof IntegralFloat ? value.value : typeof value === "bigint" ? Number(value) : undefined;
  if (double === undefined || Math.abs(double) > 2 ** 63) return undefined;
  return double === 2 ** 63 ? MAX_I64 : exact(BigInt(double));
}

export class TermPart implements IndexPart {
  private readonly index = new TermIndex<DistinctValue>();

  constructor(private readonly kind: TermKind) {}

  get slotCount(): number {
    return this.index.slotCount;
  }

  put(slot: Slot, values: readonly JsonValue[]): void {
    const terms: DistinctValue[] = [];
    for (const value of singleValues(values)) {
      const term = this.kind.stored(value);
      if (term !== undefined) terms.push(term);
    }
    this.index.put(slot, terms);
  }

  remove(slot: Slot): void {
    this.index.remove(slot);
  }

  serve({ match }: FieldClauses): IndexedCondition | undefined {
    if (match === undefined) return undefined;
    const terms = this.termsOf(match);
    if (terms === undefined) return undefined;
    return match.kind === "except" ? this.except(terms) : this.anyOf(terms);
  }

  readonly distinct: DistinctValues = {
    counts: (slots) => {
      const counts = new Map<DistinctValue, number>();
      if (slots === undefined) {
        for (const [term, ordinal] of this.index.entries()) counts.set(term, this.index.countOf(ordinal));
        return counts;
      }
      for (const slot of slots)
        for (const term of this.index.termsAt(slot)) counts.set(term, (counts.get(term) ?? 0) + 1);
      return counts;
    },
    valuesOf: (slot) => this.index.termsAt(slot),
  };

  /** The terms that a match names; undefined where this index has no say, as with strings against integers. */
  private termsOf(match: MatchClause): DistinctValue[] | undefined {
    if (match.kind !== "value" && match.kind !== "any" && match.kind !== "except") return undefined;
    // Lists of booleans can't be asked for.
    if (match.kind !== "value" && this.kind === bool) return undefined;
    const named: readonly DistinctValue[] = match.kind === "value" ? [match.value] : match.values;
    if (match.kind !== "value" && listsStrings(match.values) !== this.kind.ofStrings) return undefined;
    const terms = named.map((value) => this.kind.wanted(value)).filter((term) => term !== undefined);
    return terms.length === named.length ? terms : undefined;
  }

  private anyOf(terms: readonly DistinctValue[]): IndexedCondition {
    const { index } = this;
    const wanted = new NamedOrdinals(index, terms);
    return {
      test: (slot) => index.some(slot, wanted.has),
      estimate: () => wanted.all().reduce((total, ordinal) => total + index.countOf(ordinal), 0),
      slots: () => union(wanted.all().map((ordinal) => index.slotsOf(ordinal))),
    };
  }

  private except(terms: readonly DistinctValue[]): IndexedCondition {
    const { index } = this;
    const excluded = new NamedOrdinals(index, terms);
    const test = (slot: Slot): boolean => index.some(slot, (ordinal) => !excluded.has(ordinal));
    return { test, estimate: () => index.slotCount, slots: () => index.slotsWhere(test) };
  }
}
