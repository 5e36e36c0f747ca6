/** Reads a dense column in from its records, without holding up other requests: in a thread of its own, or, where no compiled
 *  worker is there, in slices of this one. Rows that change meanwhile are for the caller to read again (storage/columns.ts). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Slot } from "../model/table";
import { Slices } from "../query/slices";
import { WorkerPool } from "../worker-pool";
import { type StoredDenseColumn } from "./dense-column";
import { type FillTask } from "./fill-thread";

/** Where a column's records are. */
export interface ColumnSource {
  storePath: string;
  /** Of the keys of its records, which end in the slot. */
  prefix: Buffer;
  slotCount: number;
  /** Resolves when what was written before is where another thread can read it. */
  committed(): Promise<void>;
  /** All of them by ascending slot, what is not yet on disk included. */
  records(): Iterable<[Slot, Buffer]>;
}

export interface ColumnFiller {
  fill(column: StoredDenseColumn, source: ColumnSource): Promise<void>;
}

const RECORDS_PER_LOOK = 16;
/** Below so many bytes a thread takes longer to start than the rows to read. */
const THREAD_BYTES = 4 * 1024 * 1024;
const WORKER = join(__dirname, "fill-thread.js");
const IDLE_MS = 5_000;

/** Runs `each` over entries in slices. */
export async function inSlices<T>(entries: Iterable<T>, each: (entry: T) => void): Promise<void> {
  const slices = new Slices();
  let seen = 0;
  for (const entry of entries) {
    each(entry);
    if (++seen % RECORDS_PER_LOOK === 0 && slices.isUsedUp) await slices.next();
  }
}

export class SlicedFiller implements ColumnFiller {
  fill(column: StoredDenseColumn, { records }: ColumnSource): Promise<void> {
    return inSlices(records(), ([slot, bytes]) => column.putBytes(slot, bytes));
  }
}

export class ThreadedFiller implements ColumnFiller {
  private readonly sliced = new SlicedFiller();
  private readonly pool: WorkerPool<FillTask, void>;

  constructor(onError: (error: Error) => void) {
    this.pool = new WorkerPool(WORKER, { minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS }, onError);
  }

  async fill(column: StoredDenseColumn, source: ColumnSource): Promise<void> {
    const { storePath, prefix, slotCount } = source;
    const { rowsPerChunk, params } = column;
    if (slotCount * params.size * 4 < THREAD_BYTES || !existsSync(WORKER)) return this.sliced.fill(column, source);
    await source.committed();
    column.reserve(slotCount);
    const { chunks, presence, sums } = column;
    const task: FillTask = { storePath, prefix, slotCount, rowsPerChunk, size: params.size, chunks, presence, sums };
    await this.pool.run(task);
    column.recount();
  }

  async close(): Promise<void> {
    await this.pool.close();
  }
}
