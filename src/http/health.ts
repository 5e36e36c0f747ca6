/** What orchestrators and Prometheus ask. No key needed. */
import { type Request, type Response, type Router } from "express";

import { stateOf } from "./context";

/** Whether the service can do its work now. */
export interface Readiness {
  /** @throws InletError 503 that says what is missing. */
  ready(options: { signal: AbortSignal }): Promise<{ version: string }>;
}

export interface MetricsText {
  contentType: string;
  metrics(): Promise<string>;
}

/** An orchestrator asks again soon; a probe that hangs tells it nothing. */
const READY_TIMEOUT_MS = 3_000;

export const HEALTH_PATHS = ["/healthz", "/readyz", "/metrics"] as const;

export function mountHealth(router: Router, readiness: Readiness, metrics: MetricsText): void {
  router.get("/healthz", (request: Request, response: Response) => {
    stateOf(request).operationId = "healthz";
    response.json({ status: "ok" });
  });
  router.get("/readyz", async (request: Request, response: Response) => {
    const state = stateOf(request);
    state.operationId = "readyz";
    const signal = AbortSignal.any([state.abort.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
    const { version } = await readiness.ready({ signal });
    response.json({ status: "ready", qdrant: { version } });
  });
  router.get("/metrics", async (request: Request, response: Response) => {
    stateOf(request).operationId = "metrics";
    response.type(metrics.contentType).send(await metrics.metrics());
  });
}
