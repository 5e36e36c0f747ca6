/** One call to Qdrant as a value that layers can wrap: a deadline, retries, a circuit breaker and a bound on calls in flight
 *  are all `Caller`s around a `Caller` (retry.ts, limits.ts). rest.ts speaks HTTP and knows none of them. */
import { performance } from "node:perf_hooks";

import { failureOf, QdrantFailure } from "./errors";

/** What the layers need to know of a call. */
export interface CallAbout {
  /** Qdrant's name of the call (`upsertPoints`): a label of logs and metrics. */
  name: string;
  /** A failed write may have been applied all the same; a failed read has changed nothing. */
  effect: "read" | "write";
}

/** Sends the request once. */
export type Send<T> = (signal: AbortSignal) => Promise<T>;

export interface Caller {
  /** @throws QdrantFailure, nothing else. */
  call<T>(about: CallAbout, signal: AbortSignal, send: Send<T>): Promise<T>;
}

/** One request as it was seen from here. */
export interface CallObservation {
  name: string;
  /** `ok`, or the failure's kind. */
  outcome: "ok" | QdrantFailure["kind"];
  seconds: number;
}

/** Sends once, with a deadline of its own, so that a Qdrant that never answers is noticed. */
export class DirectCaller implements Caller {
  constructor(
    private readonly attemptTimeoutMs: number,
    private readonly observe: (observation: CallObservation) => void,
  ) {}

  async call<T>(about: CallAbout, signal: AbortSignal, send: Send<T>): Promise<T> {
    const startedAtMs = performance.now();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(
      () => attempt.abort(new QdrantFailure("timeout", "No answer in time.")),
      this.attemptTimeoutMs,
    );
    try {
      const result = await send(attempt.signal);
      this.observe({ name: about.name, outcome: "ok", seconds: (performance.now() - startedAtMs) / 1000 });
      return result;
    } catch (error) {
      const failure = failureOf(error, signal);
      this.observe({ name: about.name, outcome: failure.kind, seconds: (performance.now() - startedAtMs) / 1000 });
      throw failure;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }
}
