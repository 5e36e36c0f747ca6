/** What the thread that builds graphs runs (query/hnsw/graph-builder.ts): reads rows where they lie in shared memory, adds them to a
 *  usearch index, measures how wide a search of it must be, and leaves it in a file. */
import { closeSync, fsyncSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { type Index } from "usearch";
import { rowSum } from "../../storage/row-sum";
import { RecallSample } from "./recall-sample";
import { type GraphShape, newIndex } from "./shape";

export interface GraphTask {
  shape: GraphShape;
  rowsPerChunk: number;
  /** All chunks of the column; shared. */
  chunks: readonly Float32Array[];
  /** The slots to add, ascending. */
  slots: Uint32Array;
  /** The file of an index to go on from; undefined: a new one. */
  base: string | undefined;
  path: string;
}

export interface BuiltGraph {
  /** Of each row as it was read, in the order of the slots. */
  sums: Uint32Array;
  /** How many candidates a search needs (query/hnsw/recall-sample.ts); not measured where there was a base. */
  ef: number | undefined;
  bytes: number;
  checksum: number;
}

const ROWS_PER_ADD = 512;

export default function build(task: GraphTask): BuiltGraph {
  const { shape, slots, base, path } = task;
  const index = newIndex(shape);
  if (base !== undefined) index.load(base);
  const sample = base === undefined ? RecallSample.of(slots, (slot) => rowOf(task, slot), shape) : undefined;
  const adding = new Adding(task, index);
  slots.forEach((slot, place) => {
    if (sample?.holds(slot) !== true) adding.add(slot, place, sample);
  });
  adding.flush(sample);
  const ef = sample?.leastEf(index);
  slots.forEach((slot, place) => {
    if (sample?.holds(slot) === true) adding.add(slot, place);
  });
  adding.flush();
  index.save(path);
  return { sums: adding.sums, ef, ...kept(path) };
}

/** A copy, for the column may be written meanwhile. */
function rowOf({ rowsPerChunk, chunks, shape }: GraphTask, slot: number): Float32Array {
  const start = (slot % rowsPerChunk) * shape.size;
  const row = new Float32Array(shape.size);
  const chunk = chunks[Math.floor(slot / rowsPerChunk)];
  if (chunk !== undefined) row.set(chunk.subarray(start, start + shape.size));
  return row;
}

/** Rows gathered for the index. Each is read once, so that its checksum is that of what was added. */
class Adding {
  readonly sums: Uint32Array;
  private readonly rows: Float32Array;
  private keys: bigint[] = [];

  constructor(
    private readonly task: GraphTask,
    private readonly index: Index,
  ) {
    this.sums = new Uint32Array(task.slots.length);
    this.rows = new Float32Array(ROWS_PER_ADD * task.shape.size);
  }

  add(slot: number, place: number, sample?: RecallSample): void {
    const row = rowOf(this.task, slot);
    this.sums[place] = rowSum(Buffer.from(row.buffer));
    // A row with an infinite number has no place among neighbours.
    if (!row.every(Number.isFinite)) return;
    this.rows.set(row, this.keys.length * row.length);
    this.keys.push(BigInt(slot));
    if (this.keys.length === ROWS_PER_ADD) this.flush(sample);
  }

  flush(sample?: RecallSample): void {
    if (this.keys.length === 0) return;
    // usearch looks at a typed array's whole buffer, so what is gathered is copied.
    const rows = this.rows.slice(0, this.keys.length * this.task.shape.size);
    this.index.add(BigUint64Array.from(this.keys), rows, 1);
    sample?.compare(this.keys, rows);
    this.keys = [];
  }
}

const BYTES_PER_READ = 1024 * 1024;

/** Brings the file to the disk. */
function kept(path: string): { bytes: number; checksum: number } {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
    const buffer = Buffer.allocUnsafe(BYTES_PER_READ);
    let [bytes, checksum] = [0, 0];
    for (;;) {
      const read = readSync(file, buffer);
      if (read === 0) return { bytes, checksum };
      bytes += read;
      checksum = crc32(buffer.subarray(0, read), checksum);
    }
  } finally {
    closeSync(file);
  }
}
