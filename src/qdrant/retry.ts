/** Sends a call again while that can help: only network faults, 408, 429 and 5xx, with growing pauses, within a budget.
 *  Every write of Inlet may be sent again: whole points under ids that follow from the request, deletes, and writes under a
 *  condition that their own success makes false. A 500 of a cluster does not mean "not written" (seen: half the replicas
 *  had it), so a write is sent again until it is acknowledged or the budget is over. */
import { ExponentialBackoff, handleWhen, retry, type IBackoffFactory, type IRetryBackoffContext } from "cockatiel";
import { performance } from "node:perf_hooks";

import { type CallAbout, type Caller, type Send } from "./calls";
import { isPassing, mayBeApplied, QdrantFailure } from "./errors";

export interface RetryLimits {
  /** How long one call may go on in all. */
  budgetMs: number;
  /** How long, where nothing has reached Qdrant at all: a restart is bridged, an outage is told soon. */
  unreachableBudgetMs: number;
  /** First and longest pause. */
  firstPauseMs: number;
  longestPauseMs: number;
}

export class RetryingCaller implements Caller {
  constructor(
    private readonly inner: Caller,
    private readonly limits: RetryLimits,
    /** Aborted when the gateway closes: no later try can succeed. */
    private readonly closed: AbortSignal,
  ) {}

  async call<T>(about: CallAbout, signal: AbortSignal, send: Send<T>): Promise<T> {
    const startedAtMs = performance.now();
    let outcomeUnknown = false;
    const worthwhile = (error: Error): boolean => {
      if (!(error instanceof QdrantFailure)) return false;
      if (about.effect === "write") outcomeUnknown ||= mayBeApplied(error);
      error.outcomeUnknown = outcomeUnknown;
      if (!isPassing(error) || signal.aborted || this.closed.aborted) return false;
      const spentMs = performance.now() - startedAtMs;
      const budgetMs =
        error.kind === "unreachable" && !outcomeUnknown ? this.limits.unreachableBudgetMs : this.limits.budgetMs;
      // A pause that Qdrant asks for and the budget can't hold is passed on to the client.
      return spentMs + (error.retryAfterSeconds ?? 0) * 1000 < budgetMs;
    };
    // Unreferenced: a pause must not hold up the end of a process that has closed everything else.
    const policy = retry(handleWhen(worthwhile), {
      maxAttempts: Infinity,
      backoff: this.pauses(),
    }).dangerouslyUnref();
    return await policy.execute(() => this.inner.call(about, signal, send), signal);
  }

  private pauses(): IBackoffFactory<IRetryBackoffContext<unknown>> {
    return asked(
      new ExponentialBackoff({ initialDelay: this.limits.firstPauseMs, maxDelay: this.limits.longestPauseMs }),
    );
  }
}

/** The pauses of `own`, except where Qdrant's Retry-After asks for a longer one. */
function asked(own: IBackoffFactory<IRetryBackoffContext<unknown>>): IBackoffFactory<IRetryBackoffContext<unknown>> {
  return {
    next(context) {
      const next = own.next(context);
      const error = "error" in context.result ? context.result.error : undefined;
      const askedMs = error instanceof QdrantFailure ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      return { duration: Math.max(next.duration, askedMs), next: asked(next).next };
    },
  };
}
