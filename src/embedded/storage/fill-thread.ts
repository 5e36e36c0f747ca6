/** What the thread that reads dense columns in runs (storage/fill.ts): one pass over the records of a vector on disk, each row
 *  put where the column has its place in shared memory. */
import { open } from "lmdb";
import { DATABASES, afterPrefix, slotOfVectorKey } from "./layout";
import { rowSum } from "./row-sum";

export interface FillTask {
  storePath: string;
  prefix: Uint8Array;
  /** Slots from here on are left out. */
  slotCount: number;
  rowsPerChunk: number;
  size: number;
  chunks: readonly Float32Array[];
  presence: Uint8Array;
  sums: Uint32Array;
}

export default async function fill(task: FillTask): Promise<void> {
  const encoding = { encoding: "binary", keyEncoding: "binary" } as const;
  const environment = open<Buffer, Uint8Array>({
    ...encoding,
    path: task.storePath,
    maxDbs: DATABASES.length,
    readOnly: true,
  });
  try {
    const records = environment.openDB<Buffer, Uint8Array>({ ...encoding, name: "vectors" });
    const start = Buffer.from(task.prefix);
    for (const { key, value } of records.getRange({ start, end: afterPrefix(start) })) {
      put(task, slotOfVectorKey(Buffer.from(key)), value);
    }
  } finally {
    await environment.close();
  }
}

function put({ slotCount, rowsPerChunk, size, chunks, presence, sums }: FillTask, slot: number, row: Buffer): void {
  const chunk = chunks[Math.floor(slot / rowsPerChunk)];
  if (slot >= slotCount || chunk === undefined) return;
  const at = (slot % rowsPerChunk) * size * 4;
  new Uint8Array(chunk.buffer, chunk.byteOffset + at, size * 4).set(row);
  sums[slot] = rowSum(row);
  presence[slot] = 1;
}
