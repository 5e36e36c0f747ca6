/** Calls that look at documents and change nothing, as operations: support's questions of one document, and a dry run. */
import { Type } from "@sinclair/typebox";

import { operation, ok } from "../operation";
import { Nothing } from "../schema/common";
import { diagnosticsOf } from "./diagnostics";
import { type DocumentDryRun } from "./dry-run";
import { scopeOf } from "./routes";
import { CollectionDocumentPath, CollectionPath, DocumentCreate } from "./schemas";
import { type DocumentService } from "./service";

/** What the handlers need of the composed service. */
export interface DocumentCheckServices {
  documents: DocumentService;
  dryRun: DocumentDryRun;
}

const SourceObjectId = Type.Optional(Type.String({ description: "The object that the document was made from" }));
const Reason = Type.String({ description: "In words" });
const ReasonIfEmpty = Type.String({ description: "Why there is nothing" });

const DocumentDiagnostics = Type.Object(
  {
    document_id: Type.String(),
    collection_id: Type.String(),
    source_object_id: SourceObjectId,
    visibility_reason: Type.Object({
      searchable: Type.Boolean({ description: "Whether it has a vector that searches can find it by" }),
      reason: Reason,
      source_object_id: SourceObjectId,
    }),
    recent_failures: Type.Object({
      failures: Type.Array(Type.Object({ source: Type.String() }), { maxItems: 0 }),
      reason: ReasonIfEmpty,
    }),
    diagnostic_history: Type.Object({
      entries: Type.Array(
        Type.Object({
          source: Type.String({ description: "The field of the document that says it" }),
          timestamp: Type.Optional(Type.String()),
          detail: Type.Optional(
            Type.Object({}, { additionalProperties: true, description: "What another system has noted" }),
          ),
        }),
        { description: "In order of time" },
      ),
      reason: Type.Optional(ReasonIfEmpty),
    }),
  },
  { title: "DocumentDiagnostics" },
);

export const documentDiagnostics = operation({
  id: "documentDiagnostics",
  method: "get",
  path: "/v1/collections/:collection/documents/:document_id/diagnostics",
  summary: "Say whether searches find a document, and what is known of its past",
  permission: "read",
  namespaced: true,
  params: CollectionDocumentPath,
  query: Nothing,
  answer: DocumentDiagnostics,
  handle: async ({ params }, { documents }: DocumentCheckServices, context) => {
    const { point } = await documents.locate(scopeOf(context), params.collection, params.document_id, true);
    return ok(diagnosticsOf(params.document_id, point));
  },
});

const AnyDocument = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: "A document as creating it takes it. Anything may stand here: what is wrong with it is the answer.",
      examples: DocumentCreate.examples,
    },
  ),
);

export const validateDocument = operation({
  id: "validateDocument",
  method: "post",
  path: "/v1/collections/:collection/documents/schema/validate",
  summary: "Check a document as creating it would, and its fields by the collection's input_schema, and write nothing",
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: AnyDocument,
  answer: Type.Object(
    {
      collection_id: Type.String(),
      valid: Type.Boolean(),
      violations: Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: "Path and message of each, as a refused create lists them; at most 100",
      }),
    },
    { title: "DocumentVerdict" },
  ),
  handle: async ({ params, body }, { dryRun }: DocumentCheckServices, context) =>
    ok(await dryRun.judge(scopeOf(context), params.collection, body)),
});

export const documentCheckOperations = [documentDiagnostics, validateDocument];
