/** How fast the embedded engine searches, as ratios measured in one run:
 *
 *    exact search        to one pass of the SIMD dot kernel over the same bytes, in one thread (at most 2)
 *    filtered to 1%      by an indexed keyword, to the unfiltered search (at most 1/20)
 *    GET during scans    median of reading a point while exact scans run back to back, to its idle median (at most 3)
 *
 *  and for scale usearch's native exact search and a plain loop over the same vectors. Searches and reads go over HTTP.
 *
 *    npm run bench:embedded:search -- [--points 100000] [--size 768] */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MetricKind, exactSearch } from "usearch";
import { startEmbedded } from "../../src/embedded";
import { FloatArena } from "../../src/embedded/query/simd/arena";
import { BlockScanner } from "../../src/embedded/query/simd/block-scan";
import { dot } from "../../src/embedded/query/distance";
import { StoredDenseColumn } from "../../src/embedded/storage/dense-column";
import { line, randomNumbers, run, shown, shownSpread, type Spread, spreadOf, timed, timesOf } from "./measure";

const GROUPS = 100;
const BATCH = 256;
const ROUNDS = 15;
/** For calls of less than a millisecond, which the compiler must have seen often before they run at their speed. */
const SHORT_ROUNDS = 1000;
const COLLECTION = "bench";

class Client {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly port: number) {}

  send(method: string, path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const sent = request({ port: this.port, method, path, agent: this.agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
  close(): void {
    this.agent.destroy();
  }
}

async function fill(client: Client, points: number, size: number): Promise<void> {
  const next = randomNumbers(1);
  await client.send("PUT", `/collections/${COLLECTION}`, JSON.stringify({ vectors: { size, distance: "Dot" } }));
  await client.send(
    "PUT",
    `/collections/${COLLECTION}/index?wait=true`,
    JSON.stringify({ field_name: "group", field_schema: "keyword" }),
  );
  for (let from = 0; from < points; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, points - from) }, (_, i) => ({
      id: from + i,
      vector: Array.from({ length: size }, () => Math.fround(next())),
      payload: { group: `g${(from + i) % GROUPS}` },
    }));
    await client.send("PUT", `/collections/${COLLECTION}/points?wait=true`, JSON.stringify({ points: batch }));
  }
}

/** Milliseconds of reading points one after the other, until `until` ends. */
async function readingTimes(client: Client, points: number, until: () => boolean): Promise<Spread> {
  const times: number[] = [];
  for (let i = 0; !until(); i++) {
    const from = performance.now();
    await client.send("GET", `/collections/${COLLECTION}/points/${(i * 7919) % points}`);
    times.push(performance.now() - from);
  }
  return spreadOf(times);
}

async function overHttp(
  points: number,
  size: number,
): Promise<{ exact: Spread; filtered: Spread; floor: Spread; reads: [Spread, Spread] }> {
  const dataDir = await mkdtemp(join(tmpdir(), "embedded-bench-"));
  const engine = await startEmbedded({ dataDir, port: 0 });
  const client = new Client(engine.port);
  try {
    await fill(client, points, size);
    const next = randomNumbers(2);
    const query = Array.from({ length: size }, next);
    const params = { exact: true };
    const path = `/collections/${COLLECTION}/points/query`;
    const plain = JSON.stringify({ query, limit: 10, params });
    const filter = { must: [{ key: "group", match: { value: "g7" } }] };
    const narrow = JSON.stringify({ query, limit: 10, params, filter });
    const one = JSON.stringify({ query, limit: 10, params, filter: { must: [{ has_id: [7] }] } });
    const timesOfSearch = async (body: string, rounds: number): Promise<Spread> =>
      spreadOf(await timesOf(() => client.send("POST", path, body), rounds));
    const exact = await timesOfSearch(plain, ROUNDS);
    const filtered = await timesOfSearch(narrow, SHORT_ROUNDS);
    const floor = await timesOfSearch(one, SHORT_ROUNDS);
    const idleUntil = performance.now() + 3000;
    const idle = await readingTimes(client, points, () => performance.now() > idleUntil);
    let scansLeft = 200;
    const scanner = new Client(engine.port);
    const scans = (async () => {
      while (scansLeft-- > 0) await scanner.send("POST", path, plain);
    })();
    const busy = await readingTimes(client, points, () => scansLeft <= 0);
    await scans;
    scanner.close();
    return { exact, filtered, floor, reads: [idle, busy] };
  } finally {
    client.close();
    await engine.close();
    await rm(dataDir, { recursive: true });
  }
}

/** The same vectors without HTTP: one pass of the kernel, usearch, and a plain loop. */
async function inProcess(points: number, size: number): Promise<{ pass: number; native: number; loop: number }> {
  const arena = new FloatArena();
  const column = new StoredDenseColumn(
    { size, distance: "Dot", datatype: "float32", multi: false, given: new Map() },
    arena.allocate,
  );
  const next = randomNumbers(1);
  const flat = new Float32Array(points * size);
  for (let slot = 0; slot < points; slot++) {
    const row = flat.subarray(slot * size, (slot + 1) * size);
    for (let i = 0; i < size; i++) row[i] = next();
    column.put(slot, row);
  }
  const query = Float32Array.from({ length: size }, randomNumbers(2));
  const scanner = new BlockScanner();
  const task = {
    parts: arena.partsOf(column) ?? [],
    query,
    metric: "dot" as const,
    rowsPerChunk: column.rowsPerChunk,
    k: 1,
    presence: column.presence,
    among: undefined,
    excluded: new Uint32Array(0),
    area: 0,
  };
  const pass = await timed(() => {
    const steps = scanner.scan(task);
    while (!steps.next().done);
  }, ROUNDS);
  const native = await timed(() => exactSearch(flat, query, size, 10, MetricKind.IP, 1), ROUNDS);
  const loop = await timed(() => {
    let best = -Infinity;
    for (let slot = 0; slot < points; slot++) best = Math.max(best, dot(query, 0, flat, slot * size, size));
    return best;
  }, 5);
  return { pass, native, loop };
}

run(async () => {
  const { values } = parseArgs({ options: { points: { type: "string" }, size: { type: "string" } } });
  const [points, size] = [Number(values.points ?? 100_000), Number(values.size ?? 768)];
  const { pass, native, loop } = await inProcess(points, size);
  const { exact, filtered, floor, reads } = await overHttp(points, size);
  const [idle, busy] = reads;
  const ratio = (a: Spread, b: number): string => `${(a.median / b).toFixed(2)} x`;
  const part = (exact.median / filtered.median).toFixed(1);
  const partWithoutHttp = (exact.median / (filtered.median - floor.median)).toFixed(0);
  return [
    line(
      "kernel",
      shown(pass),
      `one pass over ${points} x ${size}; usearch ${shown(native)}, a plain loop ${shown(loop)}`,
    ),
    line("exact search", ratio(exact, pass), `of the pass, at most 2; ${shownSpread(exact)}`),
    line("filtered to 1%", `1/${part}`, `of the exact search, at most 1/20; ${shownSpread(filtered)}`),
    line("", `1/${partWithoutHttp}`, `less what a search of one point takes, ${shownSpread(floor)}`),
    line(
      "GET during exact scans",
      ratio(busy, idle.median),
      `of idle, at most 3; ${shownSpread(busy)}, ${shownSpread(idle)}`,
    ),
  ];
});
