/** On a cluster the loser of a race to create a collection hears "exists" before the collection is usable everywhere
 *  (108 ms later in the median, 355 ms at most). What then says "not there" is tried again for a while. */
import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { performance } from "node:perf_hooks";

import { InletError } from "../errors";

const SETTLE_MS = 2_000;

/** Does `act` until the collection that it needs is usable, for at most 2 s. */
export async function settled<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const endsAtMs = performance.now() + SETTLE_MS;
  const policy = retry(
    handleWhen((error) => isUnsettled(error) && !signal.aborted && performance.now() < endsAtMs),
    { maxAttempts: Infinity, backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 200 }) },
  );
  return await policy.execute(act, signal);
}

const isUnsettled = (error: Error): boolean =>
  error instanceof InletError && (error.code === "qdrant_collection_missing" || error.code === "exists");
