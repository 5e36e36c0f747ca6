/** Long work in slices, so that other requests are served in between. */
import { setImmediate } from "node:timers/promises";

/** How long one slice may hold the thread. A point read takes a fraction of a millisecond; waiting for one slice in front of it
 *  keeps it within a few times that. */
const SLICE_MILLISECONDS = 2;

/** Asked at short intervals within a loop; lets other work run once the slice is used up. */
export class Slices {
  private startedAt = performance.now();
  private yielded = false;

  /** Whether anything may have changed in the meantime. */
  get hasYielded(): boolean {
    return this.yielded;
  }
  get isUsedUp(): boolean {
    return performance.now() - this.startedAt > SLICE_MILLISECONDS;
  }
  async next(): Promise<void> {
    await setImmediate();
    this.yielded = true;
    this.startedAt = performance.now();
  }
}
