/** The compiled engine as a process of its own, which a test may kill, starve of disk or start twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const MAIN = join(__dirname, "..", "..", "dist", "embedded", "main.js");

export interface EngineProcess {
  url: string;
  pid: number;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(signal?: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

export type EngineStart = { kind: "running"; engine: EngineProcess } | { kind: "failed"; code: number; text: string };

/** Starts it on a free port and waits until it listens or gives up. `maxFileBlocks`: no file may grow beyond so many
 *  blocks of 512 bytes, as on a full disk (POSIX shells alone). `options`: more of its command line. */
export async function startEngineProcess(
  dataDir: string,
  maxFileBlocks?: number,
  options: string[] = [],
): Promise<EngineStart> {
  const args = [MAIN, "--port", "0", "--data", dataDir, ...options];
  const child =
    maxFileBlocks === undefined
      ? spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
      : spawn("sh", ["-c", `ulimit -f ${maxFileBlocks}; exec "$0" "$@"`, process.execPath, ...args], {
          stdio: ["ignore", "pipe", "pipe"],
        });
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const url = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /http:\/\/\S+/.exec(output);
      if (found) resolve(found[0]);
    });
  });
  const closed = once(child, "close").then(() => undefined);
  const started = await Promise.race([url, closed]);
  if (started === undefined) return { kind: "failed", code: child.exitCode ?? -1, text: errors };
  return { kind: "running", engine: running(child, started) };
}

function running(child: ChildProcess, url: string): EngineProcess {
  return {
    url,
    pid: child.pid ?? -1,
    kill: async (signal = "SIGKILL") => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** One that must run. */
export async function engineProcess(
  dataDir: string,
  maxFileBlocks?: number,
  options?: string[],
): Promise<EngineProcess> {
  const start = await startEngineProcess(dataDir, maxFileBlocks, options);
  if (start.kind === "failed") throw new Error(`the engine ended with ${start.code}: ${start.text}`);
  return start.engine;
}

/** One request to it; the status and the parsed body. */
export async function call(
  engine: { url: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(engine.url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: answer.status, body: await answer.json() };
}
