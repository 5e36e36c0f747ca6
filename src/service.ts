/** One process that serves: backend, objects and listener, opened in order and closed in reverse. */
import { openBackend } from "./backend";
import { newKey } from "./banner";
import { Closers } from "./closers";
import { compose, LAST_WRITES_MS } from "./compose";
import { type Config } from "./config";
import { type MetricsText } from "./http/health";
import { listen } from "./http/server";
import { type Logger } from "./observability/logger";
import { createMetrics, type Metrics } from "./observability/metrics";

/** Under the 10 s that Docker waits before it kills. */
export const DRAIN_GRACE_MS = 8_000;
/** The drain, then the last writes, still under those 10 s: an end that takes longer hangs. */
export const END_WITHIN_MS = DRAIN_GRACE_MS + LAST_WRITES_MS + 250;

/** How long the start waits for Qdrant before it serves without. */
const BOOTSTRAP_WAIT_MS = 5_000;

export interface Service {
  url: string;
  port: number;
  /** Where Qdrant clients connect. */
  qdrantUrl: string;
  /** The embedded engine's folder, if it is in this process. */
  dataDir: string | undefined;
  /** The operator's key, where it was made at this start. */
  newOperatorKey: string | undefined;
  /** Drains, then closes everything. True where every request in flight was answered. */
  close(graceMs?: number): Promise<boolean>;
}

const textOf = ({ registry }: Metrics): MetricsText => ({
  contentType: registry.contentType,
  metrics: () => registry.metrics(),
});

/** @throws StartError; what was opened until then is closed. */
export async function startService(
  config: Config,
  logger: Logger,
  metricsTextOf: (metrics: Metrics) => MetricsText = textOf,
): Promise<Service> {
  const closers = new Closers();
  try {
    const backend = await openBackend(config, logger);
    closers.add(() => backend.close());
    const metrics = createMetrics();
    let newOperatorKey: string | undefined;
    let showKey = (secret: string): void => void (newOperatorKey = secret);
    const composed = compose({
      config,
      backend,
      logger,
      metrics,
      metricsText: metricsTextOf(metrics),
      onNewOperatorKey: (secret) => showKey(secret),
    });
    closers.add(() => composed.close());
    const server = await listen(composed.app, config.host, config.port);
    await composed.bootstrap(AbortSignal.timeout(BOOTSTRAP_WAIT_MS)).catch((error: unknown) => {
      logger.warn({ err: error }, "Qdrant is not ready yet; /readyz says when it is.");
    });
    // The banner has been shown by then.
    showKey = (secret) => void process.stdout.write(`${newKey(server.url, secret).join("\n")}\n\n`);
    return {
      url: server.url,
      port: server.port,
      qdrantUrl: backend.url,
      dataDir: backend.dataDir,
      newOperatorKey,
      async close(graceMs = DRAIN_GRACE_MS) {
        const clean = await server.drain(graceMs);
        await closers.closeAll();
        return clean;
      },
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}
