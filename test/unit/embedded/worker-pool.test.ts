/** What becomes of work whose thread fails: an answer or an error, never an end of the process or a wait without end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerPool } from "../../../src/embedded/worker-pool";

let folder: string;
let told: Error[];
let pool: WorkerPool<number, number>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-pool-"));
  told = [];
});
afterEach(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const of = (minThreads: number): WorkerPool<number, number> =>
  new WorkerPool(join(folder, "worker.js"), { minThreads, maxThreads: 1 }, (error) => told.push(error));
const write = (text: string): Promise<void> => writeFile(join(folder, "worker.js"), text);

it.each([0, 1])(
  "fails work whose thread can't begin, each time, and does it once one can (from %i threads)",
  async (least) => {
    pool = of(least);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(Promise.all([pool.run(1), pool.run(2)])).rejects.toThrow();
    }
    await write("module.exports = (x) => x + 1;");
    await expect(pool.run(1)).resolves.toBe(2);
  },
);

it("tells of a thread that can't begin, and says why", async () => {
  await write("throw new Error('no such library');");
  pool = of(0);
  await expect(pool.run(1)).rejects.toThrow();
  expect(told.map(({ message }) => message)).toContain("no such library");
});

it("fails only the work that a thread was doing when it ended", async () => {
  await write("module.exports = (x) => (x < 0 ? process.exit(3) : x + 1);");
  pool = of(1);
  await expect(pool.run(1)).resolves.toBe(2);
  await expect(pool.run(-1)).rejects.toThrow("exited with code: 3");
  await expect(pool.run(1)).resolves.toBe(2);
});
