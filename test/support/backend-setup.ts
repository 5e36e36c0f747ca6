/** Runs once before the first test file that needs a Qdrant. */
import { handOver } from "./backend";
import { type RunningBackend, startBackend } from "./backend-start";

/** What the teardown stops: jest calls both in one process, and offers no other way to hand something on. */
export const runs: RunningBackend[] = [];

export default async function setUp(): Promise<void> {
  const running = await startBackend(process.env);
  runs.push(running);
  handOver(running, process.env);
  console.log(`\nTest backend: ${running.description}`);
}
