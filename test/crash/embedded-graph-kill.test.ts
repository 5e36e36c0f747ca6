/** Graphs lie beside the records and are written by a thread of their own: the engine is killed while it builds, adds to and saves
 *  one, and afterwards every search is right; a graph that was saved is used again as it is. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type EngineProcess, call, engineProcess } from "../support/engine-process";

const POINTS = 6000;
const SIZE = 128;
const BATCH = 500;
const ROUNDS = 6;
const COLLECTION = "/collections/graph";

interface Info {
  status: string;
  indexed_vectors_count: number;
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.round((state / 2 ** 31) * 100) / 100;
  };
}
const next = randomNumbers(3);
const DIRECTIONS = Array.from({ length: 8 }, () => Array.from({ length: SIZE }, next));
/** With eight hidden dimensions, as real vectors have few. */
function vector(): number[] {
  const weights = DIRECTIONS.map(next);
  return Array.from({ length: SIZE }, (_, i) =>
    weights.reduce((sum, weight, each) => sum + weight * (DIRECTIONS[each]?.[i] ?? 0), 0),
  );
}

describe("a graph of an engine that is killed", () => {
  let folder: string;
  let engine: EngineProcess;
  const result = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(engine, method, COLLECTION + path, body);
    expect(answer).toMatchObject({ status: 200 });
    return (answer.body as { result: unknown }).result;
  };
  const info = async (): Promise<Info> => (await result("GET", "")) as Info;
  const put = (points: { id: number; vector: number[] }[]): Promise<unknown> =>
    result("PUT", "/points?wait=true", { points });
  const search = async (query: number[], params: object): Promise<number[]> => {
    const found = await result("POST", "/points/query", { query, params, limit: 10 });
    return (found as { points: { id: number }[] }).points.map(({ id }) => id);
  };
  const files = async (): Promise<string[]> => (await readdir(join(folder, "graphs")).catch(() => [])).sort();
  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await setTimeout(20);
  }
  const indexed = (): Promise<void> =>
    until(async () => {
      const { status, indexed_vectors_count } = await info();
      return status === "green" && indexed_vectors_count > 0;
    });
  async function restart(): Promise<void> {
    await engine.kill();
    engine = await engineProcess(folder);
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-graph-kill-"));
    engine = await engineProcess(folder);
    await result("PUT", "", {
      vectors: { size: SIZE, distance: "Euclid" },
      optimizers_config: { indexing_threshold: 10 },
    });
    for (let from = 0; from < POINTS; from += BATCH) {
      await put(Array.from({ length: BATCH }, (_, i) => ({ id: from + i, vector: vector() })));
    }
  }, 60_000);
  afterAll(async () => {
    await engine.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it("never shows less than what was acknowledged, whenever the kill comes", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      // Enough that the graph is due to be built, added to or built anew.
      const first = round % 2 === 0 ? POINTS : 0;
      const changed = Array.from({ length: 4 * BATCH }, (_, i) => ({ id: first + 2 * i, vector: vector() }));
      for (let from = 0; from < changed.length; from += BATCH) await put(changed.slice(from, from + BATCH));
      await info();
      await search(vector(), {});
      await setTimeout(60 * round * round);
      await restart();
      for (const { id, vector: query } of changed.slice(0, 3)) {
        expect((await search(query, {}))[0]).toBe(id);
        expect((await search(query, { exact: true }))[0]).toBe(id);
      }
    }
    expect((await files()).filter((name) => name.endsWith(".graph")).length).toBeLessThanOrEqual(1);
  }, 120_000);

  it("is used again without being built, and goes with its collection", async () => {
    await search(vector(), {});
    await indexed();
    const before = { info: await info(), files: await files() };
    await restart();
    expect(await info()).toEqual(before.info);
    const queries = Array.from({ length: 20 }, vector);
    let agreed = 0;
    for (const query of queries) {
      const exact = await search(query, { exact: true });
      agreed += (await search(query, {})).filter((id) => exact.includes(id)).length;
    }
    expect(agreed).toBeGreaterThanOrEqual(0.95 * 200);
    await indexed();
    expect({ info: await info(), files: await files() }).toEqual(before);

    await result("DELETE", "");
    await until(async () => (await files()).length === 0);
  }, 120_000);
});
