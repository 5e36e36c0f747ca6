import { operation, ok, type RequestContext } from "../operation";
import { inspectDocument } from "./inspect";
import { type Wanted } from "./answer";
import { type Scope } from "./placement";
import {
  CollectionDocumentPath,
  CollectionPath,
  DeleteQuery,
  DocumentCreate,
  DocumentPath,
  DocumentRead,
  GenericDelete,
  ReadQuery,
} from "./schemas";
import { type DocumentService } from "./service";
import { InletError } from "../errors";
import { type LineageService } from "../lineage/service";
import { Nothing } from "../schema/common";

/** What the handlers need of the composed service. */
export interface DocumentServices {
  documents: DocumentService;
}

/** What deleting a document with all that was made from it needs. */
interface CascadeServices {
  lineage: Pick<LineageService, "deleteCascade">;
}

/** @throws InletError 400 without `X-Namespace`, which http has refused before */
export function scopeOf(context: RequestContext): Scope {
  if (context.namespace === undefined) throw new InletError(400, "bad_request", "X-Namespace is required.");
  return { principal: context.principal, namespace: context.namespace, signal: context.signal };
}

export function wantedOf(query: ReadQuery): Wanted {
  const names = query.return_vector_names?.trim() ?? "";
  const listed = !/^(?:true|false|1|0|)$/i.test(names);
  return {
    vectors: query.return_vectors ?? false,
    vectorNames: !/^(?:false|0|)$/i.test(names),
    presignedUrls: (query.return_url ?? false) || (query.return_presigned_urls ?? false),
    ...(listed ? { only: names.split(",").map((name) => name.trim()) } : {}),
  };
}

/** Of every answer that is one document. */
export const DOCUMENT_HEADERS = {
  ETag: {
    description: "For `If-Match`: another one with every write; none where Inlet did not write it",
    always: false,
  },
};

const segment = encodeURIComponent;
const idOf = (body: Record<string, unknown>): string => String(body["document_id"]);

export const createDocument = operation({
  id: "createDocument",
  method: "post",
  path: "/v1/collections/:collection/documents",
  summary: "Create a document",
  permission: "write",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: DocumentCreate,
  headers: ["Idempotency-Key"],
  errors: [409],
  answer: DocumentRead,
  answerHeaders: {
    ...DOCUMENT_HEADERS,
    Location: { description: "The path of the document", always: true },
  },
  inspect: inspectDocument,
  handle: async ({ params, body }, { documents }: DocumentServices, context) => {
    const served = await documents.create(scopeOf(context), params.collection, body, context.idempotencyKey);
    const location = `/v1/collections/${segment(params.collection)}/documents/${segment(idOf(served.body))}`;
    return ok(served.body, { ...served.headers, Location: location });
  },
});

export const readDocument = operation({
  id: "readDocument",
  method: "get",
  path: "/v1/collections/:collection/documents/:document_id",
  summary: "Read a document",
  permission: "read",
  namespaced: true,
  params: CollectionDocumentPath,
  query: ReadQuery,
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  handle: async ({ params, query }, { documents }: DocumentServices, context) => {
    const served = await documents.read(scopeOf(context), params.collection, params.document_id, wantedOf(query));
    return ok(served.body, served.headers);
  },
});

export const deleteDocument = operation({
  id: "deleteDocument",
  method: "delete",
  path: "/v1/collections/:collection/documents/:document_id",
  summary: "Delete a document",
  permission: "delete",
  namespaced: true,
  params: CollectionDocumentPath,
  query: DeleteQuery,
  answer: GenericDelete,
  handle: async ({ params, query }, { documents, lineage }: DocumentServices & CascadeServices, context) => {
    if (query.cascade === true) {
      const deleted = await lineage.deleteCascade(scopeOf(context), params.collection, params.document_id);
      return ok({ message: `Successfully deleted ${deleted} documents`, success: true });
    }
    await documents.delete(scopeOf(context), params.collection, params.document_id);
    return ok({ message: "Successfully deleted", success: true });
  },
});

export const readDocumentOfNamespace = operation({
  id: "readDocumentOfNamespace",
  method: "get",
  path: "/v1/documents/:document_id",
  summary: "Read a document of whichever collection",
  permission: "read",
  namespaced: true,
  params: DocumentPath,
  query: ReadQuery,
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  handle: async ({ params, query }, { documents }: DocumentServices, context) => {
    const served = await documents.read(scopeOf(context), undefined, params.document_id, wantedOf(query));
    return ok(served.body, served.headers);
  },
});

export const documentOperations = [createDocument, readDocument, deleteDocument, readDocumentOfNamespace];
