/** A disk that takes no more, a folder that is in use, and an orderly end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, engineProcess, startEngineProcess } from "../support/engine-process";

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
