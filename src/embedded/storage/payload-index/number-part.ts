/** Ranges and order: float, datetime, and the range half of an integer index. */
import { type FieldClauses } from "../../model/filter";
import { type JsonValue, asDouble } from "../../model/json";
import { uuidPointId } from "../../model/point-id";
import { type IndexedCondition, type OrderedValues, type Slot } from "../../model/table";
import { microsOf, parseDatetime } from "../../filter/datetime";
import { type NumBounds, NumberColumn } from "./number-column";
import { type IndexPart, singleValues } from "./part";
import { MAX_I64, exact, wholeNumber } from "./term-part";

type NumberKind = OrderedValues["kind"];

const STORED: Record<NumberKind, (value: JsonValue) => number | bigint | undefined> = {
  integer: wholeNumber,
  float: asDouble,
  datetime: (value) => {
    const micros = typeof value === "string" ? parseDatetime(value) : undefined;
    return micros === undefined ? undefined : exact(micros);
  },
};

export class NumberPart implements IndexPart {
  private readonly column = new NumberColumn();

  constructor(private readonly kind: NumberKind) {}

  get slotCount(): number {
    return this.column.slotCount;
  }

  put(slot: Slot, values: readonly JsonValue[]): void {
    const numbers: (number | bigint)[] = [];
    for (const value of singleValues(values)) {
      const number = STORED[this.kind](value);
      if (number !== undefined) numbers.push(number);
    }
    this.column.put(slot, numbers);
  }

  remove(slot: Slot): void {
    this.column.remove(slot);
  }

  serve(clauses: FieldClauses, drives: boolean): IndexedCondition | undefined {
    const bounds = drives ? this.drivingBounds(clauses) : this.boundsOf(clauses);
    if (bounds === undefined) return undefined;
    const { column } = this;
    return {
      test: (slot) => column.some(slot, bounds),
      estimate: () => column.estimate(bounds),
      slots: () => column.slotsWithin(bounds),
    };
  }

  get ordered(): OrderedValues {
    const { column, kind } = this;
    return {
      kind,
      walk: ({ descending, bounds, datetimeBounds, among }) =>
        column.walk(this.boundsOf({ range: bounds, datetimeRange: datetimeBounds }) ?? {}, descending, among),
      valuesOf: (slot) => column.numbersAt(slot),
    };
  }

  private boundsOf({ range, datetimeRange }: FieldClauses): NumBounds | undefined {
    if (range) return mapBounds(range, (bound) => this.numberBound(bound));
    return datetimeRange && mapBounds(datetimeRange, (ticks) => this.instantBound(microsOf(ticks)));
  }

  /** A scan takes one bound on each side, `gt` and `lt` first; a match with a UUID it takes for a number. */
  private drivingBounds(clauses: FieldClauses): NumBounds | undefined {
    const bounds = this.uuidBounds(clauses) ?? this.boundsOf(clauses);
    if (bounds === undefined) return undefined;
    const { gt, gte, lt, lte } = bounds;
    return { ...(gt === undefined ? { gte } : { gt }), ...(lt === undefined ? { lte } : { lt }) };
  }

  /** Bounds beyond i64 are cut to it before they are compared with integers. */
  private numberBound(bound: number): number | bigint {
    if (this.kind === "float" || Math.abs(bound) < 2 ** 63) return bound;
    return bound > 0 ? MAX_I64 : -MAX_I64 - 1n;
  }

  /** Qdrant takes the microseconds as a u128 before it makes them a double, so that dates before 1970 become huge there. */
  private instantBound(micros: bigint): number | bigint {
    return this.kind === "float" ? Number(BigInt.asUintN(128, micros)) : micros;
  }

  /** Qdrant's number indexes are asked for the UUID as a number: its low 64 bits, or the nearest double. */
  private uuidBounds({ match }: FieldClauses): NumBounds | undefined {
    if (match?.kind !== "value" || typeof match.value !== "string") return undefined;
    const uuid = uuidPointId(match.value);
    if (uuid === undefined) return undefined;
    const bits = BigInt(`0x${uuid.replaceAll("-", "")}`);
    const number = this.kind === "float" ? Number(bits) : BigInt.asIntN(64, bits);
    return { gte: number, lte: number };
  }
}

function mapBounds<T>(
  { gt, gte, lt, lte }: { gt?: T; gte?: T; lt?: T; lte?: T },
  change: (bound: T) => number | bigint,
): NumBounds {
  const changed = (bound: T | undefined): number | bigint | undefined =>
    bound === undefined ? undefined : change(bound);
  return { gt: changed(gt), gte: changed(gte), lt: changed(lt), lte: changed(lte) };
}
