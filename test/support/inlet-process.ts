/** The compiled service as a process of its own, which a test may signal. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const MAIN = join(__dirname, "..", "..", "dist", "main.js");

export interface InletProcess {
  url: string;
  child: ChildProcess;
  /** All that it has printed so far. */
  output(): string;
}

const SETTINGS = { PORT: "0", INLET_EMBEDDED_PORT: "0", INLET_LOG_LEVEL: "warn" };

/** Starts it and waits for the banner, or for its end: then `ended` has the exit code and what it said. */
export async function startInletProcess(
  settings: Record<string, string>,
): Promise<InletProcess | { ended: number | null; errors: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...SETTINGS, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ready = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const url = /API +(http:\S+)/.exec(output)?.[1];
      if (url !== undefined && output.includes("\n\n", output.indexOf(url))) resolve(url);
    });
  });
  const ended = once(child, "close").then(() => undefined);
  const url = await Promise.race([ready, ended]);
  if (url === undefined) return { ended: child.exitCode, errors };
  return { url, child, output: () => output };
}

/** One that must run. */
export async function inletProcess(settings: Record<string, string>): Promise<InletProcess> {
  const started = await startInletProcess(settings);
  if ("ended" in started) throw new Error(`Inlet ended with ${started.ended}: ${started.errors}`);
  return started;
}
