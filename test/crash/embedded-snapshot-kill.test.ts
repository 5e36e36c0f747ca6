/** The engine is killed with SIGKILL at random moments while a snapshot is made, uploaded or put back. Afterwards the collection is
 *  wholly the one or wholly the other, every snapshot that is listed is whole, and no other file is there. What a
 *  recovery leaves in the store: test/unit/embedded/storage/restore.test.ts. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type EngineProcess, call, engineProcess } from "../support/engine-process";

const ROUNDS_PER_KIND = 5;
const COLLECTION = "/collections/whole";
const SIZE = 16;
const STATES = { first: 4000, second: 2000 } as const;
type State = keyof typeof STATES;
const BATCH = 1000;

interface Description {
  name: string;
  size: number;
  checksum: string;
}

const resultOf = async <T>(engine: EngineProcess, method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await call(engine, method, path, body);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { result: T }).result;
};

const snapshots = (engine: EngineProcess): Promise<Description[]> => resultOf(engine, "GET", `${COLLECTION}/snapshots`);

/** Makes the collection anew. The states differ in their points, their index and their metadata. */
async function fill(engine: EngineProcess, state: State): Promise<void> {
  await resultOf(engine, "DELETE", COLLECTION);
  await resultOf(engine, "PUT", COLLECTION, {
    vectors: { dense: { size: SIZE, distance: "Dot" } },
    sparse_vectors: { words: {} },
    metadata: { state },
  });
  for (let from = 0; from < STATES[state]; from += BATCH) {
    const points = Array.from({ length: BATCH }, (_, i) => pointOf(from + i, state));
    await resultOf(engine, "PUT", `${COLLECTION}/points?wait=true`, { points });
  }
  await resultOf(engine, "PUT", `${COLLECTION}/index?wait=true`, { field_name: state, field_schema: "integer" });
}

const pointOf = (id: number, state: State) => ({
  id,
  payload: { state, [state]: id % 7 },
  vector: {
    dense: Array.from({ length: SIZE }, (_, i) => id + i + STATES[state]),
    words: { indices: [id], values: [0.5] },
  },
});

/** All that a reader sees of the collection, as one text. */
async function everything(engine: EngineProcess): Promise<string> {
  const { config, payload_schema, points_count } = await resultOf<Record<string, unknown>>(engine, "GET", COLLECTION);
  const scroll = { limit: 10_000, with_vector: true };
  const filters = Object.keys(STATES).map((key) => ({ filter: { must: [{ key, match: { value: 3 } }] } }));
  const counts = filters.map((filter) => resultOf(engine, "POST", `${COLLECTION}/points/count`, filter));
  const page = await resultOf(engine, "POST", `${COLLECTION}/points/scroll`, scroll);
  return JSON.stringify([config, payload_schema, points_count, await Promise.all(counts), page]);
}

describe("the embedded engine, killed at a snapshot", () => {
  let folder: string;
  let engine: EngineProcess;
  const made = new Map<State, { path: string; bytes: Blob; everything: string }>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-snapshot-"));
    engine = await engineProcess(folder);
    for (const state of ["first", "second"] as const) {
      await fill(engine, state);
      const { name } = await resultOf<Description>(engine, "POST", `${COLLECTION}/snapshots`);
      const found = await readdir(join(folder, "snapshots"), { recursive: true });
      const path = join(folder, "snapshots", found.find((each) => each.endsWith(name)) ?? "");
      const bytes = await (await fetch(`${engine.url}${COLLECTION}/snapshots/${name}`)).blob();
      const page = await resultOf(engine, "POST", `${COLLECTION}/points/scroll`, { limit: 10_000, with_vector: true });
      const points = Array.from({ length: STATES[state] }, (_, id) => pointOf(id, state));
      expect(page).toEqual({ points, next_page_offset: null });
      made.set(state, { path, bytes, everything: await everything(engine) });
    }
  }, 120_000);
  afterAll(async () => {
    await engine.kill();
    await rm(folder, { recursive: true, force: true });
  });

  function madeOf(state: State): { path: string; bytes: Blob; everything: string } {
    const found = made.get(state);
    if (found === undefined) throw new Error(`no snapshot of ${state}`);
    return found;
  }
  /** Which of the two it is, whole; anything between them fails. */
  async function wholeState(): Promise<State> {
    const found = await everything(engine);
    const state = [...made].find(([, each]) => each.everything === found)?.[0];
    if (state === undefined) throw new Error(`neither of the two: ${found.slice(0, 1000)}`);
    return state;
  }
  const other = (state: State): State => (state === "first" ? "second" : "first");

  /** Each starts something that takes a while; its failure at the kill is no fault. */
  const kinds = {
    recover: (state: State) =>
      call(engine, "PUT", `${COLLECTION}/snapshots/recover`, {
        location: `file://${madeOf(state).path}`,
      }),
    upload: (state: State) => {
      const form = new FormData();
      form.append("snapshot", madeOf(state).bytes, "x.snapshot");
      return fetch(`${engine.url}${COLLECTION}/snapshots/upload`, { method: "POST", body: form });
    },
    create: () => call(engine, "POST", `${COLLECTION}/snapshots`),
  };

  /** No file that belongs to nothing, and every listed snapshot with the bytes that its checksum says. */
  async function onlyWholeFiles(): Promise<Description[]> {
    const listed = await snapshots(engine);
    const root = join(folder, "snapshots");
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    const expected = listed.flatMap(({ name }) => [name, `${name}.checksum`]);
    expect(files.map(({ name }) => name).sort()).toEqual(expected.sort());
    for (const { name, checksum, size } of listed) {
      const file = files.find((each) => each.name === name);
      const path = join(file?.parentPath ?? "", name);
      const hash = createHash("sha256");
      await pipeline(createReadStream(path), hash);
      expect([hash.digest("hex"), (await stat(path)).size]).toEqual([checksum, size]);
    }
    return listed;
  }

  it.each(["recover", "upload", "create"] as const)(
    "leaves the collection whole, and whole files alone, at a kill during %s",
    async (kind) => {
      const started = Date.now();
      await kinds[kind](other(await wholeState()));
      const lastsMs = Date.now() - started;
      for (let round = 0; round < ROUNDS_PER_KIND; round++) {
        const before = await wholeState();
        const running = kinds[kind](other(before)).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * lastsMs));
        await engine.kill();
        const answered = await running;
        engine = await engineProcess(folder);

        const after = await wholeState();
        const listed = await onlyWholeFiles();
        if (kind === "create") {
          expect(after).toBe(before);
          if (answered !== undefined) expect(listed).toContainEqual((answered.body as { result: unknown }).result);
        } else if (answered !== undefined) expect(after).toBe(other(before));
      }
    },
    120_000,
  );

  it("keeps nothing of an upload whose client goes away", async () => {
    const before = await wholeState();
    const unfinished = join(folder, "snapshots", "unfinished");
    const untilFiles = async (count: number): Promise<void> => {
      while ((await readdir(unfinished)).length !== count) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const bytes = Buffer.from(await madeOf(other(before)).bytes.arrayBuffer());
    const socket = connect(Number(new URL(engine.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(
      [
        `POST ${COLLECTION}/snapshots/upload HTTP/1.1`,
        "Host: engine",
        "Content-Type: multipart/form-data; boundary=between",
        `Content-Length: ${bytes.length + 1000}`,
        "",
        "--between",
        'Content-Disposition: form-data; name="snapshot"; filename="x.snapshot"',
        "",
        "",
      ].join("\r\n"),
    );
    socket.write(bytes.subarray(0, bytes.length >> 1));
    await untilFiles(1);
    socket.destroy();
    await untilFiles(0);
    expect(await wholeState()).toBe(before);
  });
});
