import { Type } from "@sinclair/typebox";

import { type Fault } from "../errors";
import { operation, ok } from "../operation";
import { Nothing } from "../schema/common";
import { type BatchResult, type DocumentBatches } from "./batch";
import { isRecord } from "./json-rules";
import { inspectUpdate } from "./patch";
import { scopeOf } from "./routes";
import { CollectionPath, DocumentId, DocumentRead, DocumentUpdate } from "./schemas";

/** What the handlers need of the composed service. */
export interface DocumentBatchServices {
  batches: DocumentBatches;
}

const MAX_IDS = 1_000;
const DocumentIds = Type.Array(DocumentId, { minItems: 1, maxItems: MAX_IDS });

const Result = Type.Object({
  document_id: Type.String(),
  success: Type.Boolean(),
  error: Type.Optional(Type.String()),
});

const countOf = (results: readonly BatchResult[], success: boolean): number =>
  results.filter((result) => result.success === success).length;

export const batchGetDocuments = operation({
  id: "batchGetDocuments",
  method: "post",
  path: "/v1/documents/batch-get",
  summary: "Read many documents by their ids",
  permission: "read",
  namespaced: true,
  params: Nothing,
  query: Nothing,
  body: Type.Object(
    {
      // Any text: what can be no document's id is among `not_found`.
      document_ids: Type.Array(Type.String({ maxLength: 1_024 }), { minItems: 1, maxItems: MAX_IDS }),
      return_presigned_urls: Type.Optional(Type.Boolean({ description: "true where left out" })),
      return_vectors: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ documents: Type.Array(DocumentRead), not_found: Type.Array(Type.String()) }),
  handle: async ({ body }, { batches }: DocumentBatchServices, context) => {
    const wanted = {
      vectors: body.return_vectors ?? false,
      vectorNames: false,
      presignedUrls: body.return_presigned_urls ?? true,
    };
    return ok(await batches.read(scopeOf(context), body.document_ids, wanted));
  },
});

export const batchDeleteDocuments = operation({
  id: "batchDeleteDocuments",
  method: "delete",
  path: "/v1/collections/:collection/documents/batch",
  summary: "Delete many documents by their ids",
  permission: "delete",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Type.Object(
    { document_ids: DocumentIds, reason: Type.Optional(Type.String({ maxLength: 500 })) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    deleted_count: Type.Integer(),
    failed_count: Type.Integer(),
    results: Type.Array(Result),
    message: Type.String(),
  }),
  handle: async ({ params, body }, { batches }: DocumentBatchServices, context) => {
    const results = await batches.delete(scopeOf(context), params.collection, body.document_ids);
    const counts = { deleted_count: countOf(results, true), failed_count: countOf(results, false) };
    return ok({ ...counts, results, message: "Batch delete completed" });
  },
});

function inspectUpdates(body: unknown): Fault[] {
  const updates = isRecord(body) ? body["updates"] : undefined;
  if (!Array.isArray(updates)) return [];
  return updates.flatMap((update: unknown, index) =>
    isRecord(update) ? inspectUpdate(update["update_data"], `updates[${index}].update_data`) : [],
  );
}

export const batchUpdateDocuments = operation({
  id: "batchUpdateDocuments",
  method: "post",
  path: "/v1/collections/:collection/documents/batch",
  summary: "Update many documents by their ids, each in part",
  permission: "write",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Type.Object(
    {
      updates: Type.Array(
        Type.Object({ document_id: DocumentId, update_data: DocumentUpdate }, { additionalProperties: false }),
        { minItems: 1, maxItems: MAX_IDS },
      ),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    updated_count: Type.Integer(),
    failed_count: Type.Integer(),
    results: Type.Array(Result),
    message: Type.String(),
  }),
  inspect: inspectUpdates,
  handle: async ({ params, body }, { batches }: DocumentBatchServices, context) => {
    const results = await batches.update(scopeOf(context), params.collection, body.updates);
    const counts = { updated_count: countOf(results, true), failed_count: countOf(results, false) };
    return ok({ ...counts, results, message: "Batch update completed" });
  },
});

export const countDocuments = operation({
  id: "countDocuments",
  method: "get",
  path: "/v1/collections/:collection/documents/count",
  summary: "Count the documents of a collection",
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  answer: Type.Object({ collection_id: Type.String(), count: Type.Integer() }),
  handle: async ({ params }, { batches }: DocumentBatchServices, context) =>
    ok(await batches.count(scopeOf(context), params.collection)),
});

export const documentBatchOperations = [batchGetDocuments, batchDeleteDocuments, batchUpdateDocuments, countDocuments];
