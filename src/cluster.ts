/** INLET_WORKERS processes on one port. The primary serves nothing itself: it runs the embedded engine (so that there is one),
 *  starts workers, replaces those that die, and ends them in order. */
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";

import { openBackend } from "./backend";
import { banner } from "./banner";
import { Closers } from "./closers";
import { type Config } from "./config";
import { type Logger } from "./observability/logger";
import { answerClusterMetrics, clusterMetricsText } from "./observability/cluster-metrics";
import { END_WITHIN_MS, startService } from "./service";
import { StartError } from "./start-error";

/** What the primary and its workers say to each other; cluster-metrics.ts has messages of its own. */
type FromWorker = { inlet: "ready"; url: string; newOperatorKey?: string } | { inlet: "failed"; message: string };
type FromPrimary = { inlet: "drain" };

const isMessage = (value: unknown): value is { inlet: string } =>
  typeof value === "object" && value !== null && "inlet" in value && typeof value.inlet === "string";
const isFromWorker = (value: unknown): value is FromWorker =>
  isMessage(value) && (value.inlet === "ready" || value.inlet === "failed");

/** A worker that dies at once would else be replaced in a busy loop. */
const REPLACE_AFTER_MS = 1_000;

/** A worker's whole life. It ends when the primary says so or is gone; the terminal's Ctrl-C reaches it too and is left to
 *  the primary. */
export async function serveAsWorker(config: Config, logger: Logger): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  const tell = (message: FromWorker): void => void process.send?.(message);
  try {
    const service = await startService(config, logger, clusterMetricsText);
    let ending = false;
    const end = async (): Promise<void> => {
      if (ending) return;
      ending = true;
      const clean = await service.close();
      process.exit(clean ? 0 : 1);
    };
    process.on("message", (message) => {
      if (isMessage(message) && message.inlet === "drain") void end();
    });
    process.on("disconnect", () => void end());
    const { url, newOperatorKey } = service;
    tell({ inlet: "ready", url, ...(newOperatorKey === undefined ? {} : { newOperatorKey }) });
  } catch (error) {
    tell({ inlet: "failed", message: error instanceof Error ? error.message : String(error) });
    logger.debug({ err: error }, "The worker can't start.");
    process.disconnect?.();
    process.exitCode = 1;
  }
}

type Ready = Extract<FromWorker, { inlet: "ready" }>;

/** Resolves when the worker serves. @throws StartError */
async function readiness(worker: Worker): Promise<Ready> {
  const failed = new AbortController();
  worker.once("exit", () => failed.abort());
  try {
    for (;;) {
      const [message]: unknown[] = await once(worker, "message", { signal: failed.signal });
      if (!isFromWorker(message)) continue;
      if (message.inlet === "failed") throw new StartError(message.message);
      return message;
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError("A worker process ended before it was ready.", { cause: error });
  }
}

class Workers {
  private readonly living = new Set<Worker>();
  private ending = false;

  constructor(
    private readonly env: Record<string, string>,
    private readonly logger: Logger,
  ) {}

  /** Starts one and waits until it serves. @throws StartError */
  async start(): Promise<Ready> {
    const worker = cluster.fork(this.env);
    this.living.add(worker);
    worker.once("exit", () => this.living.delete(worker));
    const ready = await readiness(worker);
    worker.once("exit", (code, signal) => this.replace(code, signal));
    return ready;
  }

  /** Drains all; those that are left after the grace time are killed. True where each answered all it had. */
  async end(): Promise<boolean> {
    this.ending = true;
    const drain: FromPrimary = { inlet: "drain" };
    const exits = [...this.living].map(async (worker): Promise<boolean> => {
      const timer = setTimeout(() => worker.process.kill("SIGKILL"), END_WITHIN_MS);
      const exit = once(worker, "exit");
      if (worker.isConnected()) worker.send(drain);
      const [code]: unknown[] = await exit;
      clearTimeout(timer);
      return code === 0;
    });
    return (await Promise.all(exits)).every((clean) => clean);
  }

  private replace(code: number, signal: string): void {
    if (this.ending) return;
    this.logger.error({ code, signal }, "A worker process died; another takes its place.");
    setTimeout(() => {
      if (this.ending) return;
      this.start().catch((error: unknown) => {
        this.logger.error({ err: error }, "A worker process could not be replaced.");
        this.replace(1, "");
      });
    }, REPLACE_AFTER_MS);
  }
}

/** The primary's part. @throws StartError */
export async function serveInCluster(config: Config, logger: Logger): Promise<{ close(): Promise<boolean> }> {
  const closers = new Closers();
  try {
    const backend = await openBackend(config, logger);
    closers.add(() => backend.close());
    answerClusterMetrics();
    const workers = new Workers({ QDRANT_URL: backend.url }, logger);
    closers.add(async () => void (await workers.end()));
    // The first one alone: where the port is taken one message is enough, and it makes the operator's key.
    const { url, newOperatorKey } = await workers.start();
    await Promise.all(Array.from({ length: config.workers - 1 }, () => workers.start()));
    process.stdout.write(
      banner({
        url,
        qdrantUrl: backend.url,
        dataDir: backend.dataDir,
        newOperatorKey,
        workers: config.workers,
      }),
    );
    return {
      async close() {
        const clean = await workers.end();
        await closers.closeAll();
        return clean;
      },
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}
