/** A Qdrant server in a container of its own. Each way in which there can be none is an error that says which. */
import {
  GenericContainer,
  type StartedTestContainer,
  Wait,
  getContainerRuntimeClient,
  ImageName,
} from "testcontainers";

const QDRANT_PORT = 6333;
const PULL_LIMIT_MS = 120_000;
const START_LIMIT_MS = 60_000;

export interface QdrantContainer {
  url: string;
  stop(): Promise<void>;
}

/** Starts `image` with `environment` and waits until it answers `/readyz`.
 *  @throws Error where no Docker engine answers, where the image is neither present nor can be pulled within two minutes, and
 *  where the container does not become ready in two tries (port binding has a limit of its own that no option moves). */
export async function startQdrantContainer(
  image: string,
  environment: Record<string, string> = {},
): Promise<QdrantContainer> {
  await providedImage(image);
  const container = await started(image, environment)
    .catch(() => started(image, environment))
    .catch((cause: unknown) => {
      throw new Error(`a container of ${image} does not start (${messageOf(cause)})`, { cause });
    });
  return {
    url: `http://${container.getHost()}:${container.getMappedPort(QDRANT_PORT)}`,
    stop: async () => {
      await container.stop();
    },
  };
}

const started = (image: string, environment: Record<string, string>): Promise<StartedTestContainer> =>
  new GenericContainer(image)
    .withEnvironment(environment)
    .withExposedPorts(QDRANT_PORT)
    .withWaitStrategy(Wait.forHttp("/readyz", QDRANT_PORT).forStatusCode(200))
    .withStartupTimeout(START_LIMIT_MS)
    .start();

async function providedImage(image: string): Promise<void> {
  const engine = await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new Error("no Docker engine answers", { cause });
  });
  const name = ImageName.fromString(image);
  if (await engine.image.exists(name)) return;
  const limit = AbortSignal.timeout(PULL_LIMIT_MS);
  const tooLate = new Promise<never>((_, reject) => {
    limit.addEventListener("abort", () => reject(new Error(`not pulled within ${PULL_LIMIT_MS / 1000} s`)));
  });
  await Promise.race([engine.image.pull(name), tooLate]).catch((cause: unknown) => {
    throw new Error(`the image ${image} is not present and can not be pulled (${messageOf(cause)})`, { cause });
  });
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).trim();
