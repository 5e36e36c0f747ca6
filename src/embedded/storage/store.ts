/** The durable map under everything: LMDB with a layer of not yet committed records over it.
 *
 *  An operation runs at once and whole on the event loop: what it puts is visible to the next read, and becomes part of
 *  the pending batch. A loop writes one batch after the other, each as one LMDB transaction on a thread of its own with
 *  one fsync, however many operations it holds (group commit); whoever asked for `committed()` meanwhile waits for it.
 *
 *  A batch is a prefix of history: if one fails, it and all that came later are dropped, so that nothing is shown that
 *  was not kept, and `onFailure` tells those who derived state from it. */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Database, type RootDatabase, open } from "lmdb";
import { type QdrantError, internal } from "../errors";
import { DATABASES, type DatabaseName } from "./layout";

type Binary = Database<Buffer, Uint8Array>;

/** What was on disk at one moment, whatever is written since. It keeps its pages from being used again, so close it soon. */
export interface StoreView {
  /** Up to `limit` entries from `start` (inclusive) to `end` (exclusive), by key. */
  range(name: DatabaseName, start: Buffer, end: Buffer, limit: number): { key: Buffer; value: Buffer }[];
  close(): void;
}

interface Entry {
  key: Buffer;
  /** null: removed */
  value: Buffer | null;
}
type Layer = Record<DatabaseName, Map<string, Entry>>;

interface Batch {
  layer: Layer;
  /** Values that are only computed when the batch is written (counters that every operation moves). */
  late: Map<string, { key: Buffer; value: () => Buffer }>;
  bytes: number;
  settled: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** LMDB's file in the data folder. */
export const STORE_FILE = "points.mdb";

/** Beyond this many bytes waiting for the disk, new writes wait too (`room`). */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export class Store {
  private pending = newBatch();
  private writing: Batch | undefined;
  private scheduled = false;
  private refusal: QdrantError | undefined;
  private readonly failureListeners = new Set<() => void>();

  private constructor(
    private readonly folder: string,
    private readonly environment: RootDatabase<Buffer, Uint8Array>,
    private readonly databases: Record<DatabaseName, Binary>,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Opens or makes the files in `folder`, which must exist and be locked by the caller. */
  static open(folder: string, onError: (error: Error) => void): Store {
    const encoding = { encoding: "binary", keyEncoding: "binary" } as const;
    const environment = open<Buffer, Uint8Array>({
      ...encoding,
      path: join(folder, STORE_FILE),
      maxDbs: DATABASES.length,
      // A commit includes its fsync, so that a settled batch is a durable one.
      overlappingSync: false,
      // Batches are ours alone; lmdb-js' own would add a promise that rejects, unheard, when a commit fails.
      eventTurnBatching: false,
    });
    const database = (name: DatabaseName): Binary => environment.openDB<Buffer, Uint8Array>({ name, ...encoding });
    const databases = {
      meta: database("meta"),
      ids: database("ids"),
      points: database("points"),
      vectors: database("vectors"),
    };
    return new Store(folder, environment, databases, onError);
  }

  /** Of the file, for threads that read it by themselves. */
  get path(): string {
    return join(this.folder, STORE_FILE);
  }

  /** The bytes under a key, not to be changed. */
  get(name: DatabaseName, key: Buffer): Buffer | undefined {
    const text = key.toString("latin1");
    const entry = this.pending.layer[name].get(text) ?? this.writing?.layer[name].get(text);
    if (entry !== undefined) return entry.value ?? undefined;
    return this.databases[name].getBinary(key);
  }

  /** The value must not be changed afterwards. */
  put(name: DatabaseName, key: Buffer, value: Buffer): void {
    this.set(name, { key, value });
  }

  remove(name: DatabaseName, key: Buffer): void {
    this.pending.late.delete(key.toString("latin1"));
    this.set(name, { key, value: null });
  }

  /** Puts into `meta` what `value` gives when the batch is written; `get` does not see it before. */
  putLate(key: Buffer, value: () => Buffer): void {
    this.pending.late.set(key.toString("latin1"), { key, value });
    this.schedule();
  }

  /** Up to `limit` entries from `start` (inclusive) to `end` (exclusive), by key. */
  range(name: DatabaseName, start: Buffer, end: Buffer, limit: number): { key: Buffer; value: Buffer }[] {
    const changed = this.changesBetween(name, start, end);
    // Each removed or replaced entry can take one place of those read from the disk.
    const stored = this.databases[name].getRange({ start, end, limit: limit + changed.length });
    const found: { key: Buffer; value: Buffer }[] = [];
    let next = 0;
    const takeChange = (): void => {
      const change = changed[next++];
      if (change?.value) found.push({ key: change.key, value: change.value });
    };
    for (const { key, value } of stored) {
      const storedKey = Buffer.from(key);
      let order = -1;
      for (let change = changed[next]; change !== undefined; change = changed[next]) {
        order = Buffer.compare(change.key, storedKey);
        if (order > 0) break;
        takeChange();
        if (order === 0) break;
      }
      if (order !== 0) found.push({ key: storedKey, value });
      if (found.length >= limit) return found.slice(0, limit);
    }
    while (next < changed.length && found.length < limit) takeChange();
    return found;
  }

  /** What is on disk now. What still waits for the disk is not in it: await `committed` first. */
  view(): StoreView {
    const transaction = this.environment.useReadTransaction();
    return {
      range: (name, start, end, limit) => {
        const stored = this.databases[name].getRange({ start, end, limit, transaction });
        return [...stored].map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
      },
      close: () => transaction.done(),
    };
  }

  /** How many keys lie from `start` (inclusive) to `end` (exclusive). O(keys), without reading values. */
  count(name: DatabaseName, start: Buffer, end: Buffer): number {
    let count = this.databases[name].getKeysCount({ start, end });
    for (const { key, value } of this.changesBetween(name, start, end)) {
      const stored = this.databases[name].doesExist(key);
      if (stored && value === null) count--;
      else if (!stored && value !== null) count++;
    }
    return count;
  }

  /** Resolves when all that was put so far is on disk. @throws QdrantError 500 where the disk refused. */
  committed(): Promise<void> {
    if (!isEmpty(this.pending)) return this.pending.settled;
    return this.writing?.settled ?? Promise.resolve();
  }

  /** Why the disk last refused a batch: who writes over several of them looks whether one of them was lost. */
  get lastRefusal(): QdrantError | undefined {
    return this.refusal;
  }

  /** Resolves at once, or, where too much waits for the disk, when that is written. */
  async room(): Promise<void> {
    if (this.pending.bytes + (this.writing?.bytes ?? 0) > MAX_WAITING_BYTES) await this.committed();
  }

  onFailure(listener: () => void): void {
    this.failureListeners.add(listener);
  }

  /** Writes what waits and closes the files. */
  async close(): Promise<void> {
    await this.committed().catch(() => undefined);
    await this.environment.close();
  }

  private changesBetween(name: DatabaseName, start: Buffer, end: Buffer): Entry[] {
    const pending = this.pending.layer[name];
    const writing = this.writing?.layer[name];
    const inside = ({ key }: Entry): boolean => Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0;
    const found: Entry[] = [];
    for (const entry of pending.values()) if (inside(entry)) found.push(entry);
    for (const [text, entry] of writing ?? []) if (!pending.has(text) && inside(entry)) found.push(entry);
    return found.sort((a, b) => Buffer.compare(a.key, b.key));
  }

  private set(name: DatabaseName, entry: Entry): void {
    this.pending.layer[name].set(entry.key.toString("latin1"), entry);
    this.pending.bytes += entry.key.length + (entry.value?.length ?? 0);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Not at once: requests that arrived together share the transaction.
    setImmediate(() => void this.writeAll());
  }

  private async writeAll(): Promise<void> {
    while (!isEmpty(this.pending)) {
      const batch = this.pending;
      this.pending = newBatch();
      this.writing = batch;
      try {
        await this.write(batch);
        // Reads must see the new transaction before the layer that stood for it goes.
        this.environment.resetReadTxn();
        this.writing = undefined;
        batch.resolve();
      } catch (error) {
        await this.fail(batch, error);
      }
    }
    this.scheduled = false;
  }

  private async write(batch: Batch): Promise<void> {
    for (const { key, value } of batch.late.values()) {
      batch.layer.meta.set(key.toString("latin1"), { key, value: value() });
    }
    await this.environment.batch(() => {
      for (const name of DATABASES) {
        const database = this.databases[name];
        for (const { key, value } of batch.layer[name].values()) {
          const record = value === null ? database.remove(key) : database.put(key, value);
          // The batch's own promise reports a failed commit; those of its records would report it again, to no one.
          record.catch(() => undefined);
        }
      }
    });
  }

  private async fail(batch: Batch, cause: unknown): Promise<void> {
    const error = await this.explain(cause);
    this.onError(error);
    this.refusal = error;
    const later = this.pending;
    this.pending = newBatch();
    this.writing = undefined;
    this.environment.resetReadTxn();
    for (const listener of this.failureListeners) listener();
    batch.reject(error);
    later.reject(error);
  }

  private async explain(cause: unknown): Promise<QdrantError> {
    const reason = await commitFailure(cause);
    const space = await statfs(this.folder).catch(() => undefined);
    const full = space !== undefined && space.bavail * space.bsize < 1024 * 1024;
    return internal(
      `the data folder ${this.folder} took no write: ${full ? "no space left on the disk" : reason}; ` +
        "nothing of this request was kept, all that was acknowledged before it is safe",
    );
  }
}

/** What LMDB said. lmdb-js hangs it on the error as a promise that rejects, and that must be caught. */
async function commitFailure(cause: unknown): Promise<string> {
  if (!(cause instanceof Error)) return String(cause);
  if ("commitError" in cause) {
    try {
      await cause.commitError;
    } catch (inner) {
      if (inner instanceof Error) return inner.message;
    }
  }
  return cause.message;
}

const isEmpty = (batch: Batch): boolean =>
  batch.late.size === 0 && DATABASES.every((name) => batch.layer[name].size === 0);

function newBatch(): Batch {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const settled = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Writers that did not ask to wait have no one to tell.
  settled.catch(() => undefined);
  const layer: Layer = { meta: new Map(), ids: new Map(), points: new Map(), vectors: new Map() };
  return { layer, late: new Map(), bytes: 0, settled, resolve, reject };
}
