/** Hits as the calls answer them: the points that a search found, read as documents. */
import { type Presigner } from "../blobs/presigner";
import { answerOf, type DocumentAnswer, type Wanted } from "../documents/answer";
import { type PointReader, type ScoredPoint } from "../qdrant/gateway";

export interface Hit {
  score: number | null;
  document: DocumentAnswer;
}

export interface ReadHits {
  reader: Pick<PointReader, "retrieve">;
  presigner: Presigner;
  collection: string;
  wanted: Wanted;
  /** Makes the selected part of a document. */
  select: (document: DocumentAnswer) => DocumentAnswer;
  signal: AbortSignal;
}

/** Whole documents are read so many at a time; one may have megabytes. */
const DOCUMENTS_AT_ONCE = 100;

/** The documents of the points, by their ids. A point that was deleted since it was found is missing. */
export async function readDocuments(
  points: readonly ScoredPoint[],
  { reader, presigner, collection, wanted, select, signal }: ReadHits,
): Promise<Map<string, DocumentAnswer>> {
  const ids = [...new Set(points.map(({ id }) => id))];
  const documents = new Map<string, DocumentAnswer>();
  for (let start = 0; start < ids.length; start += DOCUMENTS_AT_ONCE) {
    const batch = ids.slice(start, start + DOCUMENTS_AT_ONCE);
    const want = { payload: true, vectors: wanted.vectors };
    for (const point of await reader.retrieve(collection, batch, want, { signal })) {
      documents.set(point.id, select(await answerOf(point, wanted, presigner)));
    }
  }
  return documents;
}

/** The points with their documents, in their order. */
export const hitsOf = (points: readonly ScoredPoint[], documents: ReadonlyMap<string, DocumentAnswer>): Hit[] =>
  points.flatMap(({ id, score }) => {
    const document = documents.get(id);
    return document === undefined ? [] : [{ score, document }];
  });
