/** What an upsert costs the embedded engine, beside what no server can save, and how a start goes:
 *
 *    upsert      batches of 256 through the REST client with wait=true, one after the other, to the floor: JSON.parse of the same
 *                bodies, then a sequential write and fsync of each body's bytes (at most 2)
 *    start       opening the folder after a kill (at most 1 s per 100,000 x 768), then the first exact search over all points
 *    GET         median of reading a point while that search reads the column in, to its idle median (at most 3)
 *    memory      of the engine's process after that search, less what it takes when empty (at most 1.5 x the raw vector bytes)
 *
 *    npm run bench:embedded:upsert -- [--points 100000] [--size 768] */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { QdrantClient } from "@qdrant/js-client-rest";
import { startEmbedded } from "../../src/embedded";
import { type Spread, line, randomNumbers, run, shown, shownSpread, spreadOf } from "./measure";

const BATCH = 256;
const COLLECTION = "bench";

interface Engine {
  child: ChildProcess;
  url: string;
  readyMs: number;
}

/** The engine in a process of its own, so that its memory is its own and it can be killed. */
async function startEngine(dataDir: string): Promise<Engine> {
  const from = performance.now();
  const child = fork(__filename, ["--serve", dataDir]);
  const [url] = (await once(child, "message")) as [string];
  return { child, url, readyMs: performance.now() - from };
}

async function serve(dataDir: string): Promise<void> {
  const engine = await startEmbedded({ dataDir, port: 0 });
  process.send?.(engine.url);
}

async function residentBytes({ child }: Engine): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  return (
    Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? NaN) * 1024 +
    Number(/RssShmem:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
  );
}

async function measure(points: number, size: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "embedded-bench-"));
  const file = await open(join(dataDir, "floor.bin"), "w");
  let engine = await startEngine(dataDir);
  const emptyBytes = await residentBytes(engine);
  try {
    const client = new QdrantClient({ url: engine.url, checkCompatibility: false });
    await client.createCollection(COLLECTION, { vectors: { size, distance: "Dot" } });
    const next = randomNumbers(1);
    const ratios: number[] = [];
    const upserts: number[] = [];
    const floors: number[] = [];
    for (let first = 0; first < points; first += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, points - first) }, (_, i) => ({
        id: first + i,
        vector: Array.from({ length: size }, () => Math.fround(next())),
      }));
      const body = JSON.stringify({ points: batch });
      let from = performance.now();
      await client.upsert(COLLECTION, { points: batch, wait: true });
      const upsert = performance.now() - from;
      from = performance.now();
      JSON.parse(body);
      await file.write(body);
      await file.datasync();
      const floor = performance.now() - from;
      upserts.push(upsert);
      floors.push(floor);
      ratios.push(upsert / floor);
    }
    const what = `${points} x ${size}:`;
    const rate = Math.round((BATCH / spreadOf(upserts).median) * 1000);
    const { median, low, high } = spreadOf(ratios);
    const ratio = `${median.toFixed(2)} x (${low.toFixed(2)} … ${high.toFixed(2)})`;
    console.log(
      line(`${what} upsert`, ratio, `of the floor, at most 2; ${shownSpread(spreadOf(upserts))}, ${rate} points/s`),
    );

    engine.child.kill("SIGKILL");
    await once(engine.child, "exit");
    engine = await startEngine(dataDir);
    console.log(line(`${what} start after a kill`, shown(engine.readyMs), "to ready, at most 1 s per 100,000 x 768"));
    const search = new QdrantClient({ url: engine.url, checkCompatibility: false, timeout: 120_000 });
    const query = Array.from({ length: size }, next);
    const idleUntil = performance.now() + 2000;
    const idle = await readingTimes(engine.url, points, () => performance.now() > idleUntil);
    const from = performance.now();
    let isDone = false;
    const first = search.query(COLLECTION, { query, limit: 10, params: { exact: true } }).finally(() => {
      isDone = true;
    });
    const busy = await readingTimes(engine.url, points, () => isDone);
    await first;
    console.log(line(`${what} first search`, shown(performance.now() - from), "reads all vectors in"));
    const slowdown = `${(busy.median / idle.median).toFixed(2)} x`;
    console.log(
      line(`${what} GET meanwhile`, slowdown, `of idle, at most 3; ${shownSpread(busy)}, ${shownSpread(idle)}`),
    );
    const raw = points * size * 4;
    const used = (await residentBytes(engine)) - emptyBytes;
    console.log(line(`${what} memory`, `${(used / raw).toFixed(2)} x`, "of the raw vector bytes, at most 1.5"));
  } finally {
    engine.child.kill("SIGKILL");
    await file.close();
    await rm(dataDir, { recursive: true });
  }
}

/** Milliseconds of reading points one after the other, until `until` ends. */
async function readingTimes(url: string, points: number, until: () => boolean): Promise<Spread> {
  const times: number[] = [];
  for (let i = 0; !until(); i++) {
    const from = performance.now();
    const answer = await fetch(`${url}/collections/${COLLECTION}/points/${(i * 7919) % points}`);
    await answer.arrayBuffer();
    times.push(performance.now() - from);
  }
  return spreadOf(times);
}

run(async () => {
  const { values } = parseArgs({
    options: {
      points: { type: "string", default: "100000" },
      size: { type: "string", default: "768" },
      serve: { type: "string" },
    },
  });
  if (values.serve !== undefined) await serve(values.serve);
  else await measure(Number(values.points), Number(values.size));
  return [];
});
