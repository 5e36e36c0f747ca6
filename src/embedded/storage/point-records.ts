import { internal } from "../errors";
import { type PointId } from "../model/point-id";
import { type Slot } from "../model/table";
import {
  type PointRecord,
  afterPrefix,
  collectionPrefix,
  decodePoint,
  encodePoint,
  idKey,
  pointKey,
  readSlotValue,
  slotOfPointKey,
  slotValue,
} from "./layout";
import { type Store } from "./store";

/** Records read at once during a pass: bounds what a pass holds in memory. */
const BLOCK = 512;

/** Some records by ascending slot. */
export interface RecordBlock {
  records: [Slot, PointRecord][];
  /** Where the next block begins; undefined: there is none. */
  next: Slot | undefined;
}

/** The points of one collection as records of the store, and the slots of their ids. */
export class PointRecords {
  /** The record read last: id, version and payload of one point are mostly asked for together. */
  private last: { slot: Slot; record: PointRecord | undefined } | undefined;

  constructor(
    private readonly store: Store,
    private readonly collection: number,
  ) {}

  slotOf(id: PointId): Slot | undefined {
    const bytes = this.store.get("ids", idKey(this.collection, id));
    return bytes === undefined ? undefined : readSlotValue(bytes);
  }

  /** Reads in blocks, so that the caller may let other work run, and write, between two slots. */
  *slotsById(from?: PointId): Iterable<Slot> {
    const prefix = collectionPrefix(this.collection);
    const end = afterPrefix(prefix);
    let start = from === undefined ? prefix : idKey(this.collection, from);
    for (;;) {
      const block = this.store.range("ids", start, end, BLOCK);
      for (const { value } of block) yield readSlotValue(value);
      const last = block.at(-1);
      if (last === undefined || block.length < BLOCK) return;
      start = Buffer.concat([last.key, Buffer.of(0)]);
    }
  }

  at(slot: Slot): PointRecord | undefined {
    if (this.last?.slot === slot) return this.last.record;
    const bytes = this.store.get("points", pointKey(this.collection, slot));
    const record = bytes === undefined ? undefined : decodePoint(bytes);
    this.last = { slot, record };
    return record;
  }

  /** @throws QdrantError 500 where the slot is free, which the caller should know */
  mustHave(slot: Slot): PointRecord {
    const record = this.at(slot);
    if (record === undefined) throw internal(`slot ${slot} holds no point`);
    return record;
  }

  /** The record of a point whose id has the slot already. */
  replace(slot: Slot, record: PointRecord): void {
    this.store.put("points", pointKey(this.collection, slot), encodePoint(record));
    this.last = { slot, record };
  }

  add(slot: Slot, record: PointRecord): void {
    this.store.put("ids", idKey(this.collection, record.id), slotValue(slot));
    this.replace(slot, record);
  }

  remove(slot: Slot, id: PointId): void {
    this.store.remove("ids", idKey(this.collection, id));
    this.store.remove("points", pointKey(this.collection, slot));
    this.last = undefined;
  }

  /** Drops what is held in memory. */
  reset(): void {
    this.last = undefined;
  }

  /** The first records from a slot on. */
  block(from: Slot): RecordBlock {
    const end = afterPrefix(collectionPrefix(this.collection));
    const records = this.store
      .range("points", pointKey(this.collection, from), end, BLOCK)
      .map(({ key, value }): [Slot, PointRecord] => [slotOfPointKey(key), decodePoint(value)]);
    const last = records.length < BLOCK ? undefined : records.at(-1);
    return { records, next: last === undefined ? undefined : last[0] + 1 };
  }

  /** The slots below `end` that hold no point. O(points). */
  freeSlots(end: Slot): Slot[] {
    const free: Slot[] = [];
    let expected = 0;
    for (let from: Slot | undefined = 0; from !== undefined;) {
      const { records, next } = this.block(from);
      for (const [slot] of records) {
        for (; expected < slot; expected++) free.push(expected);
        expected = slot + 1;
      }
      from = next;
    }
    for (; expected < end; expected++) free.push(expected);
    return free;
  }
}
