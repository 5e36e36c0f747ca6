/** Which Qdrant this service writes to: the one at QDRANT_URL, or the embedded engine, started here. The only importer of
 *  src/embedded, and only where it is needed: the engine loads native modules. */
import { resolve } from "node:path";

import { type Config } from "./config";
import { type Logger } from "./observability/logger";
import { StartError } from "./start-error";

export interface Backend {
  url: string;
  apiKey: string | undefined;
  /** The embedded engine's folder; undefined where Qdrant is elsewhere. */
  dataDir: string | undefined;
  close(): Promise<void>;
}

type BackendConfig = Pick<Config, "qdrantUrl" | "qdrantApiKey" | "qdrantReadOnlyApiKey" | "dataDir" | "embeddedPort">;

/** @throws StartError that names the setting where the engine's port or folder can't be used. */
export async function openBackend(config: BackendConfig, logger: Logger): Promise<Backend> {
  const apiKey = config.qdrantApiKey;
  if (config.qdrantUrl !== undefined) {
    return { url: config.qdrantUrl, apiKey, dataDir: undefined, close: async () => undefined };
  }
  const { startEmbedded } = await import("./embedded");
  const dataDir = resolve(config.dataDir);
  const readOnlyApiKey = config.qdrantReadOnlyApiKey;
  try {
    const engine = await startEmbedded({
      dataDir,
      port: config.embeddedPort,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(readOnlyApiKey === undefined ? {} : { readOnlyApiKey }),
      onError: (error) => logger.error({ err: error }, "The embedded engine reports an error."),
    });
    return { url: engine.url, apiKey, dataDir, close: () => engine.close() };
  } catch (error) {
    throw startErrorOf(error, config.embeddedPort, dataDir);
  }
}

function startErrorOf(error: unknown, port: number, dataDir: string): StartError {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return new StartError(
      `Port ${port} for the embedded engine is taken. Set INLET_EMBEDDED_PORT to another one, or QDRANT_URL to the Qdrant that is there.`,
      { cause: error },
    );
  }
  return new StartError(
    `The embedded engine can't start on port ${port} (INLET_EMBEDDED_PORT) with its data in ${dataDir} (INLET_DATA_DIR): ${text}`,
    { cause: error },
  );
}
