/** The slots that hold one term. Adding appends, removing only counts: both take constant time however long the list is. A
 *  read then tidies what has changed since (drops, sorts), which costs no more than the read itself. */
import { type Slot } from "../../model/table";
import { withoutRepeats } from "./slot-arrays";

export class PostingList {
  private entries = new Uint32Array(4);
  private length = 0;
  private removed = 0;
  private ascending = true;

  /** How many slots hold the term. */
  get count(): number {
    return this.length - this.removed;
  }

  add(slot: Slot): void {
    if (this.length === this.entries.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.entries);
      this.entries = larger;
    }
    if (this.length > 0 && (this.entries[this.length - 1] ?? 0) >= slot) this.ascending = false;
    this.entries[this.length++] = slot;
  }

  /** One of the slots no longer holds the term; `read` is told which by its caller. */
  remove(): void {
    this.removed++;
  }

  /** The slots, ascending. `holds` tells whether a slot that once held the term still does. A view, valid until the next
   *  change. */
  read(holds: (slot: Slot) => boolean): Uint32Array {
    if (!this.ascending || this.removed > 0) {
      const used = this.entries.subarray(0, this.length);
      const tidy = withoutRepeats(this.ascending ? used : used.sort()).filter((slot) => holds(slot));
      this.length = tidy.length;
      this.removed = 0;
      this.ascending = true;
      this.entries = tidy.length < 4 ? new Uint32Array(4) : tidy;
      if (tidy.length < 4) this.entries.set(tidy);
    }
    return this.entries.subarray(0, this.length);
  }
}
