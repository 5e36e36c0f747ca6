/** Cuts an upsert by bytes and by count: Qdrant refuses a body over 32 MiB, and very long lists of wide points stall it. */
import { InletError } from "../errors";
import { type QdrantPoint, type QdrantVector } from "./gateway";

export const MAX_UPSERT_BYTES = 31 * 1024 * 1024;
export const MAX_UPSERT_POINTS = 512;

/** The longest JSON text of a double, with its comma: -2.2250738585072014e-308 */
const NUMBER_BYTES = 25;
const ENVELOPE_BYTES = 256;

/** The points in order, in lists that each fit one request. @throws InletError 413 for a point that fits none, with its
 *  index, its bytes and the limit. */
export function batchesOf(
  points: QdrantPoint[],
  maxBytes = MAX_UPSERT_BYTES,
  maxPoints = MAX_UPSERT_POINTS,
): QdrantPoint[][] {
  const batches: QdrantPoint[][] = [];
  let batch: QdrantPoint[] = [];
  let bytes = ENVELOPE_BYTES;
  points.forEach((point, index) => {
    const size = pointBytes(point, maxBytes - ENVELOPE_BYTES);
    if (size + ENVELOPE_BYTES > maxBytes) throw pointTooLarge(index, size, maxBytes);
    if (batch.length > 0 && (bytes + size > maxBytes || batch.length === maxPoints)) {
      batches.push(batch);
      batch = [];
      bytes = ENVELOPE_BYTES;
    }
    batch.push(point);
    bytes += size;
  });
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** At least the bytes of the point's JSON; exact where the estimate would not fit `limit`. The numbers of a vector are
 *  estimated, since writing them twice costs more than a request that is somewhat shorter. */
function pointBytes(point: QdrantPoint, limit: number): number {
  let numbers = 0;
  let names = 0;
  for (const [name, vector] of Object.entries(point.vector)) {
    names += 64 + Buffer.byteLength(JSON.stringify(name));
    numbers += numbersIn(vector);
  }
  const estimate = 64 + names + numbers * NUMBER_BYTES + Buffer.byteLength(JSON.stringify(point.payload));
  return estimate <= limit ? estimate : Buffer.byteLength(JSON.stringify(point)) + 1;
}

function numbersIn(vector: QdrantVector): number {
  if (!Array.isArray(vector)) return vector.indices.length + vector.values.length;
  return vector.reduce<number>((sum, item) => sum + (Array.isArray(item) ? item.length + 1 : 1), 0);
}

const pointTooLarge = (index: number, bytes: number, limit: number): InletError =>
  new InletError(
    413,
    "payload_too_large",
    `Point ${index} takes ${bytes} bytes; one request to Qdrant holds ${limit}.`,
    {
      code: "point_too_large",
      details: { index, bytes, limit },
    },
  );
