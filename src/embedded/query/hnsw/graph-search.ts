/** Approximate nearest neighbours over large dense columns: an HNSW graph (Malkov, Yashunin, TPAMI 2020) by usearch proposes
 *  candidates, which are then scored exactly. A graph is made from a column in the background (graph-builder.ts); until it is
 *  there, and for what it does not know, the search is exact. */
import {
  type DenseColumn,
  type IndexStatus,
  type IndexedVector,
  type Slot,
  type VectorIndexes,
} from "../../model/table";
import { type DenseSearch, type DenseSearcher } from "../dense-search";
import { type SlotScore } from "../top-k";
import { type Graph } from "./graph";
import { type GraphBuilder } from "./graph-builder";

/** Candidates for a result, before they are scored exactly. */
const CANDIDATES_PER_HIT = 5;
/** So many numbers of rows that lie apart are scanned in the time in which a graph proposes one candidate, 9 us (measured:
 *  bench/embedded/graph.ts). */
const NUMBERS_PER_CANDIDATE = 20_000;
/** The graph is searched on this thread: about 10 ms. */
const MOST_CANDIDATES = 1024;

export class GraphSearcher implements DenseSearcher, VectorIndexes {
  constructor(
    private readonly exact: DenseSearcher,
    private readonly builder: GraphBuilder,
    private readonly numbersPerCandidate = NUMBERS_PER_CANDIDATE,
  ) {}

  async search(column: DenseColumn, query: Float32Array, search: DenseSearch): Promise<SlotScore[]> {
    const graph = search.exact ? undefined : this.builder.graphOf(column);
    const among = graph && this.candidates(graph, column, query, search);
    if (among === undefined) return this.exact.search(column, query, search);
    const found = await this.exact.search(column, query, { ...search, among });
    const isShort = found.length < Math.min(search.k, search.among?.length ?? column.count);
    return isShort && search.indexedOnly !== true ? this.exact.search(column, query, search) : found;
  }

  status(vector: IndexedVector): IndexStatus {
    return this.builder.status(vector);
  }

  /** The slots to score exactly; undefined where scanning is the better way. */
  private candidates(
    graph: Graph,
    column: DenseColumn,
    query: Float32Array,
    { k, among, excluded, ef, indexedOnly }: DenseSearch,
  ): Uint32Array | undefined {
    const { index, stored } = graph;
    const width = ef === undefined ? stored?.ef : Math.max(ef, k);
    if (index === undefined || stored === undefined || width === undefined) return undefined;
    const passing = among?.length ?? column.count;
    const allowed = among && marked(among, column.presence.length);
    const isAllowed = (slot: Slot): boolean => !excluded.has(slot) && (allowed === undefined || allowed[slot] === 1);
    const isKnown = (slot: Slot): boolean => !graph.isStale(slot) && isAllowed(slot);
    const most = Math.min(MOST_CANDIDATES, (passing * query.length) / this.numbersPerCandidate);
    const failingPerHit = column.count / Math.max(1, passing) - 1;
    let asked = Math.max(width, ef === undefined ? k * CANDIDATES_PER_HIT : k) + Math.ceil(3 * k * failingPerHit);
    while (asked <= most) {
      const proposed = Array.from(index.search(query, asked, 1).keys, Number);
      const rank = rankOf(proposed, isKnown, k);
      const needed = width + Math.ceil(2 * (rank - k));
      if (needed <= asked || asked >= stored.known.length) {
        const unknown = indexedOnly === true ? [] : graph.difference();
        return Uint32Array.from([...proposed.filter(isKnown), ...unknown.filter(isAllowed)]).sort();
      }
      asked = Math.min(needed, 4 * asked);
    }
    return undefined;
  }
}

/** At which place the `k`th of those stands that pass; Infinity where there are fewer. What a graph proposes is nearly all that is
 *  nearer than that, as long as it was asked for enough beyond it. */
function rankOf(slots: readonly Slot[], passes: (slot: Slot) => boolean, k: number): number {
  let seen = 0;
  const at = slots.findIndex((slot) => passes(slot) && ++seen === k);
  return at < 0 ? Infinity : at + 1;
}

function marked(slots: Uint32Array, length: number): Uint8Array {
  const marks = new Uint8Array(length);
  for (const slot of slots) marks[slot] = 1;
  return marks;
}
