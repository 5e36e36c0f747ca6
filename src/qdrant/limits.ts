/** What keeps a slow or absent Qdrant from taking Inlet with it: a bound on calls in flight with a bounded queue behind it,
 *  and a breaker that answers at once while nothing can be reached. */
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
} from "cockatiel";

import { type CallAbout, type Caller, type Send } from "./calls";
import { QdrantFailure } from "./errors";

export interface FlightLimits {
  /** Calls that Qdrant sees at once. */
  inFlight: number;
  /** Calls that wait for a place; one more is refused. */
  waiting: number;
}

/** At most `inFlight` calls at once, `waiting` behind them; a wait ends with its request. */
export class BoundedCaller implements Caller {
  private readonly policy;

  constructor(
    private readonly inner: Caller,
    limits: FlightLimits,
  ) {
    this.policy = bulkhead(limits.inFlight, limits.waiting);
  }

  async call<T>(about: CallAbout, signal: AbortSignal, send: Send<T>): Promise<T> {
    let started = false;
    const run = this.policy.execute(() => {
      started = true;
      return this.inner.call(about, signal, send);
    }, signal);
    try {
      // Once sent, the call itself hears the signal and knows whether its outcome is known.
      return await endingWith(run, signal, () => !started);
    } catch (error) {
      if (
        error instanceof BulkheadRejectedError ||
        error instanceof TaskCancelledError ||
        !(error instanceof QdrantFailure)
      ) {
        throw new QdrantFailure("overloaded", "Too many calls wait for Qdrant.", { cause: error });
      }
      throw error;
    }
  }
}

/** `run`, or a refusal as soon as the signal aborts while `waiting()`. */
function endingWith<T>(run: Promise<T>, signal: AbortSignal, waiting: () => boolean): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      if (waiting()) reject(new QdrantFailure("overloaded", "The request ended before its turn."));
    };
    signal.addEventListener("abort", abort, { once: true });
    run.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** After `failures` calls in a row that found nothing at the other end, answers at once for `pauseMs`, then tries one. */
export class BreakingCaller implements Caller {
  private readonly policy;

  constructor(
    private readonly inner: Caller,
    private readonly limits: { failures: number; pauseMs: number },
  ) {
    this.policy = circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: limits.pauseMs,
      breaker: new ConsecutiveBreaker(limits.failures),
    });
  }

  async call<T>(about: CallAbout, signal: AbortSignal, send: Send<T>): Promise<T> {
    try {
      return await this.policy.execute(() => this.inner.call(about, signal, send), signal);
    } catch (error) {
      if (error instanceof QdrantFailure) throw error;
      if (error instanceof BrokenCircuitError) {
        throw new QdrantFailure("unreachable", "no answer lately", {
          retryAfterSeconds: this.limits.pauseMs / 1000,
          cause: error,
        });
      }
      throw new QdrantFailure("aborted", "The request was given up.", { cause: error });
    }
  }
}

/** A 500 speaks of a shard and a 429 of a collection; only silence speaks of the whole. */
function isOutage(error: Error): boolean {
  return (
    error instanceof QdrantFailure &&
    (error.kind === "unreachable" || error.kind === "broken" || error.kind === "timeout")
  );
}
