/** A point as Qdrant's answers hold it, as Inlet's `QdrantPoint`. */
import { type QdrantPoint, type QdrantVector } from "./gateway";
import { withoutBigInts } from "./wire";

interface PointRecord {
  id: string | number;
  payload?: unknown;
  vector?: unknown;
}

/** Payload and vectors that were not asked for come as empty objects. */
export function pointOf(record: PointRecord): QdrantPoint {
  return { id: String(record.id), payload: payloadOf(record.payload), vector: vectorsOf(record.vector) };
}

function payloadOf(payload: unknown): Record<string, unknown> {
  const plain = withoutBigInts(payload);
  return isRecord(plain) ? plain : {};
}

function vectorsOf(vectors: unknown): Record<string, QdrantVector> {
  if (!isRecord(vectors)) return {};
  return Object.fromEntries(
    Object.entries(vectors).filter((entry): entry is [string, QdrantVector] => isVector(entry[1])),
  );
}

/** Qdrant's answers hold numbers alone here, so the first item tells the kind. */
function isVector(value: unknown): value is QdrantVector {
  return Array.isArray(value) || (isRecord(value) && Array.isArray(value.indices) && Array.isArray(value.values));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
