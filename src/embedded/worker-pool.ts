/** Threads of one compiled worker file, begun with the first task. A thread that fails outside a task is told to `onError` and
 *  takes its pool along, with whatever still waited: piscina starts no other thread after one that could not begin, and an error
 *  event that nobody listens to would end the process. The next task begins anew. */
import { Piscina } from "piscina";

export interface WorkerPoolOptions {
  minThreads: number;
  maxThreads: number;
  /** Milliseconds until a thread without work ends. */
  idleTimeout?: number;
}

export class WorkerPool<Task, Result> {
  private pool: Piscina<Task, Result> | undefined;

  constructor(
    private readonly filename: string,
    private readonly options: WorkerPoolOptions,
    private readonly onError: (error: Error) => void,
  ) {}

  /** @throws what the worker throws, or why its thread ended */
  async run(task: Task): Promise<Result> {
    this.pool ??= this.begun();
    return await this.pool.run(task);
  }

  async close(): Promise<void> {
    await this.pool?.destroy();
  }

  private begun(): Piscina<Task, Result> {
    const pool = new Piscina<Task, Result>({ filename: this.filename, ...this.options });
    pool.on("error", (error: Error) => {
      this.onError(error);
      if (this.pool === pool) this.pool = undefined;
      pool.destroy().catch(this.onError);
    });
    return pool;
  }
}
