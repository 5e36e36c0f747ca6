/** Approximate nearest neighbours over large cosine columns: an HNSW graph (Malkov, Yashunin, TPAMI 2020) by usearch on vectors
 *  quantised to bytes proposes candidates, which are then scored exactly. The graph is built in a thread of its own, whenever
 *  enough has changed; until it is there, and for what it does not know, the search is exact. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Piscina } from "piscina";
import { type DenseColumn, type Slot } from "../../model/table";
import { type DenseSearch, type DenseSearcher } from "../dense-search";
import { type SlotScore } from "../top-k";
import { Graph } from "./graph";
import { type GraphShape, type GraphTask, indexOf } from "./graph-worker";

/** So many numbers are scanned in the time of one graph search: below, a graph gains nothing. Measured: bench/embedded/search.ts. */
const LEAST_NUMBERS = 16_000_000;
/** The share of new points from which they are added to the graph, and that of changed ones from which it is built anew. */
const UPDATE_SHARE = 0.02;
const REBUILD_SHARE = 0.05;
const RETRY_AFTER_MS = 60_000;
/** Candidates for a result, before they are scored exactly. */
const CANDIDATES_PER_HIT = 5;
const LEAST_CANDIDATES = 100;
/** More than so many candidates, or points that pass a filter, are better scanned. */
const MOST_CANDIDATES = 600;

const WORKER = join(__dirname, "graph-worker.js");

export interface GraphOptions {
  /** For index files; emptied at the start. */
  folder: string;
  onError(error: Error): void;
  leastNumbers?: number;
}

export class GraphSearcher implements DenseSearcher {
  private readonly graphs = new WeakMap<DenseColumn, Graph>();
  /** Removes the file of a graph whose column is no more. */
  private readonly abandoned = new FinalizationRegistry<Graph["file"]>(({ path }) => {
    if (path !== undefined) rmSync(path, { force: true });
  });
  private pool: Piscina | undefined;
  private files = 0;
  private building: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly exact: DenseSearcher,
    private readonly options: GraphOptions,
  ) {
    rmSync(options.folder, { recursive: true, force: true });
  }

  async search(column: DenseColumn, query: Float32Array, search: DenseSearch): Promise<SlotScore[]> {
    const graph = search.exact || !this.isWorthIt(column) ? undefined : this.graphOf(column);
    const among = graph && candidates(graph, column, query, search);
    if (among === undefined) return this.exact.search(column, query, search);
    const found = await this.exact.search(column, query, { ...search, among });
    return found.length < search.k ? this.exact.search(column, query, search) : found;
  }

  /** Resolves when no graph is being built. */
  async settled(): Promise<void> {
    await this.building;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.pool?.destroy();
    await this.building;
    rmSync(this.options.folder, { recursive: true, force: true });
  }

  private isWorthIt({ params, count }: DenseColumn): boolean {
    const fits = params.distance === "Cosine" && params.datatype !== "uint8" && params.size >= 16;
    return fits && count * params.size >= (this.options.leastNumbers ?? LEAST_NUMBERS) && existsSync(WORKER);
  }

  /** The column's graph, watched from its first search on; brought up to date in the background where that is due. */
  private graphOf(column: DenseColumn): Graph {
    let graph = this.graphs.get(column);
    if (graph === undefined) {
      const made = new Graph();
      column.watch((slot) => made.changed(slot));
      this.graphs.set(column, made);
      this.abandoned.register(column, made.file);
      graph = made;
    }
    const isDue =
      graph.index === undefined ||
      graph.freshCount > graph.size * UPDATE_SHARE ||
      graph.staleCount > graph.size * REBUILD_SHARE;
    if (isDue && !graph.isBuilding && !this.isClosed && graph.sinceFailure > RETRY_AFTER_MS) {
      const due = graph;
      due.start();
      this.building = this.building.then(() => this.build(column, due));
    }
    return graph;
  }

  private async build(column: DenseColumn, graph: Graph): Promise<void> {
    if (this.isClosed) return graph.fail();
    const { folder, onError } = this.options;
    mkdirSync(folder, { recursive: true });
    const { rowsPerChunk, presence } = column;
    const former = graph.file.path;
    const base = graph.staleCount > graph.size * REBUILD_SHARE ? undefined : former;
    const added =
      base === undefined
        ? slotsOf(presence)
        : Uint32Array.from(graph.freshSlots()).filter((slot) => presence[slot] === 1);
    const path = join(folder, `${this.files++}.usearch`);
    const task: GraphTask = {
      ...shapeOf(column),
      rowsPerChunk,
      chunks: [...column.chunks],
      slots: added,
      base,
      path,
    };
    try {
      this.pool ??= new Piscina({ filename: WORKER, minThreads: 0, maxThreads: 1, idleTimeout: 10_000 });
      await this.pool.run(task);
      const index = indexOf(shapeOf(column));
      index.view(path);
      graph.finish(index, path, added, base === undefined);
      if (former !== undefined) rmSync(former, { force: true });
    } catch (error) {
      graph.fail();
      if (!this.isClosed) onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Qdrant's own defaults (`hnsw_config`): m 16, ef_construct 100. */
const shapeOf = ({ params }: DenseColumn): GraphShape => ({ size: params.size, connectivity: 16, expansionAdd: 100 });

/** The slots to score exactly; undefined where scanning is the better way. */
function candidates(
  graph: Graph,
  column: DenseColumn,
  query: Float32Array,
  { k, among, excluded }: DenseSearch,
): Uint32Array | undefined {
  const { index } = graph;
  const passing = among?.length ?? column.count;
  const wanted = Math.max(LEAST_CANDIDATES, k * CANDIDATES_PER_HIT);
  const asked = Math.ceil(wanted * (column.count / Math.max(1, passing)));
  if (index === undefined || asked > MOST_CANDIDATES || passing <= MOST_CANDIDATES) return undefined;
  const allowed = among && marked(among, column.presence.length);
  const isAllowed = (slot: Slot): boolean => !excluded.has(slot) && (allowed === undefined || allowed[slot] === 1);
  const proposed = Array.from(index.search(query, asked, 1).keys, Number).filter((slot) => !graph.isStale(slot));
  return Uint32Array.from([...proposed, ...graph.difference()].filter(isAllowed)).sort();
}

function marked(slots: Uint32Array, length: number): Uint8Array {
  const marks = new Uint8Array(length);
  for (const slot of slots) marks[slot] = 1;
  return marks;
}

const slotsOf = (presence: Uint8Array): Uint32Array =>
  Uint32Array.from(presence.keys()).filter((slot) => presence[slot] === 1);
