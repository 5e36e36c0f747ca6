/** Builds every object of the service and hands each what it needs; nothing else does. */
import { type RequestListener } from "node:http";

import { grantedView, type View, type WholeView } from "./access/view";
import { type Principal } from "./auth/principal";
import { isBoundToCollections } from "./auth/scopes";
import { createPresigner } from "./blobs/presigner";
import { createAggregationServices } from "./aggregation/compose";
import { CollectionService } from "./collections/service";
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

/** With the drain before, under the 10 s that Docker waits. */
export const LAST_WRITES_MS = 1_500;

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
    onLastUseFailure: (error) => logger.warn({ err: error }, "The last use of some API keys could not be written yet."),
  });
  const presigner = createPresigner(config.s3);
  const { control, namespaces, apiKeys, organisations } = controlPlane;
  const now = (): Date => new Date();
  /** All that works on collections and documents, over what it may see of them. */
  const dataServices = ({ qdrant: points, parents, resolver, directory }: View) => {
    const documentServices = createDocumentServices({
      qdrant: points,
      parents,
      all: qdrant,
      resolver,
      control,
      ids,
      nowMs: Date.now,
      presigner,
    });
    const { documents } = documentServices;
    return {
      collections: new CollectionService({ control, qdrant: points, namespaces: resolver, directory, now }),
      ...documentServices,
      ...createLineageServices({ qdrant: points, resolver, documents, presigner }),
      ...createAggregationServices({ qdrant: points, resolver }),
      ...createSearchServices({ qdrant: points, resolver, presigner }),
    };
  };
  const { resolver, collectionDirectory: directory } = controlPlane;
  const whole: WholeView = { qdrant, parents: qdrant, resolver, directory };
  const bulkLimits = { documentBytes: config.bodyLimitBytes };
  const transfers = createTransferServices({ ...controlPlane, qdrant, now });
  const services: Services = { namespaces, apiKeys, organisations, bulkLimits, ...transfers, ...dataServices(whole) };
  /** A service that is not among the data services is refused to a collection's key by the whole view's resolver. */
  const servicesFor = (principal: Principal): Services =>
    isBoundToCollections(principal) ? { ...services, ...dataServices(grantedView(principal, whole)) } : services;
  const app = createApp({
    operations,
    servicesFor,
    keys: controlPlane.keys,
    readiness: qdrant,
    requests: metrics,
    metrics: metricsText,
    describe: () => openApiDocument(operations, readVersion()),
    logger,
    settings: config,
  });
  const bootstrap = async (signal: AbortSignal): Promise<void> => void (await controlPlane.bootstrap.ready({ signal }));
  return {
    app,
    bootstrap,
    async close() {
      await controlPlane.close(AbortSignal.timeout(LAST_WRITES_MS));
      await close();
    },
  };
}
