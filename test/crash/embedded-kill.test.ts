/** The engine is killed with SIGKILL at random moments while several writers write; afterwards every acknowledged write is
 *  there, and no request is there in part. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineProcess, call, engineProcess } from "../support/engine-process";

const ROUNDS = 8;
const WRITERS = 6;
const POINTS_PER_REQUEST = 5;
const SIZE = 64;
const COLLECTION = "/collections/crash";

interface Point {
  id: number;
  vector: { v: number[]; w: { indices: number[]; values: number[] } };
  payload: { generation: number; text: string };
}

/** What one writer knows: each of its requests rewrites the same points under the next generation. */
interface Ledger {
  ids: number[];
  acknowledged: number;
  sent: number;
}

const pointOf = (id: number, generation: number): Point => ({
  id,
  vector: {
    v: Array.from({ length: SIZE }, (_, place) => generation + place),
    w: { indices: [1, 1000 + (generation % 7)], values: [generation, 0.5] },
  },
  payload: { generation, text: `generation ${generation} `.repeat(1 + (generation % 5)) },
});

async function writeUntilKilled(engine: EngineProcess, ledger: Ledger): Promise<void> {
  for (;;) {
    const generation = ++ledger.sent;
    const points = ledger.ids.map((id) => pointOf(id, generation));
    const answer = await call(engine, "PUT", `${COLLECTION}/points?wait=true`, { points }).catch(() => undefined);
    if (answer === undefined) return; // the connection broke: it was killed
    expect(answer).toMatchObject({ status: 200 });
    ledger.acknowledged = generation;
  }
}

async function stored(engine: EngineProcess, ids: number[]): Promise<Point[]> {
  const answer = await call(engine, "POST", `${COLLECTION}/points`, { ids, with_payload: true, with_vector: true });
  expect(answer.status).toBe(200);
  return (answer.body as { result: Point[] }).result;
}

describe("the embedded engine, killed while it writes", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-kill-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("keeps every acknowledged request whole, and shows no other in part", async () => {
    let engine = await engineProcess(folder);
    await call(engine, "PUT", COLLECTION, {
      vectors: { v: { size: SIZE, distance: "Dot" } },
      sparse_vectors: { w: {} },
    });
    const ledgers = Array.from({ length: WRITERS }, (_, writer): Ledger => ({
      ids: Array.from({ length: POINTS_PER_REQUEST }, (_, place) => writer * 100 + place),
      acknowledged: 0,
      sent: 0,
    }));

    for (let round = 0; round < ROUNDS; round++) {
      const writing = ledgers.map((ledger) => writeUntilKilled(engine, ledger));
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 600));
      await engine.kill();
      await Promise.all(writing);
      engine = await engineProcess(folder);

      for (const ledger of ledgers) {
        const points = await stored(engine, ledger.ids);
        const generations = new Set(points.map(({ payload }) => payload.generation));
        if (ledger.acknowledged > 0 || points.length > 0) expect(points).toHaveLength(POINTS_PER_REQUEST);
        expect(generations.size).toBeLessThanOrEqual(1);
        const [generation = 0] = generations;
        expect(generation).toBeGreaterThanOrEqual(ledger.acknowledged);
        expect(generation).toBeLessThanOrEqual(ledger.sent);
        expect(points).toEqual(points.map(({ id }) => pointOf(id, generation)));
      }
      const count = await call(engine, "POST", `${COLLECTION}/points/count`, {});
      const scrolled = await call(engine, "POST", `${COLLECTION}/points/scroll`, { limit: 1000 });
      const { points } = (scrolled.body as { result: { points: Point[] } }).result;
      expect(count.body).toMatchObject({ result: { count: points.length } });
    }
    expect(ledgers.every(({ acknowledged }) => acknowledged > 0)).toBe(true);
    await engine.kill("SIGTERM");
  });

  it("does not bring a collection back that was deleted just before the kill", async () => {
    const engine = await engineProcess(folder);
    expect((await call(engine, "DELETE", COLLECTION)).body).toMatchObject({ result: true });
    await engine.kill();

    const restarted = await engineProcess(folder);
    expect((await call(restarted, "GET", "/collections")).body).toMatchObject({ result: { collections: [] } });
    await call(restarted, "PUT", COLLECTION, { vectors: { size: 2, distance: "Dot" } });
    expect((await call(restarted, "POST", `${COLLECTION}/points/count`, {})).body).toMatchObject({
      result: { count: 0 },
    });
    await restarted.kill();
  });
});
