/** Graphs on disk, beside the records that they were made from: for each column one file of usearch's and one of ours that names
 *  it, `<column>.graph`. Ours is written whole, after the other is on the disk, and put in place by a rename, so that a kill at any
 *  moment leaves the former pair or the new one; what no `.graph` file names is removed at the start.
 *
 *  A graph may lag behind the records, or be ahead of what survived a crash: it holds the checksum of every row as it was added,
 *  and what differs from the column's own is scanned (query/hnsw/graph.ts). A file that is damaged is not used.
 *
 *  Layout of a `.graph` file: the head's length (u32), the head (JSON), a byte a slot (1: known), a checksum a slot (u32, of
 *  the row), and the CRC-32 of all that (u32); little-endian. */
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { type GraphShape } from "./shape";

interface Head {
  format: number;
  shape: GraphShape;
  /** Of usearch's file. */
  name: string;
  bytes: number;
  checksum: number;
  /** undefined: a scan is better (query/hnsw/recall-sample.ts). */
  ef?: number;
  /** How many rows there were when that was measured. */
  measuredRows: number;
  slotCount: number;
}

export interface StoredGraph extends Omit<Head, "format" | "name" | "slotCount"> {
  /** usearch's file. */
  path: string;
  /** By slot: 1 where the graph knows the row. */
  known: Uint8Array;
  sums: Uint32Array;
}

/** Raised with what makes graphs of before misread, or worth being built anew. */
const FORMAT = 2;
const GRAPH = ".graph";
const INDEX = ".usearch";

export class GraphFiles {
  private keys = new Set<string>();
  private readonly removed = new Set<string>();
  private counts = new Map<string, number>();
  private files = 0;

  constructor(private readonly folder: string) {}

  /** Looks what there is, and removes what belongs to none of these columns. */
  async open(columns: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const used = new Set<string>();
    for (const name of names.filter((each) => each.endsWith(GRAPH))) {
      const key = name.slice(0, -GRAPH.length);
      const stored = columns.has(key) ? await this.read(key) : undefined;
      if (stored === undefined) continue;
      used.add(this.path(name)).add(stored.path);
      this.keys.add(key);
    }
    const numbers = names.map((name) => Number(/\.([0-9]+)\.usearch$/.exec(name)?.[1] ?? 0));
    this.files = Math.max(0, ...numbers) + 1;
    for (const name of names) if (!used.has(this.path(name))) await rm(this.path(name), { force: true });
  }

  /** How many rows the column's graph knows; undefined where it has none. */
  count(key: string): number | undefined {
    return this.keys.has(key) ? this.counts.get(key) : undefined;
  }

  /** For the next index of that column. */
  async newPath(key: string): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    return this.path(`${key}.${this.files++}${INDEX}`);
  }

  /** undefined where there is none that can be used; whether the index itself is whole, `isWhole` says. */
  async read(key: string): Promise<StoredGraph | undefined> {
    const bytes = await readFile(this.path(key + GRAPH)).catch(() => undefined);
    const stored = bytes && this.decoded(bytes);
    if (stored !== undefined) this.counts.set(key, countOf(stored.known));
    return stored;
  }

  async isWhole({ path, bytes, checksum }: StoredGraph): Promise<boolean> {
    let [read, sum] = [0, 0];
    try {
      for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
        read += part.length;
        sum = crc32(part, sum);
      }
    } catch {
      return false;
    }
    return read === bytes && sum === checksum;
  }

  /** Puts a graph in the place of the former one, whose index file it leaves to the caller. @returns false where the column is no
   *  more, and the graph neither */
  async save(key: string, graph: StoredGraph): Promise<boolean> {
    if (this.removed.has(key)) {
      await rm(graph.path, { force: true });
      return false;
    }
    const temporary = this.path(`${key}${GRAPH}.new`);
    const file = await open(temporary, "w");
    try {
      await file.writeFile(encoded(graph));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path(key + GRAPH));
    await this.syncFolder();
    this.keys.add(key);
    this.counts.set(key, countOf(graph.known));
    if (!this.removed.has(key)) return true;
    await this.remove(key);
    return false;
  }

  /** For a column that is no more. Its files go at the next start if they can't go now. */
  async remove(key: string): Promise<void> {
    this.removed.add(key);
    if (!this.keys.delete(key)) return;
    const stored = await this.read(key);
    this.counts.delete(key);
    await rm(this.path(key + GRAPH), { force: true }).catch(() => undefined);
    if (stored !== undefined) await rm(stored.path, { force: true }).catch(() => undefined);
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  /** So that the rename survives a power cut; not every system lets a folder be opened. */
  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, "r").catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  }

  private decoded(bytes: Buffer): StoredGraph | undefined {
    if (bytes.length < 8 || crc32(bytes.subarray(0, -4)) !== bytes.readUInt32LE(bytes.length - 4)) return undefined;
    const headEnd = 4 + bytes.readUInt32LE(0);
    const head: unknown = JSON.parse(bytes.toString("utf8", 4, headEnd));
    if (!isHead(head)) return undefined;
    const { name, slotCount, ...rest } = head;
    const known = Uint8Array.from(bytes.subarray(headEnd, headEnd + slotCount));
    const sums = new Uint32Array(slotCount);
    new Uint8Array(sums.buffer).set(bytes.subarray(headEnd + slotCount, headEnd + 5 * slotCount));
    return { ...rest, path: this.path(name), known, sums };
  }
}

/** Of a file whose checksum is right, only another format is to be told apart. */
const isHead = (value: unknown): value is Head =>
  typeof value === "object" && value !== null && "format" in value && value.format === FORMAT;

function encoded({ path, known, sums, ...graph }: StoredGraph): Buffer {
  const name = basename(path);
  const slotCount = known.length;
  const head = Buffer.from(JSON.stringify({ ...graph, format: FORMAT, name, slotCount } satisfies Head));
  const bytes = Buffer.alloc(4 + head.length + 5 * slotCount + 4);
  bytes.writeUInt32LE(head.length, 0);
  head.copy(bytes, 4);
  bytes.set(known, 4 + head.length);
  bytes.set(new Uint8Array(sums.buffer, sums.byteOffset, 4 * slotCount), 4 + head.length + slotCount);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}
