import { internal } from "../errors";
import { type DenseParams } from "../model/collection";
import { type DenseColumn, type Slot } from "../model/table";
import { PresenceSet } from "./presence";

/** About so many bytes per chunk: large enough for a kernel, small enough that the last one wastes little. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Memory for so many floats, zeroed, which worker threads can read without a copy (query/simd/arena.ts). */
export type AllocateFloats = (floats: number) => Float32Array;

export const sharedFloats: AllocateFloats = (floats) => new Float32Array(new SharedArrayBuffer(floats * 4));

/** All rows of one dense vector in memory, by slot. */
export class StoredDenseColumn implements DenseColumn {
  readonly rowsPerChunk: number;
  readonly chunks: Float32Array[] = [];
  private readonly present = new PresenceSet();
  private readonly watchers: ((slot: Slot) => void)[] = [];

  constructor(
    readonly params: DenseParams,
    private readonly allocate: AllocateFloats,
  ) {
    this.rowsPerChunk = 2 ** Math.max(4, Math.floor(Math.log2(CHUNK_BYTES / (params.size * 4))));
  }

  get count(): number {
    return this.present.count;
  }

  get presence(): Uint8Array {
    return this.present.bytes;
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
    this.placeFor(slot).set(row);
    this.present.add(slot);
    for (const changed of this.watchers) changed(slot);
  }

  /** The same from a record's bytes, without an array in between. */
  putBytes(slot: Slot, bytes: Buffer): void {
    const place = this.placeFor(slot);
    new Uint8Array(place.buffer, place.byteOffset, place.byteLength).set(bytes);
    this.present.add(slot);
    for (const changed of this.watchers) changed(slot);
  }

  remove(slot: Slot): void {
    this.present.delete(slot);
    for (const changed of this.watchers) changed(slot);
  }

  private placeFor(slot: Slot): Float32Array {
    while (this.chunks.length * this.rowsPerChunk <= slot) {
      this.chunks.push(this.allocate(this.rowsPerChunk * this.params.size));
    }
    return this.place(slot);
  }

  private place(slot: Slot): Float32Array {
    const { size } = this.params;
    const chunk = this.chunks[Math.floor(slot / this.rowsPerChunk)];
    if (chunk === undefined) throw internal(`no row ${slot} in a column of ${this.chunks.length} chunks`);
    const start = (slot % this.rowsPerChunk) * size;
    return chunk.subarray(start, start + size);
  }
}
