/** What was read from the control plane, kept for less than 5 s, so that a change on one replica shows on all within 5 s.
 *  One load per key at a time; failures and absences are not kept. */
import { performance } from "node:perf_hooks";

/** Counted from the start of the load; the rest to 5 s is for the request that uses the value. */
const KEPT_MS = 4_000;
const MAX_ENTRIES = 10_000;
/** A load belongs to all who wait for it, so no single request's end may end it. */
const LOAD_TIMEOUT_MS = 30_000;

interface Entry<V> {
  value: Promise<V | undefined>;
  startedAtMs: number;
}

export class ControlCache<V> {
  private readonly entries = new Map<string, Entry<V>>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** The value under the key, loaded where it is not there or too old. The wait ends with `signal`, the load does not. */
  async get(
    key: string,
    signal: AbortSignal,
    load: (signal: AbortSignal) => Promise<V | undefined>,
  ): Promise<V | undefined> {
    const known = this.entries.get(key);
    if (known !== undefined && this.nowMs() - known.startedAtMs < KEPT_MS)
      return await untilAborted(known.value, signal);
    const entry: Entry<V> = { value: load(AbortSignal.timeout(LOAD_TIMEOUT_MS)), startedAtMs: this.nowMs() };
    this.keep(key, entry);
    const forget = (): void => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    };
    entry.value.then((value) => {
      if (value === undefined) forget();
    }, forget);
    return await untilAborted(entry.value, signal);
  }

  /** Forgets the key; a load under way is not kept either. */
  drop(key: string): void {
    this.entries.delete(key);
  }

  /** Forgets every entry. */
  clear(): void {
    this.entries.clear();
  }

  private keep(key: string, entry: Entry<V>): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
  }
}

/** The promise's value, or the signal's reason as soon as it aborts. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
