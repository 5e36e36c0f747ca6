/** Many documents by their ids in one request: read, delete, update, count. Filters that choose them are not its matter. */
import pLimit from "p-limit";

import { type Presigner } from "../blobs/presigner";
import { InletError } from "../errors";
import { pointIdOf } from "../ids";
import { type PointReader, type PointWriter } from "../qdrant/gateway";
import { answerOf, type DocumentAnswer, type Wanted } from "./answer";
import { type Placement, type Scope } from "./placement";
import { collectionIdOf } from "./point";
import { type DocumentUpdate } from "./schemas";
import { documentNotFound } from "./service";
import { type DocumentUpdates } from "./update";

/** Enough to keep Qdrant busy, few enough to leave it to others. */
const UPDATES_AT_ONCE = 8;

export interface BatchDeps {
  placement: Placement;
  reader: PointReader;
  writer: PointWriter;
  presigner: Presigner;
  updates: DocumentUpdates;
}

export interface BatchResult {
  document_id: string;
  success: boolean;
  error?: string;
}

export class DocumentBatches {
  constructor(private readonly deps: BatchDeps) {}

  /** The documents in the order of the ids, each once, and the ids that are not there. */
  async read(
    scope: Scope,
    documentIds: readonly string[],
    wanted: Wanted,
  ): Promise<{ documents: DocumentAnswer[]; not_found: string[] }> {
    const namespace = await this.deps.placement.namespace(scope);
    const distinct = [...new Set(documentIds)];
    const points = await this.deps.reader.retrieve(
      namespace.id,
      distinct.map(pointIdOf),
      { payload: true, vectors: wanted.vectors },
      { signal: scope.signal },
    );
    const found = new Set(points.map(({ id }) => id));
    return {
      documents: await Promise.all(points.map((point) => answerOf(point, wanted, this.deps.presigner))),
      not_found: distinct.filter((documentId) => !found.has(pointIdOf(documentId))),
    };
  }

  /** Deletes those of the collection; the others fail, each for itself. */
  async delete(scope: Scope, collectionName: string, documentIds: readonly string[]): Promise<BatchResult[]> {
    const { placement, reader, writer } = this.deps;
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const distinct = [...new Set(documentIds)];
    const points = await reader.retrieve(
      namespace.id,
      distinct.map(pointIdOf),
      { payload: ["collection_id"], vectors: false },
      { signal: scope.signal },
    );
    const own = points.filter(({ payload }) => collectionIdOf(payload) === collection.id).map(({ id }) => id);
    if (own.length > 0) {
      await writer.delete(namespace.id, { ids: own }, { ordering: "strong", signal: scope.signal });
    }
    const deleted = new Set(own);
    return distinct.map((documentId) =>
      resultOf(documentId, deleted.has(pointIdOf(documentId)) ? undefined : gone(documentId)),
    );
  }

  /** Merges the updates, several documents at once, two for one document in their order. A refused one fails for itself;
   *  when Qdrant is away the whole call fails, since sending it again is safe. The results are in the updates' order. */
  async update(
    scope: Scope,
    collectionName: string,
    updates: readonly { document_id: string; update_data: DocumentUpdate }[],
  ): Promise<BatchResult[]> {
    const byDocument = new Map<string, number[]>();
    updates.forEach(({ document_id: id }, index) => byDocument.set(id, [...(byDocument.get(id) ?? []), index]));
    const limit = pLimit(UPDATES_AT_ONCE);
    const errors = new Map<number, string>();
    await Promise.all(
      [...byDocument.values()].map((indexes) =>
        limit(async () => {
          for (const index of indexes) {
            const update = updates[index];
            const error = update && (await this.mergeOrRefuse(scope, collectionName, update));
            if (error !== undefined) errors.set(index, error);
          }
        }),
      ),
    );
    return updates.map(({ document_id: id }, index) => resultOf(id, errors.get(index)));
  }

  /** Why an update was refused; undefined: it was not. */
  private async mergeOrRefuse(
    scope: Scope,
    collectionName: string,
    { document_id: documentId, update_data: data }: { document_id: string; update_data: DocumentUpdate },
  ): Promise<string | undefined> {
    try {
      await this.deps.updates.merge(scope, collectionName, documentId, data, undefined);
      return undefined;
    } catch (error) {
      if (error instanceof InletError && error.status < 500) return error.message;
      throw error;
    }
  }

  async count(scope: Scope, collectionName: string): Promise<{ collection_id: string; count: number }> {
    const { placement, reader } = this.deps;
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const filter = { must: [{ key: "collection_id", match: { value: collection.id } }] };
    return { collection_id: collection.id, count: await reader.count(namespace.id, filter, { signal: scope.signal }) };
  }
}

const gone = (documentId: string): string => documentNotFound(documentId).message;

const resultOf = (documentId: string, error: string | undefined): BatchResult => ({
  document_id: documentId,
  success: error === undefined,
  ...(error === undefined ? {} : { error }),
});
