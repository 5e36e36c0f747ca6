import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../src/embedded";

/** An embedded engine on a free port in a new folder, which `stop` removes. */
export async function startTemporaryEngine(
  keys: { apiKey?: string; readOnlyApiKey?: string } = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "inlet-test-"));
  const engine = await startEmbedded({ dataDir, port: 0, ...keys });
  return {
    url: engine.url,
    stop: async () => {
      await engine.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
