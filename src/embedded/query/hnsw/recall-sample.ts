/** How many candidates a search of a graph needs, measured on rows that are held back while it is built: their true neighbours are
 *  found by comparing them with all that goes in, then searches of growing width are held against those. What it takes depends on
 *  the data alone: rows with few hidden dimensions need a hundred candidates, uniformly random ones of many dimensions more than
 *  pays. */
import { type Index, exactSearch } from "usearch";
import { TopK } from "../top-k";
import { type GraphShape, metricOf } from "./shape";

const ROWS = 64;
const NEIGHBOURS = 10;
const WIDTHS = [64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512];
/** What a search of the width chosen finds of the true neighbours, as far as one of those widths does. */
const WANTED_RECALL = 0.985;
/** Where the widest finds less, a scan is the better answer. */
const LEAST_RECALL = 0.95;
/** Of fewer rows a sample says little, and a search of this width finds nearly all. */
const LEAST_ROWS = 4096;
const WIDTH_OF_FEW = 256;

export class RecallSample {
  private readonly slots: ReadonlySet<number>;
  private readonly queries: Float32Array[];
  private readonly nearest: TopK[];

  private constructor(
    private readonly shape: GraphShape,
    slots: readonly number[],
    rowOf: (slot: number) => Float32Array,
  ) {
    this.slots = new Set(slots);
    this.queries = slots.map((slot) => rowOf(slot));
    this.nearest = slots.map(() => new TopK(NEIGHBOURS));
  }

  /** Rows from all over the column. */
  static of(slots: Uint32Array, rowOf: (slot: number) => Float32Array, shape: GraphShape): RecallSample {
    const count = slots.length < LEAST_ROWS ? 0 : ROWS;
    const step = slots.length / Math.max(1, count);
    const chosen = Array.from({ length: count }, (_, i) => slots[Math.floor(i * step)] ?? 0);
    return new RecallSample(
      shape,
      chosen.filter((slot) => rowOf(slot).every(Number.isFinite)),
      rowOf,
    );
  }

  holds(slot: number): boolean {
    return this.slots.has(slot);
  }

  /** Tells it of rows that went in, as the index has them. */
  compare(keys: readonly bigint[], rows: Float32Array): void {
    const k = Math.min(NEIGHBOURS, keys.length);
    this.queries.forEach((query, i) => {
      const found = exactSearch(rows, query, this.shape.size, k, metricOf(this.shape), 1);
      found.keys.forEach((key, place) => {
        this.nearest[i]?.push(Number(keys[Number(key)]), -(found.distances[place] ?? NaN));
      });
    });
  }

  /** undefined: more than pays. */
  leastEf(index: Index): number | undefined {
    if (this.queries.length === 0) return WIDTH_OF_FEW;
    let recall = 0;
    for (const ef of WIDTHS) {
      recall = this.recall(index, ef);
      if (recall >= WANTED_RECALL) return ef;
    }
    return recall >= LEAST_RECALL ? WIDTHS.at(-1) : undefined;
  }

  private recall(index: Index, ef: number): number {
    let [found, all] = [0, 0];
    this.queries.forEach((query, i) => {
      const proposed = new Set(Array.from(index.search(query, ef, 1).keys, Number));
      for (const { slot } of this.nearest[i]?.sorted() ?? []) {
        all++;
        if (proposed.has(slot)) found++;
      }
    });
    return found / Math.max(1, all);
  }
}
