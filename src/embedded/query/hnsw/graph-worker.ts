/** What the thread that builds graphs runs (query/hnsw/graph-search.ts): reads rows where they lie in shared memory, adds them to a
 *  usearch index, and leaves the index in a file. */
import { Index, MetricKind, ScalarKind } from "usearch";

export interface GraphTask {
  size: number;
  connectivity: number;
  expansionAdd: number;
  rowsPerChunk: number;
  /** All chunks of the column; shared. */
  chunks: Float32Array[];
  /** The slots to add. */
  slots: Uint32Array;
  /** The file of an index to go on from; undefined: a new one. */
  base: string | undefined;
  path: string;
}

const ROWS_PER_ADD = 128;

export const indexOf = ({ size, connectivity, expansionAdd }: GraphShape): Index =>
  new Index({
    dimensions: size,
    metric: MetricKind.IP,
    quantization: ScalarKind.I8,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: EXPANSION_SEARCH,
    multi: false,
  });

export type GraphShape = Pick<GraphTask, "size" | "connectivity" | "expansionAdd">;

/** How many candidates a search keeps. Measured on 100,000 x 768 with 32 hidden dimensions: bench/embedded/search.ts. */
const EXPANSION_SEARCH = 256;

export default function build(task: GraphTask): void {
  const index = indexOf(task);
  if (task.base !== undefined) index.load(task.base);
  add(index, task);
  index.save(task.path);
}

function add(index: Index, { size, rowsPerChunk, chunks, slots }: GraphTask): void {
  const rows = new Float32Array(ROWS_PER_ADD * size);
  let keys: bigint[] = [];
  const flush = (): void => {
    // usearch looks at a typed array's whole buffer, so the last, shorter batch is copied.
    if (keys.length > 0) index.add(BigUint64Array.from(keys), rows.slice(0, keys.length * size), 1);
    keys = [];
  };
  for (const slot of slots) {
    const chunk = chunks[Math.floor(slot / rowsPerChunk)];
    if (chunk === undefined) continue;
    const start = (slot % rowsPerChunk) * size;
    rows.set(chunk.subarray(start, start + size), keys.length * size);
    keys.push(BigInt(slot));
    if (keys.length === ROWS_PER_ADD) flush();
  }
  flush();
}
