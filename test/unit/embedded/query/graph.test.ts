/** Graphs as a search sees them, built in this thread over small columns and used though a scan would do. */
import { appendFile, mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DenseParams, type Distance } from "../../../../src/embedded/model/collection";
import { type IndexSettings } from "../../../../src/embedded/model/table";
import { type DenseSearch, SlicedSearcher } from "../../../../src/embedded/query/dense-search";
import { type BuildThread } from "../../../../src/embedded/query/hnsw/build-thread";
import { GraphBuilder } from "../../../../src/embedded/query/hnsw/graph-builder";
import { GraphFiles } from "../../../../src/embedded/query/hnsw/graph-files";
import { GraphSearcher } from "../../../../src/embedded/query/hnsw/graph-search";
import build from "../../../../src/embedded/query/hnsw/graph-worker";
import { StoredDenseColumn, sharedFloats } from "../../../../src/embedded/storage/dense-column";

const SIZE = 16;
const ROWS = 2000;
const KEY = "1-0";
const WANTED: IndexSettings = { leastBytes: 1, links: 16, efConstruct: 100 };

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
}

/** Of length 1, or of a random one. */
function rows(count: number, seed: number, isUnit: boolean, size = SIZE): Float32Array[] {
  const next = randomNumbers(seed);
  return Array.from({ length: count }, () => {
    const row = Float32Array.from({ length: size }, next);
    const length = isUnit ? Math.hypot(...row) : 0.2 + Math.abs(next());
    return row.map((value) => value / length);
  });
}

function columnOf(distance: Distance, content: readonly Float32Array[], settings = WANTED): StoredDenseColumn {
  const size = content[0]?.length ?? SIZE;
  const params: DenseParams = { size, distance, datatype: "float32", multi: false, given: new Map() };
  const column = new StoredDenseColumn(params, sharedFloats, { key: KEY, indexSettings: () => settings });
  content.forEach((row, slot) => column.put(slot, row));
  return column;
}

const search = (more: Partial<DenseSearch> = {}): DenseSearch => ({
  k: 10,
  excluded: new Set(),
  exact: false,
  ...more,
});

describe("a graph", () => {
  let folder: string;
  let builds: number;
  let errors: Error[];
  const opened: GraphBuilder[] = [];
  const here: BuildThread = {
    run: (task) => {
      builds++;
      return Promise.resolve(build(task));
    },
    close: () => Promise.resolve(),
  };
  /** As after a start of the program. */
  async function start(
    keys = new Set([KEY]),
  ): Promise<{ searcher: GraphSearcher; builder: GraphBuilder; files: GraphFiles }> {
    const files = new GraphFiles(folder);
    await files.open(keys);
    const builder = new GraphBuilder(files, here, (error) => errors.push(error));
    opened.push(builder);
    return { searcher: new GraphSearcher(new SlicedSearcher(), builder, 0), builder, files };
  }
  /** A started program whose graph of the column is ready. */
  async function ready(column: StoredDenseColumn): Promise<Awaited<ReturnType<typeof start>>> {
    const started = await start();
    started.builder.graphOf(column);
    await started.builder.settled();
    expect(started.builder.graphOf(column)?.index).toBeDefined();
    return started;
  }
  async function recall(
    searcher: GraphSearcher,
    column: StoredDenseColumn,
    more: Partial<DenseSearch> = {},
  ): Promise<number> {
    const queries = rows(50, 99, column.params.distance === "Cosine");
    let found = 0;
    for (const query of queries) {
      const exact = await searcher.search(column, query, search({ ...more, exact: true }));
      const scores = new Map(exact.map(({ slot, score }) => [slot, score]));
      for (const { slot, score } of await searcher.search(column, query, search(more))) {
        if (scores.get(slot) === score) found++;
      }
    }
    return found / (10 * queries.length);
  }

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "inlet-graph-")), "graphs");
    [builds, errors] = [0, []];
  });
  afterEach(async () => {
    for (const builder of opened.splice(0)) await builder.close();
    await rm(join(folder, ".."), { recursive: true, force: true });
    expect(errors).toEqual([]);
  });

  it.each(["Cosine", "Dot", "Euclid"] as const)("finds the nearest by %s, filtered or not", async (distance) => {
    const column = columnOf(distance, rows(ROWS, 1, distance === "Cosine"));
    const { searcher } = await ready(column);
    expect(await recall(searcher, column)).toBeGreaterThan(0.97);
    const among = Uint32Array.from({ length: ROWS / 4 }, (_, i) => 4 * i);
    expect(await recall(searcher, column, { among })).toBeGreaterThan(0.97);
    expect(builds).toBe(1);
  });

  it.each(["Manhattan" as const])("is not made for %s, which is scanned", async (distance) => {
    const column = columnOf(distance, rows(ROWS, 1, false));
    const { searcher, builder } = await start();
    expect(await recall(searcher, column)).toBe(1);
    expect(builder.graphOf(column)).toBeUndefined();
  });

  it("is not made below the size, or where the settings want none", async () => {
    const { builder } = await start();
    const few = rows(10, 1, true);
    expect(builder.graphOf(columnOf("Cosine", few, { ...WANTED, leastBytes: 10 * SIZE * 4 + 1 }))).toBeUndefined();
    expect(builder.graphOf(columnOf("Cosine", few, { ...WANTED, leastBytes: Infinity }))).toBeUndefined();
  });

  it("shows what is written, changed and removed since it was built", async () => {
    const content = rows(ROWS, 1, true);
    const column = columnOf("Cosine", content);
    const { searcher } = await ready(column);
    const [target, other] = rows(2, 77, true);
    if (target === undefined || other === undefined) throw new RangeError("two rows are wanted");
    const slotsFor = async (query: Float32Array, more?: Partial<DenseSearch>): Promise<number[]> =>
      (await searcher.search(column, query, search({ k: 1, ...more }))).map(({ slot }) => slot);

    column.put(ROWS, target);
    expect(await slotsFor(target)).toEqual([ROWS]);
    expect(await slotsFor(target, { indexedOnly: true })).not.toEqual([ROWS]);
    expect(await slotsFor(target, { excluded: new Set([ROWS]) })).not.toEqual([ROWS]);
    column.put(5, other);
    expect(await slotsFor(other)).toEqual([5]);
    column.remove(5);
    column.remove(ROWS);
    expect(await slotsFor(target)).not.toEqual([ROWS]);
    expect(await slotsFor(content[5] ?? other)).not.toEqual([5]);
    expect(await recall(searcher, column)).toBeGreaterThan(0.97);
  });

  it("takes new rows in, and is built anew once many have changed", async () => {
    const more = (count: number, seed: number): Float32Array[] => rows(count, seed, false, 128);
    const column = columnOf("Euclid", more(3000, 1));
    const { searcher, builder } = await ready(column);
    const upToDate = async (): Promise<number | undefined> => {
      const graph = builder.graphOf(column);
      await builder.settled();
      return graph?.indexedCount;
    };
    more(2000, 2).forEach((row, i) => column.put(3000 + i, row));
    expect([await upToDate(), builds]).toEqual([5000, 2]);
    more(2000, 3).forEach((row, i) => column.put(i, row));
    expect(builder.graphOf(column)?.indexedCount).toBe(3000);
    expect([await upToDate(), builds]).toEqual([5000, 3]);
    const [nearest] = await searcher.search(column, more(1, 3)[0] ?? new Float32Array(128), search({ k: 1 }));
    expect(nearest).toEqual({ slot: 0, score: -0 });
  });

  it("considers as many candidates as it is told to", async () => {
    const column = columnOf("Cosine", rows(ROWS, 1, true));
    const { searcher } = await ready(column);
    const narrow = await recall(searcher, column, { ef: 10 });
    expect(narrow).toBeLessThan(await recall(searcher, column, { ef: 200 }));
  });

  it("has no place for an infinite row, and lives with it", async () => {
    const content = rows(ROWS, 1, false);
    content[7] = new Float32Array(SIZE).fill(Infinity);
    const column = columnOf("Dot", content);
    const { searcher } = await ready(column);
    const found = await searcher.search(column, rows(1, 5, false)[0] ?? new Float32Array(SIZE), search());
    expect(found).toHaveLength(10);
  });

  describe("after a restart", () => {
    const content = rows(ROWS, 1, true);

    it("is used again without being built, and knows what has changed meanwhile", async () => {
      await ready(columnOf("Cosine", content));
      const changed = [...content];
      const [target = new Float32Array(SIZE)] = rows(1, 77, true);
      changed[3] = target;
      const column = columnOf("Cosine", changed);
      const { searcher, builder, files } = await ready(column);
      expect(files.count(KEY)).toBe(ROWS);
      expect([builds, builder.graphOf(column)?.indexedCount]).toEqual([1, ROWS - 1]);
      expect((await searcher.search(column, target, search({ k: 1 })))[0]?.slot).toBe(3);
      expect(await recall(searcher, column)).toBeGreaterThan(0.97);
    });

    it.each([
      ["usearch's file is cut short", ".usearch", (path: string) => truncate(path, 1000)],
      ["usearch's file is damaged", ".usearch", (path: string) => appendFile(path, "x")],
      ["our file is cut short", ".graph", (path: string) => truncate(path, 100)],
      ["our file is empty", ".graph", (path: string) => truncate(path, 0)],
      ["a file is gone", ".usearch", (path: string) => rm(path)],
    ])("is built anew where %s", async (_, ending, harm) => {
      await ready(columnOf("Cosine", content));
      const name = (await readdir(folder)).find((each) => each.endsWith(ending));
      await harm(join(folder, name ?? ""));
      const column = columnOf("Cosine", content);
      const { searcher } = await ready(column);
      expect(builds).toBe(2);
      expect(await recall(searcher, column)).toBeGreaterThan(0.97);
    });

    it("is built anew where the collection's settings ask for another", async () => {
      await ready(columnOf("Cosine", content));
      await ready(columnOf("Cosine", content, { ...WANTED, links: 24 }));
      expect(builds).toBe(2);
    });

    it("is gone where its column is", async () => {
      await ready(columnOf("Cosine", content));
      await start(new Set(["2-0"]));
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it("leaves no file behind when its column goes, be it while it is built", async () => {
    const column = columnOf("Cosine", rows(ROWS, 1, true));
    const { files } = await ready(column);
    expect(await readdir(folder)).toHaveLength(2);
    await files.remove(KEY);
    expect(await readdir(folder)).toEqual([]);

    const started = await start();
    started.builder.graphOf(column);
    await started.files.remove(KEY);
    await started.builder.settled();
    expect(await readdir(folder)).toEqual([]);
  });
});
