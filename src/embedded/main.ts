/** The embedded engine alone: `npm run embedded -- --port 6333 --data ./data`, or by INLET_EMBEDDED_PORT and INLET_DATA_DIR. */
import { parseArgs } from "node:util";
import { StartError, startEmbedded } from "./index";

const USAGE = "usage: embedded [--port N] [--data FOLDER] [--host ADDRESS] [--storage-snapshot FILE]";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      data: { type: "string" },
      host: { type: "string" },
      "storage-snapshot": { type: "string" },
    },
  });
  const { env } = process;
  const port = Number(values.port ?? env["INLET_EMBEDDED_PORT"] ?? 6333);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError("the port is not a number from 0 to 65535");
  const engine = await startEmbedded({
    dataDir: values.data ?? env["INLET_DATA_DIR"] ?? "./data",
    port,
    host: values.host,
    storageSnapshot: values["storage-snapshot"],
    apiKey: env["QDRANT_API_KEY"] || undefined,
    readOnlyApiKey: env["QDRANT_READ_ONLY_API_KEY"] || undefined,
  });
  process.stdout.write(`Embedded engine: ${engine.url}\n`);
  const stop = (): void => {
    engine.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function fail(error: unknown): never {
  const text = error instanceof StartError ? error.message : String(error);
  process.stderr.write(`${text}\n${error instanceof TypeError ? `${USAGE}\n` : ""}`);
  process.exit(1);
}

main().catch(fail);
