/** Builds every object of the service and hands each what it needs; nothing else does. */
import { type RequestListener } from "node:http";

import { createPresigner } from "./blobs/presigner";
import { createAggregationServices } from "./aggregation/compose";
import { type Config } from "./config";
import { createControlPlane } from "./control/control-plane";
import { createDocumentServices } from "./documents/compose";
import { createApp } from "./http/app";
import { type MetricsText } from "./http/health";
import { idMaker } from "./ids";
import { createLineageServices } from "./lineage/compose";
import { type Logger } from "./observability/logger";
import { type Metrics } from "./observability/metrics";
import { openApiDocument } from "./openapi/document";
import { operations, type Services } from "./operations";
import { connectQdrant } from "./qdrant/connect";
import { createSearchServices } from "./search/compose";
import { createTransferServices } from "./transfer/compose";
import { readVersion } from "./version";

export interface ComposeParts {
  config: Config;
  /** Where Qdrant is; backend.ts knows. */
  backend: { url: string; apiKey: string | undefined };
  logger: Logger;
  metrics: Metrics;
  /** What /metrics answers: this process's registry, or all workers' together. */
  metricsText: MetricsText;
  /** Told the operator's key where it is made just now: at the start, or once Qdrant is there. */
  onNewOperatorKey(secret: string): void;
}

export interface Composed {
  app: RequestListener;
  /** Makes what must be there before the first request; where it fails, the requests try again. @throws InletError 503 */
  bootstrap(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens no connection yet. */
export function compose(parts: ComposeParts): Composed {
  const { config, backend, logger, metrics, metricsText, onNewOperatorKey } = parts;
  const { shardNumber, replicationFactor, writeConsistencyFactor } = config;
  const { qdrant, close } = connectQdrant({
    url: new URL(backend.url),
    apiKey: backend.apiKey,
    collections: {
      ...(shardNumber === undefined ? {} : { shardNumber }),
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      ...(writeConsistencyFactor === undefined ? {} : { writeConsistencyFactor }),
    },
    onMissingCollection: (name) => controlPlane.onMissingCollection(name),
    observe: ({ name, outcome, seconds }) => metrics.qdrantCalls.observe(name, outcome, seconds),
  });
  const ids = idMaker(Date.now);
  const controlPlane = createControlPlane({
    qdrant,
    ids,
    now: () => new Date(),
    rootKey: config.rootKey,
    autoProvision: config.autoProvision,
    onNewOperatorKey,
  });
  const presigner = createPresigner(config.s3);
  const documentServices = createDocumentServices({
    qdrant,
    resolver: controlPlane.resolver,
    control: controlPlane.control,
    ids,
    nowMs: Date.now,
    s3: config.s3,
  });
  const services: Services = {
    namespaces: controlPlane.namespaces,
    collections: controlPlane.collections,
    apiKeys: controlPlane.apiKeys,
    organisations: controlPlane.organisations,
    ...documentServices,
    bulkLimits: { documentBytes: config.bodyLimitBytes },
    ...createLineageServices({
      qdrant,
      resolver: controlPlane.resolver,
      documents: documentServices.documents,
      presigner,
    }),
    ...createAggregationServices({ qdrant, resolver: controlPlane.resolver }),
    ...createSearchServices({ qdrant, resolver: controlPlane.resolver, presigner }),
    ...createTransferServices({ ...controlPlane, qdrant, now: () => new Date() }),
  };
  const app = createApp({
    operations,
    servicesFor: () => services,
    keys: controlPlane.keys,
    readiness: qdrant,
    requests: metrics,
    metrics: metricsText,
    describe: () => openApiDocument(operations, readVersion()),
    logger,
    settings: config,
  });
  const bootstrap = async (signal: AbortSignal): Promise<void> => void (await controlPlane.bootstrap.ready({ signal }));
  return { app, bootstrap, close };
}
