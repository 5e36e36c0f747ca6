import { type JsonObject } from "../model/json";
import { type Slot } from "../model/table";

/** Parsed payloads, the least recently used out first, bounded by the length of their texts. */
export class PayloadCache {
  private readonly entries = new Map<Slot, { payload: JsonObject; weight: number }>();
  private weight = 0;

  constructor(private readonly maxWeight: number) {}

  get(slot: Slot): JsonObject | undefined {
    const entry = this.entries.get(slot);
    if (entry === undefined) return undefined;
    this.entries.delete(slot);
    this.entries.set(slot, entry);
    return entry.payload;
  }

  set(slot: Slot, payload: JsonObject, textLength: number): void {
    this.delete(slot);
    const weight = textLength + 64;
    this.entries.set(slot, { payload, weight });
    this.weight += weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.maxWeight) break;
      this.delete(oldest);
    }
  }

  delete(slot: Slot): void {
    const entry = this.entries.get(slot);
    if (entry === undefined) return;
    this.entries.delete(slot);
    this.weight -= entry.weight;
  }
}
