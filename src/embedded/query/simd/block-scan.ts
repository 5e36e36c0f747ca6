/** Scores rows of a dense column block by block with the SIMD kernels. The same code runs in the main thread and in workers. */
import { type DenseParams } from "../../model/collection";
import { TopK, type SlotScore } from "../top-k";
import { MEMORY_PAGES, type Part, ROWS_PER_BLOCK, scratchOf } from "./arena";
import { assembleKernels } from "./kernel-module";

export type Metric = "dot" | "euclid" | "manhattan";

/** What to score, and how. All of it can be sent to another thread. */
export interface ScanTask {
  parts: Part[];
  query: Float32Array;
  metric: Metric;
  rowsPerChunk: number;
  k: number;
  /** One byte a slot: 1 where the point has the vector. Shared with the thread that writes. */
  presence: Uint8Array;
  /** Only these slots, ascending; undefined: all that are present. */
  among: Uint32Array | undefined;
  excluded: Uint32Array;
  /** The scratch area that no other running scan uses. */
  area: number;
}

/** The metric that scores such rows; undefined where Qdrant's arithmetic for them is another than float32's. */
export function metricOf({ distance, datatype, size }: DenseParams): Metric | undefined {
  if (distance === "Cosine" && datatype === "uint8") return undefined;
  if (datatype === "float16" && size < 16) return undefined;
  return distance === "Euclid" ? "euclid" : distance === "Manhattan" ? "manhattan" : "dot";
}

/** Above this share of the slots, rows that are to be scored mostly follow each other (measured: kernel-module.ts). */
const GATHERED_SHARE = 2 / 3;

type Kernel = (query: number, rows: number, count: number, size: number, scores: number) => void;

export class BlockScanner {
  private readonly instances = new WeakMap<WebAssembly.Memory, WebAssembly.Instance>();
  private readonly module = new WebAssembly.Module(assembleKernels(MEMORY_PAGES));

  /** Yields after every block, so that the caller may pause. Each step's value is undefined; the last gives the k best. */
  *scan(task: ScanTask): Generator<undefined, SlotScore[]> {
    const { parts, metric, k, among, presence, rowsPerChunk, query } = task;
    const best = new TopK(k);
    const excluded = new Set(task.excluded);
    for (const part of parts) {
      const { memory, chunks } = part;
      const block = new Block(
        this.kernelIn(memory, isGathered(part, task) ? `${metric}Gathered` : metric),
        memory,
        task,
        best,
      );
      for (const { firstSlot, address } of chunks) {
        const slots = among && within(among, firstSlot, firstSlot + rowsPerChunk);
        const count = slots?.length ?? rowsPerChunk;
        for (let i = 0; i < count; i++) {
          const slot = slots === undefined ? firstSlot + i : (slots[i] ?? 0);
          if (presence[slot] !== 1 || (excluded.size > 0 && excluded.has(slot))) continue;
          block.add(slot, address + (slot - firstSlot) * query.byteLength);
          if (block.isFull) {
            block.score();
            yield;
          }
        }
      }
      block.score();
    }
    return best.sorted();
  }

  private kernelIn(memory: WebAssembly.Memory, name: Metric | `${Metric}Gathered`): Kernel {
    const instance = this.instances.get(memory) ?? new WebAssembly.Instance(this.module, { env: { memory } });
    this.instances.set(memory, instance);
    const kernel = instance.exports[name];
    if (!isKernel(kernel)) throw new TypeError(`the module has no kernel ${name}`);
    return kernel;
  }
}

const isKernel = (value: unknown): value is Kernel => typeof value === "function";

/** Whether the rows to be scored lie apart. */
function isGathered({ chunks }: Part, { among, rowsPerChunk }: ScanTask): boolean {
  if (among === undefined) return false;
  const slots = chunks.reduce(
    (sum, { firstSlot }) => sum + within(among, firstSlot, firstSlot + rowsPerChunk).length,
    0,
  );
  return slots < GATHERED_SHARE * chunks.length * rowsPerChunk;
}

/** The part of an ascending list from `first` on, before `end`. */
const within = (list: Uint32Array, first: number, end: number): Uint32Array =>
  list.subarray(lowerBound(list, first), lowerBound(list, end));

/** The first place in an ascending list whose value is at least `value`. */
function lowerBound(list: Uint32Array, value: number): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Rows gathered for one call of the kernel. */
class Block {
  private readonly slots = new Uint32Array(ROWS_PER_BLOCK);
  private readonly addresses: Uint32Array;
  private readonly scores: Float32Array;
  private readonly scratch;
  private length = 0;

  constructor(
    private readonly kernel: Kernel,
    memory: WebAssembly.Memory,
    private readonly task: ScanTask,
    private readonly best: TopK,
  ) {
    this.scratch = scratchOf(task.area);
    this.addresses = new Uint32Array(memory.buffer, this.scratch.rows, ROWS_PER_BLOCK);
    this.scores = new Float32Array(memory.buffer, this.scratch.scores, ROWS_PER_BLOCK);
    new Float32Array(memory.buffer, this.scratch.query, task.query.length).set(task.query);
  }

  get isFull(): boolean {
    return this.length === ROWS_PER_BLOCK;
  }
  add(slot: number, address: number): void {
    this.slots[this.length] = slot;
    this.addresses[this.length++] = address;
  }
  score(): void {
    const { query, rows, scores } = this.scratch;
    this.kernel(query, rows, this.length, this.task.query.length, scores);
    for (let i = 0; i < this.length; i++) this.best.push(this.slots[i] ?? 0, this.scores[i] ?? NaN);
    this.length = 0;
  }
}
