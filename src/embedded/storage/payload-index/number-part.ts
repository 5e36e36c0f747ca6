/** Ranges and order: float, datetime, and the range half of an integer index. */
import { type FieldClauses } from "../../model/filter";
import { type JsonValue, asDouble } from "../../model/json";
import { uuidPointId } from "../../model/point-id";
import { type IndexedCondition, type OrderedValues, type Slot } from "../../model/table";
import { parseDatetime } from "../../filter/datetime";
import { type NumBounds, NumberColumn } from "./number-column";
import { type IndexPart, singleValues } from "./part";
import { exact, wholeNumber } from "./term-part";

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
    const bounds = (drives ? this.uuidBounds(clauses) : undefined) ?? this.boundsOf(clauses);
    if (bounds === undefined) return undefined;
    const { column } = this;
    return {
      test: (slot) => column.some(slot, bounds),
      listing: {
        get estimate() {
          return column.estimate(bounds);
        },
        slots: () => column.slotsWithin(bounds),
      },
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
    if (range) return range;
    if (datetimeRange === undefined) return undefined;
    // Qdrant takes the microseconds as a u128 before it makes them a double, so that dates before 1970 become huge there.
    const bound = (micros: bigint | undefined): number | bigint | undefined =>
      micros === undefined || this.kind !== "float" ? micros : Number(BigInt.asUintN(128, micros));
    const { gt, gte, lt, lte } = datetimeRange;
    return { gt: bound(gt), gte: bound(gte), lt: bound(lt), lte: bound(lte) };
  }

  /** A scan that a match with a UUID drives asks Qdrant's number indexes for the UUID as a number: its low 64 bits, or the
   *  nearest double. Mostly nothing is found. */
  private uuidBounds({ match }: FieldClauses): NumBounds | undefined {
    if (match?.kind !== "value" || typeof match.value !== "string") return undefined;
    const uuid = uuidPointId(match.value);
    if (uuid === undefined) return undefined;
    const bits = BigInt(`0x${uuid.replaceAll("-", "")}`);
    const number = this.kind === "float" ? Number(bits) : BigInt.asIntN(64, bits);
    return { gte: number, lte: number };
  }
}
