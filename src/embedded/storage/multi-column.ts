import { type DenseParams } from "../model/collection";
import { type MultiColumn, type Slot } from "../model/table";
import { type MultiVector } from "../model/vector";
import { PresenceSet } from "./presence";

/** Which points have a multivector; the rows themselves stay on disk and are read as they are asked for. */
export class StoredMultiColumn implements MultiColumn {
  private readonly present = new PresenceSet();

  constructor(
    readonly params: DenseParams,
    private readonly read: (slot: Slot) => MultiVector | undefined,
  ) {}

  get count(): number {
    return this.present.count;
  }

  row(slot: Slot): MultiVector | undefined {
    return this.present.has(slot) ? this.read(slot) : undefined;
  }

  slots(): Iterable<Slot> {
    return this.present.slots();
  }

  add(slot: Slot): void {
    this.present.add(slot);
  }

  remove(slot: Slot): void {
    this.present.delete(slot);
  }
}
