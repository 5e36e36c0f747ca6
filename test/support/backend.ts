/** The Qdrant of a test run, as its test files see it. One serves the whole run, so a test makes what it needs under names of
 *  its own (`uniqueName`) and expects nothing of what else is there. Which one it is: backend-start.ts. */
import { randomBytes } from "node:crypto";

export interface Backend {
  kind: "address" | "container" | "embedded";
  url: string;
  apiKey?: string;
}

/** How the run's setup tells the test files, which run in other processes. */
const HANDOVER = "INLET_TEST_RUNNING_BACKEND";

/** Makes `running` what `backend()` gives in every test file of this run. */
export function handOver(running: Backend, env: Record<string, string | undefined>): void {
  const { kind, url, apiKey } = running;
  env[HANDOVER] = JSON.stringify({ kind, url, apiKey });
}

/** The backend of this run, in a test file. @throws Error outside of a run whose setup started one. */
export function backend(): Backend {
  const handed = process.env[HANDOVER];
  if (handed === undefined) throw new Error("No backend: this file's folder is listed as one that needs none.");
  const parsed: Backend = JSON.parse(handed);
  return parsed;
}

/** A name that no other test file, and no earlier run on the same server, has used: `prefix_` + 12 hex characters. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(6).toString("hex")}`;
