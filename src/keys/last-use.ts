/** When keys were last used, without a write per request: kept in memory, and written at most once a minute for each key and
 *  at the end. The latest time of all replicas stays. A write is one change of the record as it is then, so that a change at
 *  the same time is never undone, and a record that is gone stays gone. */
import pLimit from "p-limit";

import { untilAborted } from "../control/cache";
import { type ControlStore } from "../control/store";

export interface LastUseOptions {
  control: Pick<ControlStore, "update">;
  now: () => Date;
  /** Between the first use that is not written yet and its writing. */
  flushAfterMs: number;
  /** Told why some uses could not be written, once for all of them; they are tried again with the next ones. */
  onFailure(error: unknown): void;
}

export const FLUSH_AFTER_MS = 60_000;
const WRITES_AT_ONCE = 8;
const FLUSH_TIMEOUT_MS = 30_000;

export class LastUse {
  /** Milliseconds by the hash of the key's secret, of uses that are not written yet: no more than there are valid keys. */
  private readonly unwritten = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: LastUseOptions) {}

  /** Notes that the key is being used. */
  note(hash: string): void {
    this.unwritten.set(hash, this.options.now().getTime());
    this.schedule();
  }

  /** The later of what is stored and what is known here. */
  latest(hash: string, stored: string | undefined): string | undefined {
    const here = this.unwritten.get(hash);
    if (here === undefined || (stored !== undefined && Date.parse(stored) >= here)) return stored;
    return new Date(here).toISOString();
  }

  /** Writes what is not written yet. What fails is kept. */
  async flush(signal: AbortSignal): Promise<void> {
    const limit = pLimit(WRITES_AT_ONCE);
    const written = await Promise.allSettled(
      [...this.unwritten].map(([hash, atMs]) => limit(() => this.write(hash, atMs, signal))),
    );
    const failed = written.find((each) => each.status === "rejected");
    if (failed !== undefined) this.options.onFailure(failed.reason);
  }

  /** Writes the rest, for as long as `signal` lets it. Uses after that are not noted. */
  async close(signal: AbortSignal): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await untilAborted(this.flush(signal), signal).catch(this.options.onFailure);
  }

  private schedule(): void {
    if (this.timer !== undefined || this.closed) return;
    this.timer = setTimeout(() => {
      void this.flush(AbortSignal.timeout(FLUSH_TIMEOUT_MS)).then(() => {
        this.timer = undefined;
        if (this.unwritten.size > 0) this.schedule();
      });
    }, this.options.flushAfterMs).unref();
  }

  private async write(hash: string, atMs: number, signal: AbortSignal): Promise<void> {
    const at = new Date(atMs).toISOString();
    await this.options.control.update(
      "key",
      [hash],
      (record) => ((record.last_used_at ?? "") >= at ? undefined : { ...record, last_used_at: at }),
      { signal },
    );
    // One that was used meanwhile is written next time.
    if (this.unwritten.get(hash) === atMs) this.unwritten.delete(hash);
  }
}
