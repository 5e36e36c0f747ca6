/** Prometheus metrics of one process, in a registry of its own. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the Qdrant gateway tells of each call that it makes. */
export interface QdrantCallObserver {
  /** `call` is the gateway method's name; `outcome` its HTTP status, or `error` where none came. */
  observe(call: string, outcome: string, seconds: number): void;
}

/** What http tells of each request. */
export interface RequestObserver {
  started(): void;
  /** `operation` is the operation's id, or `unmatched`, so that unknown paths make no series each. */
  finished(operation: string, status: number, seconds: number, bytes: { received: number; sent: number }): void;
}

export interface Metrics extends RequestObserver {
  readonly registry: Registry;
  readonly qdrantCalls: QdrantCallObserver;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: "inlet_request_duration_seconds",
    help: "Time from a request's head to the end of its answer",
    labelNames: ["operation", "status"],
    buckets: SECONDS,
    registers,
  });
  const inFlight = new Gauge({ name: "inlet_requests_in_flight", help: "Requests being answered", registers });
  const received = new Counter({
    name: "inlet_request_body_bytes_total",
    help: "Bytes of request bodies, inflated",
    labelNames: ["operation"],
    registers,
  });
  const sent = new Counter({
    name: "inlet_response_body_bytes_total",
    help: "Bytes of answers as their Content-Length says",
    labelNames: ["operation"],
    registers,
  });
  const qdrant = new Histogram({
    name: "inlet_qdrant_call_duration_seconds",
    help: "Time of a call to Qdrant",
    labelNames: ["call", "outcome"],
    buckets: SECONDS,
    registers,
  });
  return {
    registry,
    qdrantCalls: { observe: (call, outcome, seconds) => qdrant.observe({ call, outcome }, seconds) },
    started: () => inFlight.inc(),
    finished(operation, status, seconds, bytes) {
      inFlight.dec();
      duration.observe({ operation, status: String(status) }, seconds);
      received.inc({ operation }, bytes.received);
      sent.inc({ operation }, bytes.sent);
    },
  };
}
