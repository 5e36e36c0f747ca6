/** Runs once after the last test file that needs a Qdrant. */
import { runs } from "./backend-setup";

export default async function tearDown(): Promise<void> {
  for (const running of runs.splice(0)) await running.stop();
}
