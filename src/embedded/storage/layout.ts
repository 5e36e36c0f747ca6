/** How the engine lies on disk: four LMDB databases in one environment, all keys compared as bytes, numbers in keys
 *  big-endian so that byte order is their order.
 *
 *  meta     text keys: the format, the catalog's records (catalog.ts), counters, what is still to be swept away
 *  ids      [collection u32][id]            -> slot u32; the id's encoding sorts as Qdrant sorts ids
 *  points   [collection u32][slot u32]      -> a PointRecord
 *  vectors  [collection u32][vector u16][slot u32] -> the raw numbers (little-endian, as the machine has them)
 *
 *  Collection and vector numbers are never given out twice, so what a deleted one left behind can be swept at leisure. */
import { type PointId } from "../model/point-id";
import { type SparseVector, type StoredVector } from "../model/vector";

/** Raised with every change that an older or newer program would misread. */
export const FORMAT_VERSION = 1;

export type DatabaseName = "meta" | "ids" | "points" | "vectors";
export const DATABASES: readonly DatabaseName[] = ["meta", "ids", "points", "vectors"];

const NUMERIC_ID = 0;
const UUID_ID = 1;

export function encodeId(id: PointId): Buffer {
  if (typeof id === "string") {
    return Buffer.concat([Buffer.of(UUID_ID), Buffer.from(id.replaceAll("-", ""), "hex")]);
  }
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = NUMERIC_ID;
  if (typeof id === "bigint") {
    bytes.writeBigUInt64BE(id, 1);
  } else {
    bytes.writeUInt32BE(Math.floor(id / 0x1_0000_0000), 1);
    bytes.writeUInt32BE(id % 0x1_0000_0000, 5);
  }
  return bytes;
}

/** The id whose encoding starts at `at`, and the byte behind it. */
export function decodeId(bytes: Buffer, at: number): { id: PointId; end: number } {
  if (bytes[at] === UUID_ID) {
    const hex = bytes.toString("hex", at + 1, at + 17);
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    return { id: parts.join("-"), end: at + 17 };
  }
  const high = bytes.readUInt32BE(at + 1);
  const id = high < 0x20_0000 ? high * 0x1_0000_0000 + bytes.readUInt32BE(at + 5) : bytes.readBigUInt64BE(at + 1);
  return { id, end: at + 9 };
}

/** Keys of `meta`. */
export const COLLECTION_KEY = "collection/";
export const COUNTERS_KEY = "counters/";
export const ALIAS_KEY = "alias/";
export const SWEEP_KEY = "sweep/";
/** Collection numbers under which a snapshot is being put back. */
export const DRAFT_KEY = "draft/";
export const NEXT_COLLECTION_KEY = Buffer.from("next-collection");
export const FORMAT_KEY = Buffer.from("format");

export function collectionPrefix(collection: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(collection, 0);
  return key;
}

export const idKey = (collection: number, id: PointId): Buffer =>
  Buffer.concat([collectionPrefix(collection), encodeId(id)]);

export function pointKey(collection: number, slot: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(collection, 0);
  key.writeUInt32BE(slot, 4);
  return key;
}
export const slotOfPointKey = (key: Buffer): number => key.readUInt32BE(4);

export function vectorPrefix(collection: number, vector: number): Buffer {
  const key = Buffer.allocUnsafe(6);
  key.writeUInt32BE(collection, 0);
  key.writeUInt16BE(vector, 4);
  return key;
}
export function vectorKey(collection: number, vector: number, slot: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(collection, 0);
  key.writeUInt16BE(vector, 4);
  key.writeUInt32BE(slot, 6);
  return key;
}
export const slotOfVectorKey = (key: Buffer): number => key.readUInt32BE(6);

/** The first key behind all that start with `prefix`. */
export function afterPrefix(prefix: Buffer): Buffer {
  const next = Buffer.from(prefix);
  for (let at = next.length - 1; at >= 0; at--) {
    const byte = next[at] ?? 0;
    if (byte < 0xff) {
      next[at] = byte + 1;
      return next.subarray(0, at + 1);
    }
  }
  return Buffer.alloc(prefix.length + 16, 0xff);
}

export const slotValue = (slot: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(slot, 0);
  return bytes;
};
export const readSlotValue = (bytes: Buffer): number => bytes.readUInt32BE(0);

/** A point without its vectors' numbers. */
export interface PointRecord {
  id: PointId;
  version: number;
  /** Numbers of the vectors that the point has. */
  vectors: number[];
  /** JSON; "" for a point without payload, which is most of those that hold vectors alone. */
  payload: string;
}

/** Version (f64), id, how many vectors (u16), their numbers (u16 each), the payload's text. */
export function encodePoint(record: PointRecord): Buffer {
  const id = encodeId(record.id);
  const head = 8 + id.length + 2 + 2 * record.vectors.length;
  const bytes = Buffer.allocUnsafe(head + Buffer.byteLength(record.payload));
  bytes.writeDoubleLE(record.version, 0);
  id.copy(bytes, 8);
  let at = 8 + id.length;
  at = bytes.writeUInt16LE(record.vectors.length, at);
  for (const vector of record.vectors) at = bytes.writeUInt16LE(vector, at);
  bytes.write(record.payload, at, "utf8");
  return bytes;
}

export function decodePoint(bytes: Buffer): PointRecord {
  const { id, end } = decodeId(bytes, 8);
  const count = bytes.readUInt16LE(end);
  const vectors: number[] = [];
  for (let index = 0; index < count; index++) vectors.push(bytes.readUInt16LE(end + 2 + 2 * index));
  return { id, version: bytes.readDoubleLE(0), vectors, payload: bytes.toString("utf8", end + 2 + 2 * count) };
}

const bytesOf = (numbers: Float32Array | Uint32Array): Buffer =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Dense and multi: the floats; sparse: the indices, then the values. The floats are not copied. */
export function encodeVector(vector: StoredVector): Buffer {
  switch (vector.kind) {
    case "dense":
      return bytesOf(vector.data);
    case "multi":
      return bytesOf(vector.multi.data);
    case "sparse":
      return Buffer.concat([bytesOf(vector.sparse.indices), bytesOf(vector.sparse.values)]);
  }
}

/** The floats in memory of their own, aligned as a Float32Array must be. */
export function decodeFloats(bytes: Buffer): Float32Array {
  const floats = new Float32Array(bytes.length / 4);
  bytesOf(floats).set(bytes);
  return floats;
}

export function decodeSparse(bytes: Buffer): SparseVector {
  const half = bytes.length / 2;
  const indices = new Uint32Array(half / 4);
  bytesOf(indices).set(bytes.subarray(0, half));
  return { indices, values: decodeFloats(bytes.subarray(half)) };
}
