/** Snapshots of collections as files of the data folder: `snapshots/<digest of the collection's name>/<name>`, beside each its
 *  SHA-256. A file appears under its name only when it is whole. The format is this engine's own (snapshot-file.ts). */
import { createHash, randomUUID } from "node:crypto";
import { type ReadStream, createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { badInput, notFound } from "../errors";
import { type Catalog } from "./catalog";
import { SnapshotReader, SnapshotWriter } from "./snapshot-file";

export interface SnapshotDescription {
  name: string;
  /** UTC, to the second, as Qdrant shows it: without a zone. */
  creationTime: string;
  sizeBytes: number;
  /** SHA-256 of the file, in hex. */
  checksum: string;
}

const SUFFIX = ".snapshot";
const CHECKSUM_SUFFIX = ".checksum";

export class Snapshots {
  constructor(
    private readonly folder: string,
    private readonly catalog: Catalog,
  ) {}

  /** By name. */
  async list(collection: string): Promise<SnapshotDescription[]> {
    const files = await readdir(this.folderOf(collection)).catch(() => []);
    const names = files.filter((file) => file.endsWith(SUFFIX)).sort();
    return Promise.all(names.map((name) => this.describe(collection, name)));
  }

  /** All that was acknowledged before the call, while writes go on. */
  async create(collection: string): Promise<SnapshotDescription> {
    const folder = this.folderOf(collection);
    await mkdir(folder, { recursive: true });
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, "-");
    const name = `${fileSafe(collection)}-${time}-${randomUUID().slice(0, 8)}${SUFFIX}`;
    const unfinished = join(folder, `${name}.part`);
    try {
      const { config, records } = await this.catalog.export(collection);
      const writer = await SnapshotWriter.create(unfinished, config);
      try {
        for await (const record of records) await writer.put(record);
        await writer.finish();
      } finally {
        await writer.close();
      }
      await writeFile(join(folder, name + CHECKSUM_SUFFIX), await sha256(unfinished));
      await rename(unfinished, join(folder, name));
    } finally {
      await rm(unfinished, { force: true });
    }
    return this.describe(collection, name);
  }

  /** @throws QdrantError 404 */
  async read(collection: string, name: string): Promise<{ stream: ReadStream; sizeBytes: number }> {
    const path = await this.pathOf(collection, name);
    return { stream: createReadStream(path), sizeBytes: (await stat(path)).size };
  }

  /** @throws QdrantError 404 */
  async delete(collection: string, name: string): Promise<void> {
    const path = await this.pathOf(collection, name);
    await rm(path);
    await rm(path + CHECKSUM_SUFFIX, { force: true });
  }

  /** Makes or replaces the collection by what a file holds, all at once when all of it is on disk.
   *  @throws QdrantError 400 where it is not a whole snapshot, or of another checksum than `checksum` */
  async recover(collection: string, path: string, checksum: string | undefined): Promise<void> {
    if (checksum !== undefined) {
      const found = await sha256(path);
      if (found !== checksum.toLowerCase()) {
        throw badInput(`Snapshot checksum mismatch: expected ${checksum}, actual ${found}`);
      }
    }
    const reader = await SnapshotReader.open(path);
    try {
      await this.catalog.restore(collection, await reader.config(), reader.records());
    } finally {
      await reader.close();
    }
  }

  /** As `recover`, from a stream. */
  async recoverFrom(collection: string, bytes: Readable, checksum: string | undefined): Promise<void> {
    const received = join(this.folder, `upload-${randomUUID()}`);
    await mkdir(this.folder, { recursive: true });
    try {
      await pipeline(bytes, createWriteStream(received));
      await this.recover(collection, received, checksum);
    } finally {
      await rm(received, { force: true });
    }
  }

  private folderOf(collection: string): string {
    return join(this.folder, createHash("sha256").update(collection).digest("hex").slice(0, 32));
  }

  private async pathOf(collection: string, name: string): Promise<string> {
    const path = join(this.folderOf(collection), basename(name));
    const isThere = name.endsWith(SUFFIX) && basename(name) === name && (await stat(path).catch(() => undefined));
    if (!isThere) throw notFound(`Snapshot ${name} not found`);
    return path;
  }

  private async describe(collection: string, name: string): Promise<SnapshotDescription> {
    const path = join(this.folderOf(collection), name);
    const [{ mtime, size }, checksum] = await Promise.all([stat(path), readFile(path + CHECKSUM_SUFFIX, "utf8")]);
    return { name, creationTime: mtime.toISOString().slice(0, 19), sizeBytes: size, checksum };
  }
}

/** A collection's name may hold what a file's may not, and be longer. */
const fileSafe = (collection: string): string => collection.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
