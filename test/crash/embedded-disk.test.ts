/** A disk that takes no more, a folder that is in use, and an orderly end. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT_KEY, FORMAT_VERSION } from "../../src/embedded/storage/layout";
import { Store } from "../../src/embedded/storage/store";
import { type EngineProcess, call, engineProcess, startEngineProcess } from "../support/engine-process";

const COLLECTION = "/collections/disk";
const ids = (body: unknown): number[] =>
  (body as { result: { points: { id: number }[] } }).result.points.map(({ id }) => id);

describe("the embedded engine's data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-disk-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("says that the disk is full, keeps what it acknowledged, and shows nothing else", async () => {
    const engine = await engineProcess(folder, 4096);
    await call(engine, "PUT", COLLECTION, { vectors: { size: 1024, distance: "Dot" } });
    const acknowledged: number[] = [];
    let refusal: unknown;
    for (let id = 1; refusal === undefined; id++) {
      const point = { id, vector: Array.from({ length: 1024 }, () => 1), payload: { id } };
      const answer = await call(engine, "PUT", `${COLLECTION}/points?wait=true`, { points: [point] });
      if (answer.status === 200) acknowledged.push(id);
      else refusal = answer;
      expect(id).toBeLessThan(2000);
    }

    expect(refusal).toMatchObject({
      status: 500,
      body: { status: { error: expect.stringContaining(`the data folder ${folder} took no write`) as string } },
    });
    const scroll = (from: { url: string }) => call(from, "POST", `${COLLECTION}/points/scroll`, { limit: 10_000 });
    expect(ids((await scroll(engine)).body)).toEqual(acknowledged);
    expect((await call(engine, "POST", `${COLLECTION}/points/count`, {})).body).toMatchObject({
      result: { count: acknowledged.length },
    });
    await engine.kill();

    const withRoom = await engineProcess(folder);
    expect(ids((await scroll(withRoom)).body)).toEqual(acknowledged);
    const more = { points: [{ id: 100_000, vector: Array.from({ length: 1024 }, () => 2) }] };
    expect((await call(withRoom, "PUT", `${COLLECTION}/points?wait=true`, more)).status).toBe(200);
    await withRoom.kill();
  });

  it.each(["upload", "recover"])(
    "refuses a snapshot that does not fit (%s), and keeps what was there",
    async (kind) => {
      const vectors = { size: 1024, distance: "Dot" };
      const points = (from: number, count: number): { id: number; vector: number[] }[] =>
        Array.from({ length: count }, (_, i) => ({ id: from + i, vector: Array.from({ length: 1024 }, () => i + 1) }));
      const fill = async (engine: EngineProcess, count: number): Promise<void> => {
        expect((await call(engine, "PUT", COLLECTION, { vectors })).status).toBe(200);
        const filled = await call(engine, "PUT", `${COLLECTION}/points?wait=true`, { points: points(1, count) });
        expect(filled.status).toBe(200);
      };
      const elsewhere = await mkdtemp(join(tmpdir(), "inlet-disk-"));
      const large = await engineProcess(elsewhere);
      await fill(large, 800);
      const made = await call(large, "POST", `${COLLECTION}/snapshots`);
      const { name } = (made.body as { result: { name: string } }).result;
      const file = await (await fetch(`${large.url}${COLLECTION}/snapshots/${name}`)).blob();
      await large.kill();
      await rm(elsewhere, { recursive: true });

      const engine = await engineProcess(folder, 4096);
      await fill(engine, 100);
      let refusal: { status: number; body: unknown };
      if (kind === "upload") {
        const form = new FormData();
        form.append("snapshot", file, name);
        const answer = await fetch(`${engine.url}${COLLECTION}/snapshots/upload`, { method: "POST", body: form });
        refusal = { status: answer.status, body: await answer.json() };
      } else {
        const path = join(folder, "snapshots", name);
        await writeFile(path, Buffer.from(await file.arrayBuffer()));
        refusal = await call(engine, "PUT", `${COLLECTION}/snapshots/recover`, { location: `file://${path}` });
      }
      const text = kind === "upload" ? "no space left on the disk" : `the data folder ${folder} took no write`;
      expect(refusal).toMatchObject({
        status: 500,
        body: { status: { error: expect.stringContaining(text) as string } },
      });
      const asBefore = async (from: EngineProcess): Promise<void> => {
        const { body } = await call(from, "POST", `${COLLECTION}/points/scroll`, { limit: 1000, with_vector: true });
        expect((body as { result: unknown }).result).toMatchObject({ points: points(1, 100), next_page_offset: null });
      };
      await asBefore(engine);
      expect(await readdir(join(folder, "snapshots", "unfinished"))).toEqual([]);
      await engine.kill();
      const restarted = await engineProcess(folder);
      await asBefore(restarted);
      await restarted.kill();
    },
  );

  it("refuses a second process, naming folder and first process, and is free at once after a kill", async () => {
    const first = await engineProcess(folder);
    const second = await startEngineProcess(folder);
    expect(second).toMatchObject({ kind: "failed", code: 1 });
    expect(second.kind === "failed" && second.text).toContain(
      `The data folder ${folder} is in use by process ${first.pid}.`,
    );

    await first.kill();
    const third = await engineProcess(folder);
    expect((await call(third, "GET", "/collections")).status).toBe(200);
    await third.kill();
  });

  it("gives the folder to one of several that start at once over a killed one's lock", async () => {
    await (await engineProcess(folder)).kill();
    const starts = await Promise.all([1, 2, 3].map(() => startEngineProcess(folder)));
    const winners = starts.flatMap((start) => (start.kind === "running" ? [start.engine] : []));
    expect(winners).toHaveLength(1);
    await Promise.all(winners.map((engine) => engine.kill()));
  });

  it("refuses files that are not its own", async () => {
    await writeFile(join(folder, "points.mdb"), "not a database, but long enough to be looked at ".repeat(400));
    expect(await startEngineProcess(folder)).toMatchObject({ kind: "failed", code: 1 });
  });

  it("refuses a folder of a newer format, and names both formats", async () => {
    await (await engineProcess(folder)).kill("SIGTERM");
    const store = Store.open(folder, (error) => {
      throw error;
    });
    store.put("meta", FORMAT_KEY, Buffer.from(String(FORMAT_VERSION + 1)));
    await store.close();
    const start = await startEngineProcess(folder);
    expect(start).toMatchObject({ kind: "failed", code: 1 });
    expect(start.kind === "failed" && start.text).toBe(
      `The data folder ${folder} has format ${FORMAT_VERSION + 1}; this program reads format ${FORMAT_VERSION}.\n`,
    );
  });

  it("ends with 0 on SIGTERM and keeps what was written without waiting", async () => {
    const engine = await engineProcess(folder);
    await call(engine, "PUT", COLLECTION, { vectors: { size: 2, distance: "Dot" } });
    await call(engine, "PUT", `${COLLECTION}/points`, { points: [{ id: 7, vector: [1, 2] }] });
    expect(await engine.kill("SIGTERM")).toBe(0);

    const restarted = await engineProcess(folder);
    expect((await call(restarted, "GET", `${COLLECTION}/points/7`)).body).toMatchObject({ result: { id: 7 } });
    await restarted.kill();
  });
});
