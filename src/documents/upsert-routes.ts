/** Bring your own vectors, as operations. They name the namespace in the path. */
import { Type } from "@sinclair/typebox";

import { operation, ok, type RequestContext } from "../operation";
import { Nothing } from "../schema/common";
import { type Scope } from "./placement";
import { DOCUMENT_HEADERS, wantedOf } from "./routes";
import { DocumentRead, DocumentPath, ReadQuery } from "./schemas";
import { type DocumentService } from "./service";
import { type DocumentUpserts } from "./upsert";
import { asDocument, DEFAULT_COLLECTION, DocumentsUpsert, DocumentsUpserted, inspectUpsert } from "./upsert-schemas";

/** What the handlers need of the composed service. */
export interface DocumentUpsertServices {
  upserts: DocumentUpserts;
  documents: DocumentService;
}

const NamespacePath = Type.Object({ namespace: Type.String({ minLength: 1, maxLength: 64 }) });

const scopeIn = (namespace: string, { principal, signal }: RequestContext): Scope => ({ principal, namespace, signal });

export const upsertDocuments = operation({
  id: "upsertDocuments",
  method: "post",
  path: "/v1/namespaces/:namespace/documents/upsert",
  summary: "Make or replace whole documents by their ids, with one's own vectors",
  permission: "write",
  namespaced: false,
  params: NamespacePath,
  query: Nothing,
  body: DocumentsUpsert,
  answer: DocumentsUpserted,
  headers: ["Idempotency-Key"],
  errors: [409],
  inspect: inspectUpsert,
  handle: async ({ params, body }, { upserts }: DocumentUpsertServices, context) => {
    const ids = await upserts.upsert(
      scopeIn(params.namespace, context),
      body.collection_id ?? DEFAULT_COLLECTION,
      body.documents.map(asDocument),
      body.options?.idempotency_key ?? context.idempotencyKey,
    );
    const consistency = { retriever_visible: "immediate", write_token_available: false };
    return ok({ inserted: ids.length, document_ids: ids, consistency });
  },
});

export const readOwnDocument = operation({
  id: "readDocumentByNamespace",
  method: "get",
  path: "/v1/namespaces/:namespace/documents/:document_id",
  summary: "Read a document of whichever collection of the namespace",
  permission: "read",
  namespaced: false,
  params: Type.Object({ ...NamespacePath.properties, ...DocumentPath.properties }),
  query: ReadQuery,
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  handle: async ({ params, query }, { documents }: DocumentUpsertServices, context) => {
    const scope = scopeIn(params.namespace, context);
    const served = await documents.read(scope, undefined, params.document_id, wantedOf(query));
    return ok(served.body, served.headers);
  },
});

export const documentUpsertOperations = [upsertDocuments, readOwnDocument];
