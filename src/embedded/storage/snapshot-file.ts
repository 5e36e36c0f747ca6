/** A snapshot's format: this engine's own, not Qdrant's. A line of JSON that names the format, then blocks, each with its
 *  length before it; a block is a JSON head (`config`, `records` or `end`) or raw records. All numbers are u32 little-endian.
 *
 *    magic line  `inlet-snapshot 1\n`
 *    config      length, the collection's catalog record as JSON
 *    records     database (u8, its place in DATABASES), key length, value length, key, value; keys without their collection
 *    end         database 255, then how many records there were (u32) */
import { type FileHandle, open } from "node:fs/promises";
import { badInput } from "../errors";
import { DATABASES, type DatabaseName } from "./layout";

const MAGIC = Buffer.from("inlet-snapshot 1\n");
const END = 255;
const HEAD_BYTES = 9;
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
  private waiting: Buffer[] = [MAGIC];
  private waitingBytes = MAGIC.length;
  private records = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string, config: string): Promise<SnapshotWriter> {
    const writer = new SnapshotWriter(await open(path, "wx"));
    const text = Buffer.from(config);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length, 0);
    writer.add(length, text);
    return writer;
  }

  async put({ database, key, value }: SnapshotRecord): Promise<void> {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(DATABASES.indexOf(database), 0);
    head.writeUInt32LE(key.length, 1);
    head.writeUInt32LE(value.length, 5);
    this.add(head, key, value);
    this.records++;
    if (this.waitingBytes >= FLUSH_BYTES) await this.flush();
  }

  /** Ends the file, durably. */
  async finish(): Promise<void> {
    const end = Buffer.alloc(5);
    end.writeUInt8(END, 0);
    end.writeUInt32LE(this.records, 1);
    this.add(end);
    await this.flush();
    await this.file.sync();
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
    await this.file.writeFile(Buffer.concat(this.waiting, this.waitingBytes));
    this.waiting = [];
    this.waitingBytes = 0;
  }
}

const damaged = (what: string): Error => badInput(`the snapshot can't be read: ${what}`);

export class SnapshotReader {
  private buffered = Buffer.alloc(0);

  private constructor(private readonly file: FileHandle) {}

  /** @throws QdrantError 400 where the file is no snapshot of this engine. */
  static async open(path: string): Promise<SnapshotReader> {
    const reader = new SnapshotReader(await open(path, "r"));
    try {
      if (!(await reader.take(MAGIC.length)).equals(MAGIC)) {
        throw damaged("it is not one that this engine made; Qdrant's own snapshots are of another format");
      }
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** The catalog record; to be read first. */
  async config(): Promise<string> {
    const length = (await this.take(4)).readUInt32LE(0);
    return (await this.take(length)).toString("utf8");
  }

  /** @throws QdrantError 400 where the file ends early or is damaged. */
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

  async close(): Promise<void> {
    await this.file.close();
  }

  /** The next bytes, in memory of their own. */
  private async take(length: number): Promise<Buffer> {
    if (length > MAX_PART_BYTES) throw damaged("a record is too long");
    while (this.buffered.length < length) {
      const chunk = Buffer.alloc(Math.max(FLUSH_BYTES, length - this.buffered.length));
      const { bytesRead } = await this.file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) throw damaged("it ends early");
      this.buffered = Buffer.concat([this.buffered, chunk.subarray(0, bytesRead)]);
    }
    const taken = Buffer.from(this.buffered.subarray(0, length));
    this.buffered = this.buffered.subarray(length);
    return taken;
  }
}
