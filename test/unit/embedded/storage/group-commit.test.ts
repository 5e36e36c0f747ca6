/** However many writers wait, one transaction with one fsync carries them; who comes while it is written shares the next. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { STORE_FILE, Store } from "../../../../src/embedded/storage/store";

const run = promisify(execFile);
const unexpected = (error: Error): never => {
  throw error;
};

describe("group commit", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-commit-"));
    store = Store.open(folder, unexpected);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** LMDB's own count of transactions, read by another process. */
  async function transactions(): Promise<number> {
    const script = `const env = require("lmdb").open({ path: process.argv[1], readOnly: true });
      process.stdout.write(String(env.getStats().lastTxnId));`;
    const { stdout } = await run(process.execPath, ["-e", script, join(folder, STORE_FILE)]);
    return Number(stdout);
  }
  const write = async (number: number): Promise<void> => {
    store.put("meta", Buffer.from(`key ${number}`), Buffer.from("value"));
    await store.committed();
  };

  it("writes what came together together", async () => {
    const before = await transactions();
    expect(before).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 200 }, (_, number) => write(number)));
    expect(await transactions()).toBe(before + 1);
  });

  it("writes what came during a transaction in one more", async () => {
    const before = await transactions();
    const first = write(0);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const later = Array.from({ length: 200 }, (_, number) => write(1 + number));
    await Promise.all([first, ...later]);
    expect(await transactions()).toBe(before + 2);
  });

  it("needs one each for writers that wait for one another", async () => {
    const before = await transactions();
    for (let number = 0; number < 5; number++) await write(number);
    expect(await transactions()).toBe(before + 5);
  });
});
