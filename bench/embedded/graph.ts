/** How good and how fast the HNSW graph answers, against the exact search of the same run:
 *
 *    hidden    vectors with 32 hidden dimensions (normal 32-d times a normal 32 x size matrix, plus 10% noise), by each distance that
 *              has graphs: recall@10 at least 0.97, at least 5 times faster than the exact search, filters included
 *    uniform   uniform random vectors, which have no neighbourhoods to follow; as a figure
 *    restart   from opening the graph's file to the first search of it
 *
 *    npm run bench:embedded:graph -- [--points 100000] [--size 768] */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Distance } from "../../src/embedded/model/collection";
import { buildThread } from "../../src/embedded/query/hnsw/build-thread";
import { GraphBuilder } from "../../src/embedded/query/hnsw/graph-builder";
import { GraphFiles } from "../../src/embedded/query/hnsw/graph-files";
import { GraphSearcher } from "../../src/embedded/query/hnsw/graph-search";
import { FloatArena } from "../../src/embedded/query/simd/arena";
import { PooledSearcher } from "../../src/embedded/query/simd/pooled-search";
import { StoredDenseColumn } from "../../src/embedded/storage/dense-column";
import { line, normalNumbers, randomNumbers, run, shown, shownSpread, spreadOf, type Spread } from "./measure";

const HIDDEN = 32;
const NOISE = 0.1;
const QUERIES = 200;
const K = 10;
const SHARES = [0.5, 0.2, 0.01];
/** `hnsw_ef` of searches that say how wide they are. */
const WIDTHS = [128, 512, 1024];
const KEY = "0-0";

type Vectors = () => Float32Array;

const normalised = (vector: Float32Array): Float32Array => {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
};

function hiddenVectors(size: number): Vectors {
  const normal = normalNumbers(3);
  const matrix = Array.from({ length: HIDDEN }, () => Float32Array.from({ length: size }, normal));
  const noise = NOISE * Math.sqrt(HIDDEN);
  return () => {
    const vector = Float32Array.from({ length: size }, () => noise * normal());
    for (const row of matrix) {
      const weight = normal();
      for (let i = 0; i < size; i++) vector[i] = (vector[i] ?? 0) + weight * (row[i] ?? 0);
    }
    return vector;
  };
}

function uniformVectors(size: number): Vectors {
  const next = randomNumbers(4);
  return () => Float32Array.from({ length: size }, next);
}

interface Answers {
  slots: number[][];
  time: Spread;
}
interface Asked {
  exact: boolean;
  among?: Uint32Array;
  ef?: number;
}

/** One column, its queries and its graph. */
class Subject {
  private readonly arena = new FloatArena();
  private readonly errors: Error[] = [];
  private readonly noteError = (error: Error): void => void this.errors.push(error);
  private readonly exact = new PooledSearcher(this.arena, this.noteError);
  readonly column: StoredDenseColumn;
  private readonly queries: Float32Array[];
  private builder: GraphBuilder | undefined;
  private searcher: GraphSearcher | undefined;

  constructor(
    private readonly folder: string,
    distance: Distance,
    next: Vectors,
    points: number,
    size: number,
  ) {
    const make = distance === "Cosine" ? (): Float32Array => normalised(next()) : next;
    const params = { size, distance, datatype: "float32", multi: false, given: new Map() } as const;
    const indexSettings = () => ({ leastBytes: 0, links: 16, efConstruct: 100 });
    this.column = new StoredDenseColumn(params, this.arena.allocate, { key: KEY, indexSettings });
    for (let slot = 0; slot < points; slot++) this.column.put(slot, make());
    this.queries = Array.from({ length: QUERIES }, make);
  }

  /** As after a start of the program: builds the graph, or opens the one in the folder. @returns milliseconds and the width */
  async open(): Promise<{ time: number; ef: number | undefined }> {
    await this.builder?.close();
    const files = new GraphFiles(this.folder);
    await files.open(new Set([KEY]));
    this.builder = new GraphBuilder(files, buildThread(this.noteError), this.noteError);
    this.searcher = new GraphSearcher(this.exact, this.builder);
    const from = performance.now();
    const graph = this.builder.graphOf(this.column);
    await this.builder.settled();
    return { time: performance.now() - from, ef: graph?.stored?.ef };
  }

  async answers({ exact, among, ef }: Asked): Promise<Answers> {
    const slots: number[][] = [];
    const times: number[] = [];
    for (const query of this.queries) {
      const from = performance.now();
      const search = { k: K, excluded: new Set<number>(), exact, among, ef };
      const found = await (this.searcher ?? this.exact).search(this.column, query, search);
      times.push(performance.now() - from);
      slots.push(found.map(({ slot }) => slot));
    }
    return { slots, time: spreadOf(times) };
  }

  async close(): Promise<string[]> {
    await this.builder?.close();
    await this.exact.close();
    return this.errors.map(String);
  }
}

async function measured(kind: string, distance: Distance, next: Vectors, points: number, size: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "embedded-bench-"));
  const subject = new Subject(folder, distance, next, points, size);
  const report = (what: string, figure: string, how: string): void =>
    console.log(line(`${kind}, ${distance}: ${what}`, figure, how));
  try {
    const { time, ef } = await subject.open();
    report("build", `${(time / 1000).toFixed(0)} s`, `${points} x ${size}; width ${ef ?? "none, so it scans"}`);
    const scan = await subject.answers({ exact: true });
    const compare = async (what: string, truth: Answers, asked: Asked): Promise<void> => {
      const found = await subject.answers(asked);
      const hits = found.slots.map((slots, i) => slots.filter((slot) => truth.slots[i]?.includes(slot)).length);
      const recall = hits.reduce((sum, each) => sum + each, 0) / truth.slots.flat().length;
      const factor = (scan.time.median / found.time.median).toFixed(1);
      const sameFilter = asked.among && `, ${(truth.time.median / found.time.median).toFixed(1)} x of the same filter`;
      report(
        what,
        `${recall.toFixed(4)}, ${factor} x`,
        `recall, speed to the exact search${sameFilter ?? ""}; ${shownSpread(found.time)}, exact ${shownSpread(truth.time)}`,
      );
    };
    await compare("unfiltered", scan, { exact: false });
    const draw = randomNumbers(5);
    for (const share of SHARES) {
      const among = Uint32Array.from({ length: points }, (_, slot) => slot).filter(() => draw() + 0.5 < share);
      const truth = await subject.answers({ exact: true, among });
      await compare(`filtered to ${share * 100}%`, truth, { exact: false, among });
    }
    for (const width of WIDTHS) await compare(`hnsw_ef ${width}`, scan, { exact: false, ef: width });
    const again = await subject.open();
    report("opened again", shown(again.time), "from its file, after a restart");
  } finally {
    for (const error of await subject.close()) console.log(error);
    await rm(folder, { recursive: true, force: true });
  }
}

run(async () => {
  const { values } = parseArgs({ options: { points: { type: "string" }, size: { type: "string" } } });
  const [points, size] = [Number(values.points ?? 100_000), Number(values.size ?? 768)];
  for (const distance of ["Cosine", "Dot", "Euclid"] as const) {
    await measured("hidden", distance, hiddenVectors(size), points, size);
  }
  await measured("uniform", "Cosine", uniformVectors(size), points, size);
  return [];
});
