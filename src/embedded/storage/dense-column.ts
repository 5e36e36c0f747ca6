import { internal } from "../errors";
import { type DenseParams } from "../model/collection";
import { type DenseColumn, type IndexSettings, type Slot } from "../model/table";
import { PresenceSet } from "./presence";
import { rowSum } from "./row-sum";

/** About so many bytes per chunk: large enough for a kernel, small enough that the last one wastes little. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Memory for so many floats, zeroed, which worker threads can read without a copy (query/simd/arena.ts). */
export type AllocateFloats = (floats: number) => Float32Array;

export const sharedFloats: AllocateFloats = (floats) => new Float32Array(new SharedArrayBuffer(floats * 4));

/** What a column has from its collection. */
export interface ColumnOrigin {
  key: string;
  indexSettings(): IndexSettings;
}

/** A column that stands alone and is never indexed. */
const NO_ORIGIN: ColumnOrigin = {
  key: "",
  indexSettings: () => ({ leastBytes: Infinity, links: 0, efConstruct: 0 }),
};

/** All rows of one dense vector in memory, by slot. */
export class StoredDenseColumn implements DenseColumn {
  readonly rowsPerChunk: number;
  readonly chunks: Float32Array[] = [];
  private readonly present = new PresenceSet();
  private rowSums = new Uint32Array(new SharedArrayBuffer(64 * 4));
  private readonly watchers: ((slot: Slot) => void)[] = [];

  constructor(
    readonly params: DenseParams,
    private readonly allocate: AllocateFloats,
    private readonly origin: ColumnOrigin = NO_ORIGIN,
  ) {
    this.rowsPerChunk = 2 ** Math.max(4, Math.floor(Math.log2(CHUNK_BYTES / (params.size * 4))));
  }

  get count(): number {
    return this.present.count;
  }
  get presence(): Uint8Array {
    return this.present.bytes;
  }
  get sums(): Uint32Array {
    return this.rowSums;
  }
  get key(): string {
    return this.origin.key;
  }
  indexSettings(): IndexSettings {
    return this.origin.indexSettings();
  }

  has(slot: Slot): boolean {
    return this.present.has(slot);
  }

  row(slot: Slot): Float32Array | undefined {
    return this.present.has(slot) ? this.place(slot) : undefined;
  }

  watch(changed: (slot: Slot) => void): void {
    this.watchers.push(changed);
  }

  put(slot: Slot, row: Float32Array): void {
    this.putBytes(slot, Buffer.from(row.buffer, row.byteOffset, row.byteLength));
  }

  /** The same from a record's bytes. */
  putBytes(slot: Slot, bytes: Buffer): void {
    this.reserve(slot + 1);
    const place = this.place(slot);
    new Uint8Array(place.buffer, place.byteOffset, place.byteLength).set(bytes);
    this.rowSums[slot] = rowSum(bytes);
    this.present.add(slot);
    for (const changed of this.watchers) changed(slot);
  }

  remove(slot: Slot): void {
    this.present.delete(slot);
    for (const changed of this.watchers) changed(slot);
  }

  /** Makes room for the slots below `slots`, so that another thread can write them (storage/fill-thread.ts). */
  reserve(slots: number): void {
    while (this.chunks.length * this.rowsPerChunk < slots) {
      this.chunks.push(this.allocate(this.rowsPerChunk * this.params.size));
    }
    this.present.reserve(slots);
    if (slots <= this.rowSums.length) return;
    const grown = new Uint32Array(new SharedArrayBuffer(Math.max(slots, this.rowSums.length * 2) * 4));
    grown.set(this.rowSums);
    this.rowSums = grown;
  }

  /** After another thread has written rows, their sums and their presence. */
  recount(): void {
    this.present.recount();
  }

  private place(slot: Slot): Float32Array {
    const { size } = this.params;
    const chunk = this.chunks[Math.floor(slot / this.rowsPerChunk)];
    if (chunk === undefined) throw internal(`no row ${slot} in a column of ${this.chunks.length} chunks`);
    const start = (slot % this.rowsPerChunk) * size;
    return chunk.subarray(start, start + size);
  }
}
