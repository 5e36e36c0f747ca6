/** Exact nearest neighbours by SIMD: short scans in this thread, long ones in a pool of threads that read the same memory. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { type DenseColumn } from "../../model/table";
import { WorkerPool } from "../../worker-pool";
import { type DenseSearch, type DenseSearcher, SlicedSearcher } from "../dense-search";
import { kernelFor } from "../distance";
import { Slices } from "../slices";
import { type SlotScore, isBetter } from "../top-k";
import { type FloatArena, type Part, SCRATCH_AREAS } from "./arena";
import { BlockScanner, type ScanTask, metricOf } from "./block-scan";

/** Up to so many numbers are scored in this thread: about 0.2 ms, what handing the work over would take. */
const INLINE_NUMBERS = 1_000_000;

/** Hits beyond those asked for. The kernels sum in float32, in another order than the final scores, so that hits whose scores
 *  differ in the last digits may change places at the end of the list. */
const SPARE_HITS = 16;

const WORKER = join(__dirname, "scan-worker.js");

/** One thread is left for requests. */
const defaultThreads = (): number => Math.max(1, Math.min(availableParallelism() - 1, SCRATCH_AREAS - 1));

export class PooledSearcher implements DenseSearcher {
  private readonly withoutSimd = new SlicedSearcher();
  private readonly scanner = new BlockScanner();
  private readonly pool: WorkerPool<ScanTask, SlotScore[]>;
  private readonly turn;
  private readonly freeAreas: number[];

  /** @param threads 0: everything in this thread, in slices, as when no compiled worker is there */
  constructor(
    private readonly arena: FloatArena,
    onError: (error: Error) => void,
    private readonly threads: number = existsSync(WORKER) ? defaultThreads() : 0,
  ) {
    this.pool = new WorkerPool(WORKER, { minThreads: threads, maxThreads: threads }, onError);
    this.turn = pLimit(Math.max(1, threads));
    this.freeAreas = Array.from({ length: threads }, (_, i) => i + 1);
  }

  async search(column: DenseColumn, query: Float32Array, search: DenseSearch): Promise<SlotScore[]> {
    const metric = metricOf(column.params);
    const parts = this.arena.partsOf(column);
    if (metric === undefined || parts === undefined) return this.withoutSimd.search(column, query, search);
    const { k, among, excluded } = search;
    const { rowsPerChunk, presence } = column;
    const task: ScanTask = {
      parts,
      query,
      metric,
      rowsPerChunk,
      k: k + SPARE_HITS,
      presence,
      among,
      excluded: Uint32Array.from(excluded),
      area: 0,
    };
    const numbers = (among?.length ?? column.count) * query.length;
    const found = numbers <= INLINE_NUMBERS || this.threads === 0 ? await this.inline(task) : await this.pooled(task);
    return exactly(column, query, found).slice(0, k);
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** A scan that pauses gives its scratch area away to others, so it is not to pause: only without threads are there scans long
   *  enough, and then one runs at a time. */
  private async inline(task: ScanTask): Promise<SlotScore[]> {
    if (this.threads > 0) return this.turnless(task);
    return this.turn(() => this.turnless(task));
  }

  private async turnless(task: ScanTask): Promise<SlotScore[]> {
    const slices = new Slices();
    const steps = this.scanner.scan(task);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (this.threads === 0 && slices.isUsedUp) await slices.next();
    }
  }

  private async pooled(task: ScanTask): Promise<SlotScore[]> {
    const { threads } = this;
    const shares = sharesOf(task.parts, threads);
    const found = await Promise.all(
      shares.map((parts) =>
        this.turn(async (): Promise<SlotScore[]> => {
          const area = this.freeAreas.pop() ?? 0;
          try {
            return await this.pool.run({ ...task, parts, area });
          } finally {
            this.freeAreas.push(area);
          }
        }),
      ),
    );
    return found.flat();
  }
}

/** The parts' chunks dealt out to so many threads, in runs of about one length. */
function sharesOf(parts: readonly Part[], threads: number): Part[][] {
  const total = parts.reduce((sum, part) => sum + part.chunks.length, 0);
  const perThread = Math.max(1, Math.ceil(total / threads));
  const shares: Part[][] = [];
  let room = 0;
  for (const { memory, chunks } of parts) {
    for (let from = 0; from < chunks.length;) {
      if (room === 0) {
        shares.push([]);
        room = perThread;
      }
      const taken = chunks.slice(from, from + room);
      shares.at(-1)?.push({ memory, chunks: taken });
      from += taken.length;
      room -= taken.length;
    }
  }
  return shares;
}

/** The hits with their final scores, best first; without those that have lost the vector meanwhile. */
function exactly(column: DenseColumn, query: Float32Array, found: readonly SlotScore[]): SlotScore[] {
  const kernel = kernelFor(column.params);
  return found
    .flatMap(({ slot }) => {
      const row = column.row(slot);
      return row ? [{ slot, score: kernel(query, 0, row, 0, query.length) }] : [];
    })
    .sort((a, b) => (isBetter(a.score, a.slot, b.score, b.slot) ? -1 : 1));
}
