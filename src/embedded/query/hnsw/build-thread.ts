import { existsSync } from "node:fs";
import { join } from "node:path";
import { WorkerPool } from "../../worker-pool";
import { type BuiltGraph, type GraphTask } from "./graph-worker";

/** Where graphs are built. */
export interface BuildThread {
  run(task: GraphTask): Promise<BuiltGraph>;
  close(): Promise<void>;
}

const WORKER = join(__dirname, "graph-worker.js");
const IDLE_MS = 10_000;

/** A thread that is there while it has work; undefined where the worker is not compiled. */
export function buildThread(onError: (error: Error) => void): BuildThread | undefined {
  if (!existsSync(WORKER)) return undefined;
  return new WorkerPool<GraphTask, BuiltGraph>(WORKER, { minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS }, onError);
}
