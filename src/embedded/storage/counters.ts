import { type Store } from "./store";

/** The numbers that every operation on a collection moves; written once per batch, with the records that they count. */
export class Counters {
  private slots = 0;
  private points = 0;
  private operation = 0;

  constructor(
    private readonly store: Store,
    private readonly key: Buffer,
  ) {
    this.load();
  }

  get slotCount(): number {
    return this.slots;
  }
  get pointCount(): number {
    return this.points;
  }
  /** The number of the last operation. */
  get lastOperation(): number {
    return this.operation;
  }

  /** Back to what is on disk. */
  load(): void {
    const bytes = this.store.get("meta", this.key);
    this.slots = bytes?.readDoubleLE(0) ?? 0;
    this.points = bytes?.readDoubleLE(8) ?? 0;
    this.operation = bytes?.readDoubleLE(16) ?? 0;
  }

  nextSlot(): number {
    this.save();
    return this.slots++;
  }

  addPoints(change: 1 | -1): void {
    this.points += change;
    this.save();
  }

  nextOperation(): number {
    this.save();
    return ++this.operation;
  }

  private save(): void {
    this.store.putLate(this.key, () => encodeCounters(this.slots, this.points, this.operation));
  }
}

export function encodeCounters(slots: number, points: number, operation: number): Buffer {
  const bytes = Buffer.allocUnsafe(24);
  bytes.writeDoubleLE(slots, 0);
  bytes.writeDoubleLE(points, 8);
  bytes.writeDoubleLE(operation, 16);
  return bytes;
}
