/** Which slots have values under the path, and which have a null among them: `is_empty` and `is_null` of an indexed field. */
import { presenceOf } from "../../filter/clauses";
import { type FieldClauses } from "../../model/filter";
import { type JsonValue } from "../../model/json";
import { type IndexedCondition, type Slot } from "../../model/table";
import { type IndexPart } from "./part";
import { withSlotUint8 } from "./slot-arrays";

const HAS_VALUES = 1;
const HAS_NULL = 2;

export class PresencePart implements IndexPart {
  private flags = new Uint8Array(0);
  private readonly counts = new Map([
    [HAS_VALUES, 0],
    [HAS_NULL, 0],
  ]);

  get slotCount(): number {
    return this.counts.get(HAS_VALUES) ?? 0;
  }

  put(slot: Slot, values: readonly JsonValue[]): void {
    const { hasValues, hasNull } = presenceOf(values);
    this.set(slot, (hasValues ? HAS_VALUES : 0) | (hasNull ? HAS_NULL : 0));
  }

  remove(slot: Slot): void {
    this.set(slot, 0);
  }

  serve({ isEmpty, isNull }: FieldClauses): IndexedCondition | undefined {
    if (isEmpty !== undefined) return this.flagged(HAS_VALUES, !isEmpty);
    if (isNull !== undefined) return this.flagged(HAS_NULL, isNull);
    return undefined;
  }

  private set(slot: Slot, flags: number): void {
    const before = this.flags[slot] ?? 0;
    if (before === flags) return;
    this.flags = withSlotUint8(this.flags, slot);
    this.flags[slot] = flags;
    for (const [flag, count] of this.counts)
      this.counts.set(flag, count + Math.sign(flags & flag) - Math.sign(before & flag));
  }

  /** Slots without a flag can't be listed here, as points without the field may be unknown to the index. */
  private flagged(flag: number, expected: boolean): IndexedCondition {
    const test = (slot: Slot): boolean => (((this.flags[slot] ?? 0) & flag) !== 0) === expected;
    const count = (): number => this.counts.get(flag) ?? 0;
    if (!expected) return { test, estimate: (pointCount) => Math.max(0, pointCount - count()) };
    return {
      test,
      estimate: count,
      slots: () => {
        const found = new Uint32Array(count());
        let length = 0;
        for (let slot = 0; slot < this.flags.length; slot++) if (test(slot)) found[length++] = slot;
        return found;
      },
    };
  }
}
