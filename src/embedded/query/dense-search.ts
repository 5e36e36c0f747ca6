/** Nearest neighbours over a dense column. */
import { type DenseColumn, type Slot } from "../model/table";
import { kernelFor } from "./distance";
import { Slices } from "./slices";
import { TopK, type SlotScore } from "./top-k";

export interface DenseSearch {
  k: number;
  /** Only these slots; undefined: every slot that has the vector. */
  among?: Uint32Array;
  excluded: ReadonlySet<Slot>;
  /** Whether an approximate answer will not do. */
  exact: boolean;
  /** How many candidates an approximate answer is to consider (`hnsw_ef`); undefined: what was found to be enough. */
  ef?: number;
  /** Whether to leave out what no index knows yet, rather than scan it. */
  indexedOnly?: boolean;
}

export interface DenseSearcher {
  /** The k slots of the largest raw similarity (query/distance.ts), best first, ties by slot. */
  search(column: DenseColumn, query: Float32Array, search: DenseSearch): Promise<SlotScore[]>;
}

const SCORES_PER_LOOK = 256;

/** In this thread, in slices. */
export class SlicedSearcher implements DenseSearcher {
  async search(column: DenseColumn, query: Float32Array, { k, among, excluded }: DenseSearch): Promise<SlotScore[]> {
    const { params, rowsPerChunk, chunks } = column;
    const { size } = params;
    const kernel = kernelFor(params);
    const best = new TopK(k);
    const slices = new Slices();
    const count = among?.length ?? chunks.length * rowsPerChunk;
    for (let i = 0; i < count; i++) {
      if (i % SCORES_PER_LOOK === 0 && slices.isUsedUp) await slices.next();
      const slot = among === undefined ? i : (among[i] ?? 0);
      if (!column.has(slot) || excluded.has(slot)) continue;
      const chunk = chunks[Math.floor(slot / rowsPerChunk)];
      if (chunk !== undefined) best.push(slot, kernel(query, 0, chunk, (slot % rowsPerChunk) * size, size));
    }
    return best.sorted();
  }
}
