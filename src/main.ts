/** The command: settings, one process or several, the banner, and an end on signals. The one reader of `process.env`. */
import cluster from "node:cluster";

import { serveInCluster, serveAsWorker } from "./cluster";
import { type Config, ConfigError, readConfig, unknownSettings } from "./config";
import { banner } from "./banner";
import { createLogger, type Logger } from "./observability/logger";
import { startService } from "./service";
import { StartError } from "./start-error";

/** What runs, as the signals see it. */
export interface Running {
  /** Answers what is in flight and ends. True where nothing was cut. */
  close(): Promise<boolean>;
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** The first signal drains and exits 0 (1 where an answer had to be cut); a second one exits at once. */
function endOnSignals(running: Running, logger: Logger): void {
  let ending = false;
  const end = async (signal: "SIGINT" | "SIGTERM"): Promise<void> => {
    if (ending) process.exit(128 + SIGNAL_NUMBERS[signal]);
    ending = true;
    logger.info({ signal }, "Ending: answering what is in flight.");
    try {
      process.exit((await running.close()) ? 0 : 1);
    } catch (error) {
      logger.error({ err: error }, "Something did not close.");
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end(signal));
}

async function serveAlone(config: Config, logger: Logger): Promise<Running> {
  const service = await startService(config, logger);
  process.stdout.write(banner({ ...service, workers: 1 }));
  return service;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  if (cluster.isWorker) {
    await serveAsWorker(config, logger);
    return;
  }
  for (const name of unknownSettings(process.env)) logger.warn({ setting: name }, `${name} is no setting of Inlet.`);
  if (config.rootKey !== undefined && config.rootKey.length < SHORTEST_SAFE_KEY) {
    logger.warn("INLET_ROOT_KEY is short enough to be guessed.");
  }
  const serve = config.workers > 1 ? serveInCluster : serveAlone;
  endOnSignals(await serve(config, logger), logger);
}

const SHORTEST_SAFE_KEY = 24;

main().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`Inlet can't start with these settings:\n${error.message}\n`);
  else if (error instanceof StartError) process.stderr.write(`Inlet can't start: ${error.message}\n`);
  else process.stderr.write(`Inlet can't start: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
