/** An index of one field is made of parts, each of which answers some kinds of clauses: an integer index has one for whole values
 *  and one for ranges, and every index has one for emptiness. */
import { type FieldClauses } from "../../model/filter";
import { type JsonValue } from "../../model/json";
import {
  type DistinctValues,
  type IndexedCondition,
  type OrderedValues,
  type PayloadIndex,
  type Slot,
} from "../../model/table";

export interface IndexPart {
  /** How many slots have a value that fits. */
  readonly slotCount: number;
  /** `values`: what stands under the path. The slot has been removed before. */
  put(slot: Slot, values: readonly JsonValue[]): void;
  remove(slot: Slot): void;
  serve(clauses: FieldClauses, drives: boolean): IndexedCondition | undefined;
  readonly textCheck?: PayloadIndex["textCheck"];
  readonly distinct?: DistinctValues;
  readonly ordered?: OrderedValues;
}

/** The single values of a field: arrays are opened one level. */
export function* singleValues(values: readonly JsonValue[]): Generator<JsonValue> {
  for (const value of values) {
    if (Array.isArray(value)) yield* value;
    else yield value;
  }
}

export const NOTHING: IndexedCondition = { test: () => false, estimate: () => 0, slots: () => new Uint32Array(0) };
