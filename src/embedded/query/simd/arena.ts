/** Memory for the rows of dense columns in which WebAssembly can score them where they lie. Chunks are cut from shared
 *  WebAssembly memories of a fixed size; a memory is collected once no chunk of it is in use. Nothing is touched before it is
 *  written, so an almost empty memory costs addresses alone.
 *
 *  Each memory starts with scratch areas, one for each thread that may scan it at the same time. */

import { type DenseColumn } from "../../model/table";
import { type AllocateFloats, sharedFloats } from "../../storage/dense-column";

const PAGE_BYTES = 65_536;
/** Room for the largest query (65,536 float32), a block's row addresses and its scores. */
export const ROWS_PER_BLOCK = 1024;
const QUERY_BYTES = 65_536 * 4;
const SCRATCH_BYTES = QUERY_BYTES + 2 * ROWS_PER_BLOCK * 4;
/** Area 0 is the main thread's. */
export const SCRATCH_AREAS = 8;
const HEADER_PAGES = Math.ceil((SCRATCH_AREAS * SCRATCH_BYTES) / PAGE_BYTES);
const DATA_PAGES = 1024;
export const MEMORY_PAGES = HEADER_PAGES + DATA_PAGES;
/** Rows start at cache lines. */
const ALIGNMENT_BYTES = 64;

/** Rows of one column that lie in one memory. It can be sent to another thread. */
export interface Part {
  memory: WebAssembly.Memory;
  /** The chunks of the column that lie in that memory: the first slot of each, and where its rows start. */
  chunks: { firstSlot: number; address: number }[];
}

/** Byte addresses of one thread's scratch area. */
export interface Scratch {
  query: number;
  rows: number;
  scores: number;
}
export function scratchOf(area: number): Scratch {
  const query = area * SCRATCH_BYTES;
  return { query, rows: query + QUERY_BYTES, scores: query + QUERY_BYTES + ROWS_PER_BLOCK * 4 };
}

export class FloatArena {
  private readonly memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();
  private current: { memory: WebAssembly.Memory; used: number } | undefined;

  /** Zeroed memory for so many floats. Where there is no more WebAssembly memory to be had, or the chunk is larger than one,
   *  it is plain shared memory, which is searched without SIMD. */
  readonly allocate: AllocateFloats = (floats) => {
    const bytes = Math.ceil((floats * 4) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const place = bytes <= DATA_PAGES * PAGE_BYTES ? this.placeFor(bytes) : undefined;
    return place ? new Float32Array(place.memory.buffer, place.start, floats) : sharedFloats(floats);
  };

  /** The column's chunks by the memory that they lie in; undefined where one lies elsewhere. */
  partsOf({ chunks, rowsPerChunk }: Pick<DenseColumn, "chunks" | "rowsPerChunk">): Part[] | undefined {
    const parts = new Map<WebAssembly.Memory, Part>();
    for (const [index, chunk] of chunks.entries()) {
      const memory = this.memories.get(chunk.buffer);
      if (memory === undefined) return undefined;
      const part = parts.get(memory) ?? { memory, chunks: [] };
      parts.set(memory, part);
      part.chunks.push({ firstSlot: index * rowsPerChunk, address: chunk.byteOffset });
    }
    return [...parts.values()];
  }

  private placeFor(bytes: number): { memory: WebAssembly.Memory; start: number } | undefined {
    if (this.current === undefined || this.current.used + bytes > MEMORY_PAGES * PAGE_BYTES) {
      try {
        const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
        this.memories.set(memory.buffer, memory);
        this.current = { memory, used: HEADER_PAGES * PAGE_BYTES };
      } catch (error) {
        if (error instanceof RangeError) return undefined;
        throw error;
      }
    }
    const start = this.current.used;
    this.current.used += bytes;
    return { memory: this.current.memory, start };
  }
}
