/** Which Qdrant a test run talks to: the one at QDRANT_URL; else one in a container, where a Docker engine has or can pull its
 *  image; else the embedded engine in a folder of its own. */
import { type Backend } from "./backend";
import { startQdrantContainer } from "./container";
import { startTemporaryEngine } from "./engine";

export interface RunningBackend extends Backend {
  /** For people: what was chosen and, of a fallback, why. */
  description: string;
  stop(): Promise<void>;
}

/** The variables that decide, all optional:
 *  QDRANT_URL, QDRANT_API_KEY: this server.
 *  INLET_TEST_BACKEND: `container` makes a missing container an error, `embedded` looks for none.
 *  INLET_TEST_QDRANT_IMAGE: instead of the image of the version that Inlet is built for. */
export type BackendEnvironment = Record<string, string | undefined>;

const QDRANT_IMAGE = "qdrant/qdrant:v1.18.3";
export const qdrantImage = (env: BackendEnvironment): string => env.INLET_TEST_QDRANT_IMAGE || QDRANT_IMAGE;

/** Starts or finds the backend that `env` asks for. @throws Error on an unknown INLET_TEST_BACKEND, and where a container is
 *  asked for and there is none. */
export async function startBackend(env: BackendEnvironment): Promise<RunningBackend> {
  const wanted = env.INLET_TEST_BACKEND || "any";
  if (!["any", "container", "embedded"].includes(wanted)) {
    throw new Error(`INLET_TEST_BACKEND is container or embedded, not ${wanted}.`);
  }
  if (env.QDRANT_URL) return address(env.QDRANT_URL, env.QDRANT_API_KEY);
  if (wanted === "embedded") return embedded("as INLET_TEST_BACKEND says");
  try {
    return await container(qdrantImage(env));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (wanted === "container") {
      throw new Error(`INLET_TEST_BACKEND=container, and there is no container to be had: ${why}`, { cause: error });
    }
    return embedded(why);
  }
}

const address = (url: string, apiKey: string | undefined): RunningBackend => ({
  kind: "address",
  url,
  ...(apiKey ? { apiKey } : {}),
  description: `Qdrant at ${url} (QDRANT_URL)`,
  stop: async () => undefined,
});

async function container(image: string): Promise<RunningBackend> {
  const { url, stop } = await startQdrantContainer(image);
  return { kind: "container", url, description: `container of ${image} at ${url}`, stop };
}

async function embedded(why: string): Promise<RunningBackend> {
  const engine = await startTemporaryEngine();
  return { kind: "embedded", ...engine, description: `embedded engine at ${engine.url} (${why})` };
}
