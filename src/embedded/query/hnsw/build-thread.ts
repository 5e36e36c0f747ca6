import { existsSync } from "node:fs";
import { join } from "node:path";
import { Piscina } from "piscina";
import { type BuiltGraph, type GraphTask } from "./graph-worker";

/** Where graphs are built. */
export interface BuildThread {
  build(task: GraphTask): Promise<BuiltGraph>;
  close(): Promise<void>;
}

const WORKER = join(__dirname, "graph-worker.js");
const IDLE_MS = 10_000;

/** A thread that is there while it has work; undefined where the worker is not compiled. */
export function buildThread(): BuildThread | undefined {
  if (!existsSync(WORKER)) return undefined;
  let pool: Piscina | undefined;
  return {
    async build(task) {
      pool ??= new Piscina({ filename: WORKER, minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS });
      const built: BuiltGraph = await pool.run(task);
      return built;
    },
    async close() {
      await pool?.destroy();
    },
  };
}
