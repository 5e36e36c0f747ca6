import { crc32 } from "node:zlib";

/** A row's checksum, by which a graph knows whether it has seen the row as it is. A wrong match costs a neighbour, never a score. */
export const rowSum = (bytes: Uint8Array): number => crc32(bytes);
