/** The compiled engine searches large columns in worker threads, which only exist in dist/: its answers against a plain sum, from a
 *  process of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineProcess, call, engineProcess } from "../../../support/engine-process";

/** Over a million numbers are scanned by the pool (query/simd/pooled-search.ts). */
const ROWS = 9000;
const SIZE = 128;
/** From 16 million numbers on a graph is worth it (query/hnsw/graph-search.ts). */
const GRAPH_ROWS = 4000;
const GRAPH_SIZE = 4096;
const BATCH = 500;

interface Hit {
  id: number;
  score: number;
}

/** Whole numbers from 0 to 9, the same in every run. (Multiply-with-carry; good enough to spread.) */
function digits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 10;
  };
}

const sum = (a: number[], b: number[], term: (x: number, y: number) => number): number =>
  a.reduce((total, x, i) => total + term(x, b[i] ?? 0), 0);
const dot = (a: number[], b: number[]): number => sum(a, b, (x, y) => x * y);
const SCORES: Record<string, (a: number[], b: number[]) => number> = {
  Dot: dot,
  Euclid: (a, b) => -Math.sqrt(sum(a, b, (x, y) => (x - y) ** 2)),
  Manhattan: (a, b) => -sum(a, b, (x, y) => Math.abs(x - y)),
  Cosine: (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
};

describe("the compiled engine", () => {
  let folder: string;
  let engine: EngineProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-workers-"));
    engine = await engineProcess(folder);
  });
  afterAll(async () => {
    await engine.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const done = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const answer = await call(engine, method, path, body);
    expect(answer).toMatchObject({ status: 200 });
    return (answer.body as { result: unknown }).result;
  };
  async function fill(collection: string, distance: string, rows: number[][]): Promise<void> {
    await done("PUT", `/collections/${collection}`, { vectors: { size: rows[0]?.length, distance } });
    for (let from = 0; from < rows.length; from += BATCH) {
      const points = rows
        .slice(from, from + BATCH)
        .map((vector, i) => ({ id: from + i, vector, payload: { part: (from + i) % 3 } }));
      await done("PUT", `/collections/${collection}/points?wait=true`, { points });
    }
  }
  async function search(collection: string, body: object): Promise<Hit[]> {
    const result = await done("POST", `/collections/${collection}/points/query`, { limit: 10, ...body });
    return (result as { points: Hit[] }).points;
  }
  /** The best by definition, by score, then in any order. */
  const best = (rows: number[][], query: number[], distance: string, keep: (id: number) => boolean): number[] =>
    rows
      .flatMap((row, id) => (keep(id) ? [SCORES[distance]?.(query, row) ?? Number.NaN] : []))
      .sort((a, b) => b - a)
      .slice(0, 10)
      .map((score) => (distance === "Euclid" || distance === "Manhattan" ? -score : score));

  it.each(Object.keys(SCORES))(
    "finds in its scan threads what a plain sum finds (%s)",
    async (distance) => {
      const next = digits(7);
      const rows = Array.from({ length: ROWS }, () => Array.from({ length: SIZE }, next));
      const query = Array.from({ length: SIZE }, next);
      const collection = `scan_${distance}`;
      await fill(collection, distance, rows);
      const near = (scores: number[]): unknown[] => scores.map((score): unknown => expect.closeTo(score, 3));

      const all = await search(collection, { query });
      expect(all.map(({ score }) => score)).toEqual(near(best(rows, query, distance, () => true)));
      const must = [{ key: "part", match: { value: 1 } }];
      const filtered = await search(collection, { query, filter: { must } });
      expect(filtered.every(({ id }) => id % 3 === 1)).toBe(true);
      expect(filtered.map(({ score }) => score)).toEqual(near(best(rows, query, distance, (id) => id % 3 === 1)));

      const gone = all.slice(0, 3).map(({ id }) => id);
      await done("POST", `/collections/${collection}/points/delete?wait=true`, { points: gone });
      const left = await search(collection, { query });
      expect(left.map(({ score }) => score)).toEqual(near(best(rows, query, distance, (id) => !gone.includes(id))));
      const many = await Promise.all(Array.from({ length: 8 }, () => search(collection, { query })));
      expect(many).toEqual(many.map(() => left));
    },
    60_000,
  );

  it("finds in its graph what an exact search finds, and what was written after it was built", async () => {
    const next = digits(11);
    // Each row lies near one of 40 centres, as the vectors of texts lie in clusters.
    const centres = Array.from({ length: 40 }, () => Array.from({ length: GRAPH_SIZE }, next));
    const rows = Array.from({ length: GRAPH_ROWS }, (_, i) =>
      (centres[i % 40] ?? []).map((value) => (next() < 3 ? next() : value)),
    );
    await fill("graph", "Cosine", rows);
    const query = rows[17] ?? [];
    await search("graph", { query });
    const indexed = async (): Promise<unknown> =>
      ((await done("GET", "/collections/graph", undefined)) as { indexed_vectors_count: unknown })
        .indexed_vectors_count;
    while ((await indexed()) !== GRAPH_ROWS) await new Promise((resolve) => setTimeout(resolve, 100));
    let agreed = 0;
    for (const row of rows.slice(0, 20)) {
      const exact = await search("graph", { query: row, params: { exact: true } });
      const found = await search("graph", { query: row });
      expect(found).toHaveLength(10);
      agreed += found.filter(({ id }) => exact.some((hit) => hit.id === id)).length;
    }
    // How well a graph does on real sizes is measured by bench/embedded; here, that it is one of these rows.
    expect(agreed).toBeGreaterThanOrEqual(0.9 * 200);

    await done("PUT", "/collections/graph/points?wait=true", { points: [{ id: 99_999, vector: query }] });
    expect((await search("graph", { query, limit: 2 })).map(({ id }) => id).sort()).toEqual([17, 99_999]);
    await done("POST", "/collections/graph/points/delete?wait=true", { points: [17] });
    expect((await search("graph", { query, limit: 1 })).map(({ id }) => id)).toEqual([99_999]);
  }, 120_000);
});
