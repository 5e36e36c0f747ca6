/** A snapshot's format: this engine's own, not Qdrant's. All numbers are u32 little-endian.
 *
 *    magic line   `inlet-snapshot 1\n` (one collection) or `inlet-storage-snapshot 1\n` (all of them)
 *    head         of all collections alone: a text, JSON of how many there are and of the aliases
 *    collections  each a text, its catalog record; then records, each its database (u8, its place in DATABASES), key length,
 *                 value length, key without the collection's number, value; then 255 and how many records there were
 *    digest       SHA-256 of all that stands before it
 *
 *  A text is its length in bytes, then UTF-8. */
import { type Hash, createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { badInput } from "../errors";
import { DATABASES, type DatabaseName } from "./layout";

export type SnapshotKind = "collection" | "storage";

const MAGIC: Record<SnapshotKind, Buffer> = {
  collection: Buffer.from("inlet-snapshot 1\n"),
  storage: Buffer.from("inlet-storage-snapshot 1\n"),
};
const END = 255;
const RECORD_HEAD_BYTES = 9;
const DIGEST_BYTES = 32;
/** Written to the file at once. */
const FLUSH_BYTES = 1024 * 1024;
/** No record is longer: a payload is at most a request's body, a multivector less than 2^20 floats. */
const MAX_PART_BYTES = 256 * 1024 * 1024;

export interface SnapshotRecord {
  database: DatabaseName;
  /** Without the collection's number. */
  key: Buffer;
  value: Buffer;
}

export class SnapshotWriter {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private readonly hash = createHash("sha256");

  private constructor(private readonly file: FileHandle) {}

  /** The file must not be there. */
  static async create(path: string, kind: SnapshotKind): Promise<SnapshotWriter> {
    const writer = new SnapshotWriter(await open(path, "wx"));
    writer.add(MAGIC[kind]);
    return writer;
  }

  text(text: string): void {
    const bytes = Buffer.from(text);
    this.add(u32(bytes.length), bytes);
  }

  async records(records: AsyncIterable<SnapshotRecord>): Promise<void> {
    let count = 0;
    for await (const { database, key, value } of records) {
      const head = Buffer.alloc(RECORD_HEAD_BYTES);
      head.writeUInt8(DATABASES.indexOf(database), 0);
      head.writeUInt32LE(key.length, 1);
      head.writeUInt32LE(value.length, 5);
      this.add(head, key, value);
      count++;
      if (this.waitingBytes >= FLUSH_BYTES) await this.flush();
    }
    this.add(Buffer.of(END), u32(count));
  }

  /** Ends the file, durably; the SHA-256 of all of it, in hex. */
  async finish(): Promise<string> {
    await this.flush();
    this.add(this.hash.copy().digest());
    await this.flush();
    await this.file.sync();
    return this.hash.digest("hex");
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private add(...parts: Buffer[]): void {
    for (const part of parts) {
      this.waiting.push(part);
      this.waitingBytes += part.length;
    }
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    this.hash.update(bytes);
    await this.file.writeFile(bytes);
  }
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

const damaged = (what: string): Error => badInput(`the snapshot can't be read: ${what}`);

/** Reads what a SnapshotWriter wrote, in the same order. Every call throws a QdrantError (400) where the file ends early or is
 *  damaged, `end` also where any byte of it is another. */
export class SnapshotReader {
  private buffered = Buffer.alloc(0);

  private constructor(
    private readonly file: FileHandle,
    private readonly hash: Hash,
  ) {}

  /** @throws QdrantError 400 where the file is no snapshot of this engine and kind. */
  static async open(path: string, kind: SnapshotKind): Promise<SnapshotReader> {
    const reader = new SnapshotReader(await open(path, "r"), createHash("sha256"));
    try {
      const magic = MAGIC[kind];
      if (!(await reader.take(magic.length)).equals(magic)) {
        const what = kind === "collection" ? "a collection" : "the whole storage";
        throw damaged(`it is not one of ${what} that this engine made; Qdrant's own snapshots are of another format`);
      }
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async text(): Promise<string> {
    const length = (await this.take(4)).readUInt32LE(0);
    return (await this.take(length)).toString("utf8");
  }

  async *records(): AsyncIterable<SnapshotRecord> {
    for (let count = 0; ; count++) {
      const kind = (await this.take(1)).readUInt8(0);
      if (kind === END) {
        if ((await this.take(4)).readUInt32LE(0) !== count) throw damaged("records are missing");
        return;
      }
      const database = DATABASES[kind];
      if (database === undefined || database === "meta") throw damaged(`unknown kind of record ${kind}`);
      const lengths = await this.take(8);
      const key = await this.take(lengths.readUInt32LE(0));
      yield { database, key, value: await this.take(lengths.readUInt32LE(4)) };
    }
  }

  /** To be called before anything that was read counts. */
  async end(): Promise<void> {
    const expected = this.hash.copy().digest();
    if (!(await this.take(DIGEST_BYTES)).equals(expected)) throw damaged("its content was changed");
    if (await this.fill(1)) throw damaged("it goes on behind its end");
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** The next bytes, in memory of their own. */
  private async take(length: number): Promise<Buffer> {
    if (length > MAX_PART_BYTES) throw damaged("a record is too long");
    if (!(await this.fill(length))) throw damaged("it ends early");
    const taken = Buffer.from(this.buffered.subarray(0, length));
    this.buffered = this.buffered.subarray(length);
    this.hash.update(taken);
    return taken;
  }

  /** Whether so many bytes are still to come; they are then buffered. */
  private async fill(length: number): Promise<boolean> {
    while (this.buffered.length < length) {
      const chunk = Buffer.alloc(Math.max(FLUSH_BYTES, length - this.buffered.length));
      const { bytesRead } = await this.file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return false;
      this.buffered = Buffer.concat([this.buffered, chunk.subarray(0, bytesRead)]);
    }
    return true;
  }
}
