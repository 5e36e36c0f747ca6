/** Removes what deleted collections and vectors left behind, a bounded number of records per transaction, so that a large
 *  deletion neither blocks writers nor grows one huge transaction. What is to be swept is itself a record, so that a crash
 *  only delays it. */
import { type DatabaseName, SWEEP_KEY, afterPrefix } from "./layout";
import { type Store } from "./store";

const RECORDS_PER_TRANSACTION = 2000;

const sweepKey = (database: DatabaseName, prefix: Buffer): Buffer =>
  Buffer.from(`${SWEEP_KEY}${database}/${prefix.toString("hex")}`);

export class Sweeper {
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly store: Store) {}

  /** Notes, as part of the pending batch, that all records under a prefix are garbage. */
  add(database: DatabaseName, prefix: Buffer): void {
    this.store.put("meta", sweepKey(database, prefix), Buffer.alloc(0));
    this.start();
  }

  /** Goes on with what is noted. */
  start(): void {
    if (this.running !== undefined || this.stopping) return;
    this.running = this.sweepAll()
      // The next start, or the next deletion, tries again; the store has reported the failure.
      .catch(() => undefined)
      .finally(() => {
        this.running = undefined;
      });
  }

  /** Resolves when nothing is left to be swept, or when it had to give up. */
  async settled(): Promise<void> {
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async sweepAll(): Promise<void> {
    // The note must be durable before anything goes.
    await this.store.committed();
    for (let next = this.next(); next !== undefined && !this.stopping; next = this.next()) {
      const { database, prefix } = next;
      const block = this.store.range(database, prefix, afterPrefix(prefix), RECORDS_PER_TRANSACTION);
      for (const { key } of block) this.store.remove(database, key);
      if (block.length < RECORDS_PER_TRANSACTION) this.store.remove("meta", sweepKey(database, prefix));
      await this.store.committed();
    }
  }

  private next(): { database: DatabaseName; prefix: Buffer } | undefined {
    const start = Buffer.from(SWEEP_KEY);
    const [found] = this.store.range("meta", start, afterPrefix(start), 1);
    const [database, prefix] = found?.key.toString("utf8", start.length).split("/") ?? [];
    if (prefix === undefined) return undefined;
    if (database !== "ids" && database !== "points" && database !== "vectors") return undefined;
    return { database, prefix: Buffer.from(prefix, "hex") };
  }
}
