/** What the calls answer for one document: the payload as it lies in Qdrant, and what the request asked for on top. */
import { type Presigner } from "../blobs/presigner";
import { type QdrantPoint, type QdrantVector } from "../qdrant/gateway";
import { isRecord } from "./json-rules";
import { restore } from "./norms";
import { internalOf, normsByName, type Payload, revisionOf, vectorNamesOf } from "./point";

export interface Wanted {
  vectors: boolean;
  vectorNames: boolean;
  presignedUrls: boolean;
  /** Of the vectors only these, and of their names; left out: all. */
  only?: readonly string[];
}

export const NOTHING_ON_TOP: Wanted = { vectors: false, vectorNames: false, presignedUrls: false };

export type DocumentAnswer = Payload;

/** The vectors with the caller's own values. */
function restoredVectors(point: QdrantPoint, isWanted: (name: string) => boolean): Record<string, QdrantVector> {
  const norms = normsByName(point.payload);
  const wanted = Object.entries(point.vector).filter(([name]) => isWanted(name));
  return Object.fromEntries(wanted.map(([name, stored]) => [name, restore(stored, norms.get(name))]));
}

export async function answerOf(point: QdrantPoint, wanted: Wanted, presigner: Presigner): Promise<DocumentAnswer> {
  const blobs = internalOf(point.payload)["document_blobs"];
  const answer: DocumentAnswer = { ...point.payload };
  if (Array.isArray(blobs)) {
    answer["document_blobs"] = wanted.presignedUrls
      ? await Promise.all(blobs.map(async (blob: unknown) => (isRecord(blob) ? withUrl(blob, presigner) : blob)))
      : blobs;
  }
  const isWanted = (name: string): boolean => wanted.only?.includes(name) ?? true;
  if (wanted.vectorNames) answer["_vectors"] = vectorNamesOf(point.payload).filter(isWanted);
  if (wanted.vectors) answer["vectors"] = restoredVectors(point, isWanted);
  return answer;
}

async function withUrl(blob: Record<string, unknown>, presigner: Presigner): Promise<Record<string, unknown>> {
  const { url } = blob;
  if (typeof url !== "string" || !url.startsWith("s3://")) return blob;
  return { ...blob, ...(await presigner.presign(url)) };
}

/** Header fields that go with a document: its ETag changes with every write through Inlet. */
export function headersOf(payload: Payload): Record<string, string> {
  const revision = revisionOf(payload);
  return revision === undefined ? {} : { ETag: `"${revision}"` };
}
