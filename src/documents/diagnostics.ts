/** What support asks of one document: whether searches find it, what failed, what became of it. All of it is read off the
 *  point as it lies in Qdrant, so that a write past Inlet shows too; what Inlet keeps no record of says so. */
import { type QdrantPoint } from "../qdrant/gateway";
import { isRecord } from "./json-rules";
import { collectionIdOf, internalOf, type Payload, vectorNamesOf } from "./point";

export interface HistoryEntry {
  source: string;
  timestamp?: string;
  detail?: Record<string, unknown>;
}

export interface Diagnostics {
  document_id: string;
  collection_id: string;
  source_object_id?: string;
  visibility_reason: { searchable: boolean; reason: string; source_object_id?: string };
  recent_failures: { failures: []; reason: string };
  diagnostic_history: { entries: HistoryEntry[]; reason?: string };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** `point` must have its vectors. Pure. */
export function diagnosticsOf(documentId: string, point: QdrantPoint): Diagnostics {
  const { payload } = point;
  const lineage = internalOf(payload)["lineage"];
  const objectId = isRecord(lineage) ? textOf(lineage["source_object_id"]) : undefined;
  const source = objectId === undefined ? {} : { source_object_id: objectId };
  return {
    document_id: documentId,
    collection_id: collectionIdOf(payload) ?? "",
    ...source,
    visibility_reason: { ...visibilityOf(point), ...source },
    recent_failures: {
      failures: [],
      reason: "Inlet writes a document whole or refuses the request, and keeps no record of refused requests.",
    },
    diagnostic_history: historyOf(payload),
  };
}

function visibilityOf({ payload, vector }: QdrantPoint): { searchable: boolean; reason: string } {
  const names = Object.keys(vector).sort();
  const lost = vectorNamesOf(payload).filter((name) => !names.includes(name));
  const lostText =
    lost.length === 0 ? "" : ` Not in Qdrant any more, though the document names them: ${lost.join(", ")}.`;
  if (names.length > 0) return { searchable: true, reason: `In Qdrant by the vectors ${names.join(", ")}.${lostText}` };
  return { searchable: false, reason: `It has no vectors: lists and filters find it, searches do not.${lostText}` };
}

/** When it was made and last written, and what another system has noted under `_internal.processing`; in order of time. */
function historyOf(payload: Payload): Diagnostics["diagnostic_history"] {
  const internal = internalOf(payload);
  const entries: HistoryEntry[] = [];
  const created = textOf(internal["created_at"]);
  const updated = textOf(internal["updated_at"]);
  if (created !== undefined) entries.push({ source: "_internal.created_at", timestamp: created });
  if (updated !== undefined && updated !== created)
    entries.push({ source: "_internal.updated_at", timestamp: updated });
  const { processing } = internal;
  const noted = isRecord(processing) ? processing["history"] : undefined;
  for (const detail of Array.isArray(noted) ? noted : []) {
    if (!isRecord(detail)) continue;
    const timestamp = textOf(detail["timestamp"]);
    entries.push({
      source: "_internal.processing.history",
      ...(timestamp === undefined ? {} : { timestamp }),
      detail,
    });
  }
  if (entries.length === 0) return { entries, reason: "The document was not written by Inlet and has no times." };
  // Entries without a time come last; the sort keeps the order of equals.
  return { entries: entries.sort((a, b) => compare(timeOf(a), timeOf(b))) };
}

const timeOf = ({ timestamp }: HistoryEntry): number => {
  const time = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(time) ? Infinity : time;
};
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
