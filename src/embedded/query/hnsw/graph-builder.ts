/** Makes graphs and keeps them up to date, one after the other in a thread that reads the column's shared memory; opens those of
 *  earlier runs. A graph is looked after when its column is searched, or when its collection is asked how it is. */
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type Index } from "usearch";
import { type DenseColumn, type IndexStatus, type IndexedVector } from "../../model/table";
import { type BuildThread } from "./build-thread";
import { Graph } from "./graph";
import { type GraphFiles, type StoredGraph } from "./graph-files";
import { type BuiltGraph, type GraphTask } from "./graph-worker";
import { type GraphShape, isSameShape, newIndex, shapeOf } from "./shape";

const RETRY_AFTER_MS = 60_000;

export class GraphBuilder {
  private readonly graphs = new WeakMap<DenseColumn, Graph>();
  /** The columns that were looked at, by key. */
  private readonly columns = new Map<string, WeakRef<DenseColumn>>();
  /** Columns that are read in for their first graph. */
  private readonly loading = new Set<string>();
  private readonly works = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly files: GraphFiles,
    /** undefined: there are no graphs. */
    private readonly thread: BuildThread | undefined,
    private readonly onError: (error: Error) => void,
  ) {}

  /** The column's graph, brought up to date in the background where that is due; undefined where the column is too small for one or
   *  its settings want none. */
  graphOf(column: DenseColumn): Graph | undefined {
    const shape = this.shapeFor(column, column.count);
    if (shape === undefined) return undefined;
    const known = this.graphs.get(column);
    const graph = known ?? this.newGraph(column, shape);
    const due = graph.isBusy || this.isClosed || graph.sinceFailure < RETRY_AFTER_MS ? "nothing" : graph.due(shape);
    if (due !== "nothing") {
      this.begin(graph, () => this.build(column, graph, shape, due === "addition" ? graph.stored : undefined));
    }
    return graph;
  }

  status(vector: IndexedVector): IndexStatus {
    const { key } = vector;
    const column = this.columns.get(key)?.deref();
    const graph = column && this.graphOf(column);
    if (graph !== undefined) return { indexed: graph.indexedCount, isBuilding: graph.isBusy };
    const wantsNone = column !== undefined || this.shapeFor(vector, vector.mostCount) === undefined;
    if (wantsNone) return { indexed: 0, isBuilding: false };
    const kept = this.files.count(key);
    if (kept !== undefined) return { indexed: Math.min(kept, vector.mostCount), isBuilding: false };
    this.readIn(vector);
    return { indexed: 0, isBuilding: true };
  }

  /** Resolves when no graph is being built or opened. */
  async settled(): Promise<void> {
    while (this.works.size > 0) await Promise.all(this.works);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.thread?.close();
    await this.settled();
  }

  private shapeFor(column: Pick<DenseColumn, "params" | "indexSettings">, count: number): GraphShape | undefined {
    const settings = column.indexSettings();
    const isWorthIt = this.thread !== undefined && count > 0 && count * column.params.size * 4 >= settings.leastBytes;
    return isWorthIt ? shapeOf(column.params, settings) : undefined;
  }

  private readIn(vector: IndexedVector): void {
    const { key } = vector;
    if (this.loading.has(key) || this.isClosed) return;
    this.loading.add(key);
    void vector
      .column()
      .then((column) => {
        this.columns.set(key, new WeakRef(column));
        this.graphOf(column);
      })
      .catch((error: unknown) => this.report(error))
      .finally(() => this.loading.delete(key));
  }

  private newGraph(column: DenseColumn, shape: GraphShape): Graph {
    const graph = new Graph();
    column.watch((slot) => graph.changed(column, slot));
    this.graphs.set(column, graph);
    this.columns.set(column.key, new WeakRef(column));
    if (this.files.count(column.key) !== undefined) this.begin(graph, () => this.open(column, graph, shape));
    return graph;
  }

  private begin(graph: Graph, work: () => Promise<void>): void {
    graph.isBusy = true;
    const done = work()
      .catch((error: unknown) => {
        graph.fail();
        if (!this.isClosed) this.report(error);
      })
      .finally(() => {
        graph.isBusy = false;
        this.works.delete(done);
      });
    this.works.add(done);
  }

  private async open(column: DenseColumn, graph: Graph, shape: GraphShape): Promise<void> {
    const stored = await this.files.read(column.key);
    const isFit = stored !== undefined && isSameShape(stored.shape, shape) && (await this.files.isWhole(stored));
    if (isFit) return graph.install(column, viewOf(stored), stored);
    await this.build(column, graph, shape);
    if (stored !== undefined) await rm(stored.path, { force: true });
  }

  private async build(column: DenseColumn, graph: Graph, shape: GraphShape, base?: StoredGraph): Promise<void> {
    const { rowsPerChunk, chunks, presence, key } = column;
    const added = base === undefined ? slotsOf(presence) : graph.freshSlots();
    const path = await this.files.newPath(key);
    if (this.isClosed) return;
    const task: GraphTask = { shape, rowsPerChunk, chunks: [...chunks], slots: added, base: base?.path, path };
    const built = await this.thread?.run(task);
    if (built === undefined) return;
    const stored = joined(task, built, base);
    if (!(await this.files.save(key, stored))) return;
    const former = graph.stored;
    graph.install(column, viewOf(stored), stored);
    if (former !== undefined) await rm(former.path, { force: true });
  }

  private report(error: unknown): void {
    this.onError(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The index in the file, mapped rather than read. */
function viewOf({ shape, path }: StoredGraph): Index {
  const { uid } = statSync(path);
  const ownId = process.getuid?.() ?? uid;
  // usearch opens with O_NOATIME, which others than the owner may not, and after a failure closes file 0, whatever that is.
  if (ownId !== uid && ownId !== 0) throw new Error(`the graph ${path} is another user's file`);
  const index = newIndex(shape);
  index.view(path);
  return index;
}

function joined({ shape, slots, path }: GraphTask, built: BuiltGraph, base: StoredGraph | undefined): StoredGraph {
  const { sums: newSums, bytes, checksum } = built;
  const slotCount = Math.max(base?.known.length ?? 0, (slots.at(-1) ?? -1) + 1);
  const known = new Uint8Array(slotCount);
  const sums = new Uint32Array(slotCount);
  if (base !== undefined) {
    known.set(base.known);
    sums.set(base.sums);
  }
  slots.forEach((slot, place) => {
    known[slot] = 1;
    sums[slot] = newSums[place] ?? 0;
  });
  const measured = base ?? { ef: built.ef, measuredRows: slots.length };
  return { shape, path, bytes, checksum, ef: measured.ef, measuredRows: measured.measuredRows, known, sums };
}

/** In a plain loop: an iterator over a million slots would hold other requests up. */
function slotsOf(presence: Uint8Array): Uint32Array {
  const slots = new Uint32Array(presence.length);
  let count = 0;
  for (let slot = 0; slot < presence.length; slot++) if (presence[slot] === 1) slots[count++] = slot;
  return slots.slice(0, count);
}
