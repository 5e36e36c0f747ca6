/** A collection's records out of the store and into it: what snapshots hold. Keys travel without the collection's number, so
 *  that they fit any. */
import { badInput } from "../errors";
import { decodeCollection, type CollectionRecord } from "./config-codec";
import { COUNTERS_KEY, DRAFT_KEY, afterPrefix, collectionPrefix, decodePoint } from "./layout";
import { encodeCounters } from "./counters";
import { type SnapshotRecord } from "./snapshot-file";
import { type Store, type StoreView } from "./store";
import { type Sweeper } from "./sweeper";

const RECORD_DATABASES = ["ids", "points", "vectors"] as const;
/** Read at once, before other requests get their turn. */
const BLOCK = 256;

/** A collection as it leaves the store. */
export interface ExportedCollection {
  /** Its catalog record. */
  config: string;
  records: AsyncIterable<SnapshotRecord>;
}

/** All records of a collection in a view of the disk. */
export async function* collectionRecords(view: StoreView, collection: number): AsyncIterable<SnapshotRecord> {
  const prefix = collectionPrefix(collection);
  for (const database of RECORD_DATABASES) {
    let start = prefix;
    for (;;) {
      const block = view.range(database, start, afterPrefix(prefix), BLOCK);
      for (const { key, value } of block) yield { database, key: key.subarray(prefix.length), value };
      const last = block.at(-1);
      if (last === undefined || block.length < BLOCK) break;
      start = Buffer.concat([last.key, Buffer.of(0)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Notes that the records of this collection number belong to nothing yet: a crash leaves them to the sweeper. */
export function noteDraft(store: Store, collection: number): void {
  store.put("meta", draftKey(collection), Buffer.alloc(0));
}
export function removeDraftNote(store: Store, collection: number): void {
  store.remove("meta", draftKey(collection));
}
const draftKey = (collection: number): Buffer => Buffer.from(DRAFT_KEY + String(collection));

export function sweepDraft(store: Store, sweeper: Sweeper, collection: number): void {
  for (const database of RECORD_DATABASES) sweeper.add(database, collectionPrefix(collection));
  removeDraftNote(store, collection);
}

/** Puts records under a new number, waiting where the disk is behind; the counters follow from them. Returns when all are on disk.
 *  @throws QdrantError 400 where they are damaged, 500 where the disk refused any of them */
export async function putRecords(
  store: Store,
  collection: number,
  records: AsyncIterable<SnapshotRecord>,
): Promise<void> {
  const prefix = collectionPrefix(collection);
  const refusedBefore = store.lastRefusal;
  let slots = 0;
  let points = 0;
  let operation = 0;
  for await (const { database, key, value } of records) {
    if (database === "points") {
      if (key.length !== 4) throw badInput("the snapshot can't be read: a point's key is damaged");
      slots = Math.max(slots, key.readUInt32BE(0) + 1);
      points++;
      operation = Math.max(operation, decodePoint(value).version);
    }
    store.put(database, Buffer.concat([prefix, key]), value);
    await store.room();
  }
  store.put("meta", Buffer.from(COUNTERS_KEY + String(collection)), encodeCounters(slots, points, operation));
  await store.committed();
  // A batch in between may have failed on another's account, and taken records of ours with it.
  const refusal = store.lastRefusal;
  if (refusal !== undefined && refusal !== refusedBefore) throw refusal;
}

/** The catalog record, under another name where one is given. @throws QdrantError 400 */
export function readRecord(text: string, name: string | undefined): CollectionRecord {
  try {
    const record = decodeCollection(text);
    return name === undefined ? record : { ...record, name };
  } catch {
    throw badInput("the snapshot can't be read: its collection's configuration is damaged");
  }
}
