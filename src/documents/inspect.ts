/** What a schema can't say about a create request: names that are reserved, values that can't be kept exactly, vectors, and
 *  fields that contradict each other. Takes any JSON, since the schema's faults and these go into one answer. */
import { type Fault } from "../errors";
import { lineageFaults } from "../lineage/derive";
import { indexPath, keyPath } from "../schema/paths";
import { checkExact, isRecord } from "./json-rules";
import { collectVectors } from "./vectors";

/** Payload keys that are the system's own. */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set([
  "_internal",
  "document_id",
  "collection_id",
  "document_blobs",
  "vectors",
  "_vectors",
]);

/** Adds the faults of user fields, which stand at `path` of the request. */
export function checkUserFields(fields: unknown, path: string, faults: Fault[]): void {
  if (!isRecord(fields)) return;
  for (const key of Object.keys(fields)) {
    if (RESERVED_FIELDS.has(key)) faults.push({ path: keyPath(path, key), message: "is reserved for the system" });
  }
  // Level 0, as the levels of a user field count from its own value.
  checkExact(fields, path, faults, 0);
}

/** Adds what can't be kept exactly in `features`, their vectors left to vectors.ts. */
function checkFeatures(features: unknown, faults: Fault[]): void {
  if (!Array.isArray(features)) return;
  for (const [index, feature] of features.entries()) {
    if (!isRecord(feature)) continue;
    const path = indexPath("features", index);
    checkExact(feature["feature_extractor_id"], `${path}.feature_extractor_id`, faults);
    checkExact(feature["payload"], `${path}.payload`, faults, 0);
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** All such faults of a whole document: of a create, a bulk line, an upsert. */
export function inspectDocument(body: unknown): Fault[] {
  if (!isRecord(body)) return [];
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(body)) {
    if (key === "metadata") checkUserFields(value, key, faults);
    else if (key === "features") checkFeatures(value, faults);
    else if (key !== "vectors") checkExact(value, keyPath("", key), faults);
  }
  collectVectors(body, faults);
  const given = {
    ...(body["source_type"] === "bucket" ? { source_type: "bucket" as const } : {}),
    source_document_id: textOf(body["source_document_id"]),
    source_collection_id: textOf(body["source_collection_id"]),
  };
  faults.push(...lineageFaults(given, textOf(body["document_id"])));
  return faults;
}
