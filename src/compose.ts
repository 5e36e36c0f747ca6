/** Builds every object of the service and hands each what it needs; nothing else does. */
import { type Express } from "express";

import { type Config } from "./config";
import { createApp } from "./http/app";
import { type MetricsText } from "./http/health";
import { type Logger } from "./observability/logger";
import { type Metrics } from "./observability/metrics";
import { operations, type Services } from "./operations";
import { connectQdrant } from "./qdrant/connect";

export interface ComposeParts {
  config: Config;
  /** Where Qdrant is; backend.ts knows. */
  backend: { url: string; apiKey: string | undefined };
  logger: Logger;
  metrics: Metrics;
  /** What /metrics answers: this process's registry, or all workers' together. */
  metricsText: MetricsText;
}

export interface Composed {
  app: Express;
  close(): Promise<void>;
}

/** Opens no connection yet. */
export function compose({ config, backend, logger, metrics, metricsText }: ComposeParts): Composed {
  const { shardNumber, replicationFactor, writeConsistencyFactor } = config;
  const { qdrant, close } = connectQdrant({
    url: new URL(backend.url),
    apiKey: backend.apiKey,
    collections: {
      ...(shardNumber === undefined ? {} : { shardNumber }),
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      ...(writeConsistencyFactor === undefined ? {} : { writeConsistencyFactor }),
    },
    onMissingCollection: () => undefined,
    observe: ({ name, outcome, seconds }) => metrics.qdrantCalls.observe(name, outcome, seconds),
  });
  const services: Services = {};
  const app = createApp({
    operations,
    services,
    // The key lookup of keys/ takes this place.
    keys: {
      find: async (secret) =>
        secret === config.rootKey
          ? { organisationId: "org_default", keyId: "operator", operator: true, permissions: new Set(["admin"]) }
          : { refused: "unknown" },
    },
    readiness: qdrant,
    requests: metrics,
    metrics: metricsText,
    logger,
    settings: config,
  });
  return { app, close };
}
