/** How much room a collection's payloads take, as Qdrant counts it: in whole blocks, and what was replaced or deleted goes on
 *  counting until the next flush. What was there before is counted slot by slot when somebody first asks. */
import { type Slot } from "../model/table";

const BLOCK_BYTES = 128;

/** The blocks of a payload with this JSON text. */
const blocksOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BLOCK_BYTES);

export class PayloadUsage {
  /** The payloads of all slots below are in `live`. */
  reached: Slot = 0;
  private live = 0;
  private stale = 0;
  private flushedAtMs: number;

  /** @param now a monotonic clock */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.flushedAtMs = now();
  }

  get isCounted(): boolean {
    return this.reached === Infinity;
  }
  /** The next slot that holds a point. */
  count(slot: Slot, text: string): void {
    this.live += blocksOf(text);
    this.reached = slot + 1;
  }
  /** There is no further one. */
  finish(): void {
    this.reached = Infinity;
  }

  /** Texts of one point's payload, "" where there was none or there is none now. */
  replaced(slot: Slot, before: string, after: string): void {
    const freed = blocksOf(before);
    this.stale += freed;
    if (slot < this.reached) this.live += blocksOf(after) - freed;
  }

  /** Once all are counted. @param flushIntervalMs what was replaced before that counts no longer */
  bytes(flushIntervalMs: number): number {
    if (this.now() - this.flushedAtMs >= flushIntervalMs) {
      this.stale = 0;
      this.flushedAtMs = this.now();
    }
    return (this.live + this.stale) * BLOCK_BYTES;
  }
}
