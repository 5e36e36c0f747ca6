import { type TSchema, Type } from "@sinclair/typebox";

import { type Fault } from "../errors";
import { inspectChoosingFilters } from "../filters/parse";
import { Filters } from "../filters/schemas";
import { operation, ok } from "../operation";
import { Nothing } from "../schema/common";
import { type BatchResult, type DocumentBatches } from "./batch";
import { type DocumentsByFilter, type UpdatedByFilter } from "./by-filter";
import { isRecord } from "./json-rules";
import { inspectUpdate } from "./patch";
import { scopeOf } from "./routes";
import { CollectionPath, DocumentId, DocumentRead, DocumentUpdate } from "./schemas";

/** What the handlers need of the composed service. */
export interface DocumentBatchServices {
  batches: DocumentBatches;
  byFilter: DocumentsByFilter;
}

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** Of the examples. */
const LANGUAGE = { field: "language", operator: "eq", value: "en" };

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
    { additionalProperties: false, examples: [{ document_ids: ["doc_1", "doc_2"], return_vectors: true }] },
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
  summary: "Delete many documents by their ids, or all that match filters",
  permission: "delete",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Type.Object(
    {
      document_ids: optional(DocumentIds),
      filters: optional(Filters),
      reason: optional(Type.String({ maxLength: 500 })),
    },
    {
      additionalProperties: false,
      examples: [{ document_ids: ["doc_1", "doc_2"] }, { filters: { AND: [LANGUAGE] }, reason: "Moved" }],
    },
  ),
  answer: Type.Object({
    deleted_count: Type.Integer(),
    failed_count: Type.Integer(),
    results: Type.Optional(Type.Array(Result, { description: "Of a delete by ids." })),
    message: Type.String(),
  }),
  inspect: (body) => inspectChoice(body, "document_ids"),
  handle: async ({ params, body }, { batches, byFilter }: DocumentBatchServices, context) => {
    const message = "Batch delete completed";
    if (body.document_ids === undefined || body.document_ids === null) {
      const deleted = await byFilter.delete(scopeOf(context), params.collection, body.filters);
      return ok({ deleted_count: deleted, failed_count: 0, message });
    }
    const results = await batches.delete(scopeOf(context), params.collection, body.document_ids);
    const counts = { deleted_count: countOf(results, true), failed_count: countOf(results, false) };
    return ok({ ...counts, results, message });
  },
});

const given = (value: unknown): boolean => value !== undefined && value !== null;

/** Documents are chosen in one way: by `ids`, or by filters that hold something back. */
function inspectChoice(body: unknown, ids: string): Fault[] {
  if (!isRecord(body)) return [];
  const { filters } = body;
  if (given(body[ids]) === given(filters)) {
    const message = given(filters) ? `goes without ${ids}: one of the two chooses` : `or ${ids} is required`;
    return [{ path: "filters", message }];
  }
  return given(filters) ? inspectChoosingFilters(filters) : [];
}

function inspectUpdates(body: unknown): Fault[] {
  const faults = [...inspectChoice(body, "updates"), ...inspectEach(body)];
  if (!isRecord(body)) return faults;
  const data = body["update_data"];
  if (given(data)) faults.push(...inspectUpdate(data, "update_data"));
  if (given(data) !== given(body["filters"])) {
    faults.push({ path: "update_data", message: given(data) ? "goes with filters" : "is required with filters" });
  }
  return faults;
}

function inspectEach(body: unknown): Fault[] {
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
  summary: "Update many documents in part: each by its id, or all that match filters alike",
  permission: "write",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Type.Object(
    {
      updates: optional(
        Type.Array(
          Type.Object({ document_id: DocumentId, update_data: DocumentUpdate }, { additionalProperties: false }),
          { minItems: 1, maxItems: MAX_IDS },
        ),
      ),
      filters: optional(Filters),
      update_data: optional(DocumentUpdate),
    },
    {
      additionalProperties: false,
      examples: [
        { updates: [{ document_id: "doc_1", update_data: { metadata: { language: "de" } } }] },
        { filters: { AND: [LANGUAGE] }, update_data: { metadata: { reviewed: true } } },
      ],
    },
  ),
  answer: Type.Object({
    updated_count: Type.Integer(),
    failed_count: Type.Integer(),
    results: Type.Optional(Type.Array(Result, { description: "Of an update by ids." })),
    message: Type.String(),
  }),
  inspect: inspectUpdates,
  handle: async ({ params, body }, { batches, byFilter }: DocumentBatchServices, context) => {
    if (body.updates === undefined || body.updates === null) {
      const data = body.update_data ?? {};
      const done = await byFilter.update(scopeOf(context), params.collection, body.filters, data);
      const message = messageOf("Batch update completed", done);
      return ok({ updated_count: done.updated, failed_count: done.failed, message });
    }
    const results = await batches.update(scopeOf(context), params.collection, body.updates);
    const counts = { updated_count: countOf(results, true), failed_count: countOf(results, false) };
    return ok({ ...counts, results, message: "Batch update completed" });
  },
});

const messageOf = (done: string, { failed, firstError }: UpdatedByFilter): string =>
  failed === 0 ? done : `${done}; ${failed} refused it, the first: ${firstError ?? ""}`;

export const bulkUpdateDocuments = operation({
  id: "bulkUpdateDocuments",
  method: "patch",
  path: "/v1/collections/:collection/documents/bulk",
  summary: "Update all documents that match filters alike, each in part",
  permission: "write",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Type.Object(
    { filters: Filters, update_data: DocumentUpdate },
    {
      additionalProperties: false,
      examples: [{ filters: { AND: [LANGUAGE] }, update_data: { metadata: { reviewed: true } } }],
    },
  ),
  answer: Type.Object({ updated_count: Type.Integer(), message: Type.String() }),
  inspect: (body) =>
    isRecord(body)
      ? [
          ...(given(body["filters"]) ? inspectChoosingFilters(body["filters"]) : []),
          ...inspectUpdate(body["update_data"], "update_data"),
        ]
      : [],
  handle: async ({ params, body }, { byFilter }: DocumentBatchServices, context) => {
    const done = await byFilter.update(scopeOf(context), params.collection, body.filters, body.update_data);
    return ok({ updated_count: done.updated, message: messageOf("Bulk update completed", done) });
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

export const documentBatchOperations = [
  batchGetDocuments,
  batchDeleteDocuments,
  batchUpdateDocuments,
  bulkUpdateDocuments,
  countDocuments,
];
