/** Makes snapshots of the catalog's collections and puts them back. The files: snapshot-folder.ts; their format, which is this
 *  engine's own: snapshot-file.ts. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { QdrantError, badInput, internal } from "../errors";
import { type AliasTarget, type Catalog } from "./catalog";
import { SnapshotReader, SnapshotWriter, type SnapshotRecord } from "./snapshot-file";
import { type SnapshotDescription, SnapshotFolder, type SnapshotOwner, errorCode, sha256 } from "./snapshot-folder";
import { type ExportedCollection } from "./transfer";

export class Snapshots {
  private readonly running = new Set<Promise<unknown>>();

  private constructor(
    readonly files: SnapshotFolder,
    private readonly catalog: Catalog,
    private readonly onError: (error: Error) => void,
  ) {}

  /** `onError` is told of what fails in the background. */
  static async open(folder: string, catalog: Catalog, onError: (error: Error) => void): Promise<Snapshots> {
    return new Snapshots(await SnapshotFolder.open(folder), catalog, onError);
  }

  /** Lets work go on that no one waits for; `close` does. */
  inBackground(work: Promise<unknown>): void {
    const settled = work.catch((error: unknown) => {
      if (error instanceof QdrantError && error.status < 500) return;
      this.onError(error instanceof Error ? error : new Error(String(error)));
    });
    this.running.add(settled);
    void settled.then(() => this.running.delete(settled));
  }

  async close(): Promise<void> {
    await Promise.all(this.running);
  }

  /** All that was acknowledged before the call, while writes go on; of all collections at one moment, with the aliases.
   *  @throws QdrantError 404 */
  create(owner: SnapshotOwner): Promise<SnapshotDescription> {
    return this.files
      .unfinished(async (path) => {
        const writer = await SnapshotWriter.create(path, owner === undefined ? "storage" : "collection");
        let checksum: string;
        try {
          await this.writeContent(writer, owner);
          checksum = await writer.finish();
        } finally {
          await writer.close();
        }
        return this.files.keep(owner, path, checksum);
      })
      .catch(explainDisk);
  }

  /** Makes or replaces the collection by what a file inside the snapshots' folder holds, all at once when all of it is on disk.
   *  @throws QdrantError 400 where it is not a whole snapshot, or of another checksum than `checksum`; 403 for other files */
  async recover(collection: string, path: string, checksum: string | undefined): Promise<void> {
    const file = await this.files.inside(path);
    await this.restore(collection, file, checksum, recoverMismatch);
  }

  /** As `recover`, from a server that answers GET with the file. `apiKey` is sent to it. @throws QdrantError 400, 500 */
  async recoverFromUrl(
    collection: string,
    url: URL,
    checksum: string | undefined,
    apiKey: string | undefined,
  ): Promise<void> {
    const answer = await fetch(url, { headers: apiKey === undefined ? {} : { "api-key": apiKey } }).catch(
      (cause: unknown) => {
        throw internal(`failed to download the snapshot from ${url.href}: ${String(cause)}`);
      },
    );
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel();
      throw badInput(`Failed to download snapshot from ${url.href}: status - ${answer.status}`);
    }
    await this.receive(collection, Readable.fromWeb(answer.body), checksum, recoverMismatch);
  }

  /** As `recover`, from a stream. */
  recoverFrom(collection: string, bytes: Readable, checksum: string | undefined): Promise<void> {
    return this.receive(collection, bytes, checksum, uploadMismatch);
  }

  /** Puts back all that a snapshot of the whole storage holds, collection by collection; others stay.
   *  @throws QdrantError 400 where it is none */
  async recoverFull(path: string): Promise<void> {
    await readStorage(path, async (_config, records) => {
      for await (const record of records) void record;
    });
    const aliases = await readStorage(path, (config, records) => this.catalog.restore(undefined, config, records));
    for (const { alias, collection } of aliases) this.catalog.setAlias(alias, collection);
    await this.catalog.committed();
  }

  private async writeContent(writer: SnapshotWriter, owner: SnapshotOwner): Promise<void> {
    if (owner !== undefined) {
      await this.catalog.exportCollection(owner, (exported) => writeCollection(writer, exported));
      return;
    }
    await this.catalog.exportAll(async (collections, aliases) => {
      writer.text(JSON.stringify({ collections: collections.length, aliases }));
      for (const exported of collections) await writeCollection(writer, exported);
    });
  }

  private receive(collection: string, bytes: Readable, checksum: string | undefined, refusal: Mismatch): Promise<void> {
    return this.files.unfinished(async (received) => {
      await pipeline(bytes, createWriteStream(received)).catch(explainDisk);
      await this.restore(collection, received, checksum, refusal);
    });
  }

  private async restore(
    collection: string,
    path: string,
    checksum: string | undefined,
    refusal: Mismatch,
  ): Promise<void> {
    if (checksum !== undefined) {
      const found = await sha256(path);
      if (found !== checksum.toLowerCase()) throw refusal(checksum, found);
    }
    const reader = await SnapshotReader.open(path, "collection");
    try {
      await this.catalog.restore(collection, await reader.text(), wholeRecords(reader));
    } finally {
      await reader.close();
    }
  }
}

/** How a file of another checksum is refused: the two paths word it differently. */
type Mismatch = (expected: string, found: string) => QdrantError;
const recoverMismatch: Mismatch = (expected, found) =>
  badInput(`Snapshot checksum mismatch: expected ${expected}, got ${found}`);
const uploadMismatch: Mismatch = (expected, found) =>
  new QdrantError(400, `Checksum mismatch: expected ${expected}, actual ${found}`);

function writeCollection(writer: SnapshotWriter, { config, records }: ExportedCollection): Promise<void> {
  writer.text(config);
  return writer.records(records);
}

/** The records of a snapshot of one collection; its end is looked at before the last one counts. */
async function* wholeRecords(reader: SnapshotReader): AsyncIterable<SnapshotRecord> {
  yield* reader.records();
  await reader.end();
}

/** Hands on each collection of a snapshot of the whole storage, and returns the aliases. */
async function readStorage(
  path: string,
  take: (config: string, records: AsyncIterable<SnapshotRecord>) => Promise<void>,
): Promise<AliasTarget[]> {
  const reader = await SnapshotReader.open(path, "storage");
  try {
    const { collections, aliases } = readHead(await reader.text());
    for (let left = collections; left > 0; left--) await take(await reader.text(), reader.records());
    await reader.end();
    return aliases;
  } finally {
    await reader.close();
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isAlias = (value: unknown): value is AliasTarget =>
  isRecord(value) && typeof value["alias"] === "string" && typeof value["collection"] === "string";

function readHead(text: string): { collections: number; aliases: AliasTarget[] } {
  const damaged = badInput("the snapshot can't be read: its head is damaged");
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch {
    throw damaged;
  }
  if (!isRecord(head) || !Array.isArray(head["aliases"]) || typeof head["collections"] !== "number") throw damaged;
  return { collections: head["collections"], aliases: head["aliases"].filter(isAlias) };
}

const DISK_FAULTS: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** A full disk is no fault of the engine, and the caller is told. */
function explainDisk(error: unknown): never {
  if (!DISK_FAULTS.includes(errorCode(error))) throw error;
  throw internal(`the snapshot could not be written, no space left on the disk: ${String(error)}`);
}
