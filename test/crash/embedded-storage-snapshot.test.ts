/** A snapshot of the whole storage, put back by a start of the compiled engine in another folder, and over what is there. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineProcess, call, engineProcess, startEngineProcess } from "../support/engine-process";

const resultOf = async (engine: EngineProcess, method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await call(engine, method, path, body);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { result: unknown }).result;
};

describe("a snapshot of the whole storage", () => {
  let root: string;
  let file: string;
  let before: unknown;
  const running: EngineProcess[] = [];

  async function start(folder: string, ...options: string[]): Promise<EngineProcess> {
    const engine = await engineProcess(join(root, folder), undefined, options);
    running.push(engine);
    return engine;
  }
  /** All collections with all points, and all aliases. */
  async function everything(engine: EngineProcess): Promise<unknown> {
    const { collections } = (await resultOf(engine, "GET", "/collections")) as { collections: { name: string }[] };
    const contents = collections.map(async ({ name }) => {
      const { config, payload_schema } = (await resultOf(engine, "GET", `/collections/${name}`)) as {
        config: unknown;
        payload_schema: unknown;
      };
      const scroll = { limit: 1000, with_vector: true };
      return [
        name,
        config,
        payload_schema,
        await resultOf(engine, "POST", `/collections/${name}/points/scroll`, scroll),
      ];
    });
    return [await Promise.all(contents), await resultOf(engine, "GET", "/aliases")];
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "inlet-storage-"));
    const engine = await start("first");
    const vectors = { size: 2, distance: "Dot" };
    await resultOf(engine, "PUT", "/collections/dense", { vectors, metadata: { is: "dense" } });
    await resultOf(engine, "PUT", "/collections/sparse", { sparse_vectors: { s: {} } });
    await resultOf(engine, "PUT", "/collections/empty", {});
    const index = { field_name: "n", field_schema: "integer" };
    await resultOf(engine, "PUT", "/collections/dense/index?wait=true", index);
    const ids = Array.from({ length: 300 }, (_, id) => id);
    const dense = ids.map((id) => ({ id, vector: [id, 1], payload: { n: id } }));
    const sparse = ids.map((id) => ({ id, vector: { s: { indices: [id], values: [1] } } }));
    await resultOf(engine, "PUT", "/collections/dense/points?wait=true", { points: dense });
    await resultOf(engine, "PUT", "/collections/sparse/points?wait=true", { points: sparse });
    const actions = [{ create_alias: { collection_name: "sparse", alias_name: "words" } }];
    await resultOf(engine, "POST", "/collections/aliases", { actions });
    before = await everything(engine);

    const { name } = (await resultOf(engine, "POST", "/snapshots")) as { name: string };
    file = join(root, name);
    await writeFile(file, Buffer.from(await (await fetch(`${engine.url}/snapshots/${name}`)).arrayBuffer()));
  });
  afterEach(async () => {
    for (const engine of running.splice(0)) await engine.kill();
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("makes an empty folder what the other was, for good", async () => {
    const engine = await start("second", "--storage-snapshot", file);
    expect(await everything(engine)).toEqual(before);
    await engine.kill();
    expect(await everything(await start("second"))).toEqual(before);
  });

  it("replaces collections of the same names, and leaves others", async () => {
    const third = await start("third");
    await resultOf(third, "PUT", "/collections/dense", { vectors: { size: 5, distance: "Cosine" } });
    await resultOf(third, "PUT", "/collections/other", {});
    await third.kill("SIGTERM");
    const engine = await start("third", "--storage-snapshot", file);
    await resultOf(engine, "DELETE", "/collections/other");
    expect(await everything(engine)).toEqual(before);
  });

  it.each(["cut short", "changed", "no snapshot", "a snapshot of one collection", "away"])(
    "is refused where it is %s, and nothing of it is put back",
    async (fault) => {
      const bytes = await readFile(file);
      const broken = join(root, `${fault}.snapshot`);
      if (fault === "cut short") await writeFile(broken, bytes.subarray(0, bytes.length - 1));
      if (fault === "changed") await writeFile(broken, bytes.fill(7, bytes.length >> 1, (bytes.length >> 1) + 1));
      if (fault === "no snapshot") await writeFile(broken, "text");
      if (fault === "a snapshot of one collection")
        await writeFile(broken, bytes.toString("latin1").replace("-storage", ""));
      const folder = join(root, `for ${fault}`);
      const started = await startEngineProcess(folder, undefined, ["--storage-snapshot", broken]);
      expect(started).toMatchObject({ kind: "failed", code: 1 });
      expect(started.kind === "failed" && started.text).toContain(`The snapshot ${broken} can't be put back: `);
      const engine = await start(`for ${fault}`);
      expect(await resultOf(engine, "GET", "/collections")).toEqual({ collections: [] });
    },
  );
});
