/** Puts the gateway together: HTTP inside, then a deadline, retries, the breaker and the bound on calls in flight. */
import { qdrantAgent } from "./agent";
import { type CallObservation, DirectCaller } from "./calls";
import { type Qdrant } from "./gateway";
import { BoundedCaller, BreakingCaller } from "./limits";
import { RestQdrant, type RestOptions } from "./rest";
import { RetryingCaller } from "./retry";

export interface QdrantLimits {
  /** One request, from sending to the whole answer. */
  attemptTimeoutMs: number;
  /** One call with all that it takes to repeat it. */
  callBudgetMs: number;
  /** The same while nothing reaches Qdrant at all. */
  unreachableBudgetMs: number;
  connectTimeoutMs: number;
  inFlight: number;
  waiting: number;
}

/** Generous where a write may be on its way, short where it is not. Qdrant closes idle sockets after 5 s. */
export const DEFAULT_QDRANT_LIMITS: QdrantLimits = {
  attemptTimeoutMs: 20_000,
  callBudgetMs: 25_000,
  unreachableBudgetMs: 1_500,
  connectTimeoutMs: 3_000,
  inFlight: 48,
  waiting: 1_024,
};
const IDLE_SOCKET_MS = 3_000;
const BREAKER = { failures: 5, pauseMs: 1_000 };
const PAUSES = { firstPauseMs: 50, longestPauseMs: 1_000 };

export interface ConnectOptions extends Omit<RestOptions, "dispatcher"> {
  limits?: Partial<QdrantLimits>;
  /** Told of every request that was sent, for metrics. */
  observe?: (observation: CallObservation) => void;
}

/** Opens no connection yet: those come with the calls. `close` ends them; a call that is under way fails then. */
export function connectQdrant(options: ConnectOptions): { qdrant: Qdrant; close: () => Promise<void> } {
  const limits = { ...DEFAULT_QDRANT_LIMITS, ...options.limits };
  const agent = qdrantAgent({
    connections: limits.inFlight,
    idleMs: IDLE_SOCKET_MS,
    connectTimeoutMs: limits.connectTimeoutMs,
  });
  const direct = new DirectCaller(limits.attemptTimeoutMs, options.observe ?? (() => undefined));
  const closed = new AbortController();
  const budgets = { budgetMs: limits.callBudgetMs, unreachableBudgetMs: limits.unreachableBudgetMs, ...PAUSES };
  const retrying = new RetryingCaller(direct, budgets, closed.signal);
  const caller = new BoundedCaller(new BreakingCaller(retrying, BREAKER), limits);
  const close = async (): Promise<void> => {
    closed.abort();
    await agent.close();
  };
  return { qdrant: new RestQdrant({ ...options, dispatcher: agent.dispatcher }, caller), close };
}
