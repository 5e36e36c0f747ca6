/** A recovery that does not come to its end, by a fault or by a crash: the collection is as it was, and no record stays behind. */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../../../src/embedded";
import { collectionPrefix } from "../../../../src/embedded/storage/layout";
import { type OpenFolder, openFolder } from "../../../../src/embedded/storage/open";
import { type SnapshotRecord } from "../../../../src/embedded/storage/snapshot-file";
import { STORE_FILE, Store } from "../../../../src/embedded/storage/store";
import { sharedFloats } from "../../../../src/embedded/storage/dense-column";

const POINTS = 500;
const NAME = "kept";
const unexpected = (error: Error): never => {
  throw error;
};
const opened = (folder: string): Promise<OpenFolder> =>
  openFolder(
    folder,
    { allocate: sharedFloats, createPayloadIndex: () => unexpected(new Error("no index here")) },
    unexpected,
  );

/** Keys per collection number. */
async function keysByCollection(folder: string): Promise<Map<number, number>> {
  const store = Store.open(folder, unexpected);
  const keys = new Map<number, number>();
  for (let number = 0; number < 20; number++) {
    const bounds = [collectionPrefix(number), collectionPrefix(number + 1)] as const;
    const count = (["ids", "points", "vectors"] as const).reduce((sum, name) => sum + store.count(name, ...bounds), 0);
    if (count > 0) keys.set(number, count);
  }
  await store.close();
  return keys;
}

describe("a recovery that breaks off", () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "inlet-restore-"));
    folder = join(root, "live");
    const engine = await startEmbedded({ dataDir: folder, port: 0 });
    const put = async (path: string, body: unknown): Promise<void> => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(engine.url + path, { method: "PUT", headers, body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
    };
    await put(`/collections/${NAME}`, { vectors: { size: 2, distance: "Dot" } });
    const points = Array.from({ length: POINTS }, (_, id) => ({ id, vector: [id, 1], payload: { id } }));
    await put(`/collections/${NAME}/points?wait=true`, { points });
    await engine.close();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** Breaks a recovery off when half of its records are on disk; calls `atHalf` at that moment. */
  async function breakOff(atHalf: () => Promise<void>): Promise<void> {
    const { catalog, close } = await opened(folder);
    let config = "";
    const records: SnapshotRecord[] = [];
    await catalog.exportCollection(NAME, async (exported) => {
      config = exported.config;
      for await (const record of exported.records) records.push(record);
    });
    expect(records).toHaveLength(3 * POINTS);
    async function* half(): AsyncIterable<SnapshotRecord> {
      yield* records.slice(0, records.length / 2);
      await catalog.committed();
      await atHalf();
      throw new Error("no more");
    }
    await expect(catalog.restore(NAME, config, half())).rejects.toThrow("no more");
    expect(catalog.stored(NAME).table.pointCount).toBe(POINTS);
    await catalog.swept();
    await close();
  }

  it("by a fault leaves what was there, and nothing else", async () => {
    const before = await keysByCollection(folder);
    await breakOff(async () => undefined);
    expect(await keysByCollection(folder)).toEqual(before);
  });

  it("by a crash leaves what was there, and after a start nothing else", async () => {
    const before = await keysByCollection(folder);
    const crashed = join(root, "crashed");
    await mkdir(crashed);
    // What is on disk at one moment is what a crash at that moment leaves.
    await breakOff(() => copyFile(join(folder, STORE_FILE), join(crashed, STORE_FILE)));
    expect(await keysByCollection(crashed)).not.toEqual(before);

    const { catalog, close } = await opened(crashed);
    expect(catalog.stored(NAME).table.pointCount).toBe(POINTS);
    await catalog.swept();
    await close();
    expect(await keysByCollection(crashed)).toEqual(before);
  });
});
