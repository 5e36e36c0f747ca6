import { internal } from "../errors";
import { type CollectionConfig } from "../model/collection";
import { type Slot } from "../model/table";
import { type StoredVector } from "../model/vector";
import {
  afterPrefix,
  decodeFloats,
  decodeSparse,
  encodeVector,
  slotOfVectorKey,
  vectorKey,
  vectorPrefix,
} from "./layout";
import { type Store } from "./store";

/** Records read at once during a pass: bounds what a pass holds in memory. */
const BLOCK = 512;

/** The vectors of one collection as records of the store. */
export class VectorRecords {
  constructor(
    private readonly store: Store,
    private readonly collection: number,
    private readonly numbers: () => ReadonlyMap<string, number>,
    private readonly config: () => CollectionConfig,
  ) {}

  numberOf(name: string): number {
    const number = this.numbers().get(name);
    if (number === undefined) throw internal(`no vector ${name}`);
    return number;
  }

  read(name: string, slot: Slot): StoredVector | undefined {
    const bytes = this.store.get("vectors", vectorKey(this.collection, this.numberOf(name), slot));
    if (bytes === undefined) return undefined;
    const dense = this.config().dense.get(name);
    if (dense === undefined) return { kind: "sparse", sparse: decodeSparse(bytes) };
    const data = decodeFloats(bytes);
    return dense.multi ? { kind: "multi", multi: { size: dense.size, data } } : { kind: "dense", data };
  }

  put(name: string, slot: Slot, vector: StoredVector): void {
    this.store.put("vectors", vectorKey(this.collection, this.numberOf(name), slot), encodeVector(vector));
  }

  remove(name: string, slot: Slot): void {
    this.store.remove("vectors", vectorKey(this.collection, this.numberOf(name), slot));
  }

  /** How many points have the vector. O(points). */
  count(name: string): number {
    const prefix = vectorPrefix(this.collection, this.numberOf(name));
    return this.store.count("vectors", prefix, afterPrefix(prefix));
  }

  /** How many points of the slots from `from` to before `to` have the vector. */
  countBetween(name: string, from: Slot, to: Slot): number {
    const keyOf = (slot: Slot): Buffer => vectorKey(this.collection, this.numberOf(name), slot);
    return this.store.count("vectors", keyOf(from), keyOf(to));
  }

  /** Every record of one vector by ascending slot. */
  *all(name: string): Iterable<[Slot, Buffer]> {
    const prefix = vectorPrefix(this.collection, this.numberOf(name));
    const end = afterPrefix(prefix);
    let from = prefix;
    for (;;) {
      const block = this.store.range("vectors", from, end, BLOCK);
      for (const { key, value } of block) yield [slotOfVectorKey(key), value];
      const last = block.at(-1);
      if (last === undefined || block.length < BLOCK) return;
      from = Buffer.concat([last.key, Buffer.of(0)]);
    }
  }
}
