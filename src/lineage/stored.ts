/** Reads `_internal.lineage` as it lies in a payload, leaving out what does not look like lineage: others may write there. */
import { type Lineage, type LineageStep, type SourceType } from "./derive";

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const SOURCE_TYPES: readonly SourceType[] = ["bucket", "collection", "direct_upsert", "signal"];
const TEXTS = [
  "root_object_id",
  "root_bucket_id",
  "source_object_id",
  "source_document_id",
  "source_collection_id",
  "path",
] as const;

/** undefined where there is none. */
export function storedLineageOf(payload: Json): Lineage | undefined {
  const internal = payload["_internal"];
  const stored = isRecord(internal) ? internal["lineage"] : undefined;
  if (!isRecord(stored)) return undefined;
  const lineage: Lineage = {};
  for (const key of TEXTS) {
    const value = stored[key];
    if (typeof value === "string") lineage[key] = value;
  }
  const sourceType = SOURCE_TYPES.find((type) => type === stored["source_type"]);
  if (sourceType !== undefined) lineage.source_type = sourceType;
  const chain = stored["chain"];
  if (Array.isArray(chain)) lineage.chain = chain.flatMap(stepOf);
  return lineage;
}

function stepOf(step: unknown): LineageStep[] {
  if (!isRecord(step)) return [];
  const { collection_id, feature_extractor_id, document_id, timestamp } = step;
  if (typeof collection_id !== "string" || typeof feature_extractor_id !== "string") return [];
  return [
    {
      collection_id,
      feature_extractor_id,
      ...(typeof document_id === "string" ? { document_id } : {}),
      ...(typeof timestamp === "string" ? { timestamp } : {}),
    },
  ];
}
