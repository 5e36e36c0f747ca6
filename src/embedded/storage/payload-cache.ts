/** Parsed payloads that were read lately, bounded by the length of their texts.
 *
 *  Two generations instead of a list in order of use: what is read goes to the young one; when that holds half of the bound,
 *  it becomes the old one, and the old one goes. A Map that loses its first entry at each insertion would have to step over
 *  all that it lost before, which over a pass of a million points took minutes. */
import { type JsonObject } from "../model/json";
import { type Slot } from "../model/table";

interface Entry {
  payload: JsonObject;
  weight: number;
}

/** What an entry costs beside its text. */
const ENTRY_WEIGHT = 64;

export class PayloadCache {
  private young = new Map<Slot, Entry>();
  private old = new Map<Slot, Entry>();
  private youngWeight = 0;

  constructor(private readonly maxWeight: number) {}

  get(slot: Slot): JsonObject | undefined {
    const entry = this.young.get(slot);
    if (entry !== undefined) return entry.payload;
    const older = this.old.get(slot);
    if (older === undefined) return undefined;
    this.add(slot, older);
    return older.payload;
  }

  set(slot: Slot, payload: JsonObject, textLength: number): void {
    this.delete(slot);
    this.add(slot, { payload, weight: textLength + ENTRY_WEIGHT });
  }

  delete(slot: Slot): void {
    const entry = this.young.get(slot);
    if (entry !== undefined) {
      this.young.delete(slot);
      this.youngWeight -= entry.weight;
    }
    this.old.delete(slot);
  }

  private add(slot: Slot, entry: Entry): void {
    if (this.youngWeight + entry.weight > this.maxWeight / 2) {
      this.old = this.young;
      this.young = new Map();
      this.youngWeight = 0;
    }
    this.young.set(slot, entry);
    this.youngWeight += entry.weight;
  }
}
