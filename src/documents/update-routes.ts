import { Type } from "@sinclair/typebox";

import { validationError } from "../errors";
import { operation, ok } from "../operation";
import { Nothing } from "../schema/common";
import { compile } from "../schema/compile";
import { inspectDocument } from "./inspect";
import { inspectUpdate } from "./patch";
import { DOCUMENT_HEADERS, scopeOf } from "./routes";
import { CollectionDocumentPath, DocumentCreate, DocumentPath, DocumentRead, DocumentUpdate } from "./schemas";
import { type DocumentUpdates } from "./update";

/** What the handlers need of the composed service. */
export interface DocumentUpdateServices {
  updates: DocumentUpdates;
}

const ReplaceQuery = Type.Object({
  replace: Type.Optional(
    Type.Boolean({ description: "The body is the whole document, which is made where it is not there." }),
  ),
});
/** A merge or, with `replace=true`, a DocumentCreate: which of the two only the query tells. */
const PutBody = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: "As PATCH takes it; with `replace=true` as a document is created.",
      examples: [{ metadata: { language: "de", draft: null } }],
    },
  ),
);

const checkUpdate = compile(DocumentUpdate);
const checkDocument = compile(DocumentCreate);
const isUpdate = (body: Record<string, unknown>): body is DocumentUpdate => checkUpdate(body).length === 0;
const isDocument = (body: Record<string, unknown>): body is DocumentCreate => checkDocument(body).length === 0;

/** @throws InletError 422 */
function requireUpdate(body: Record<string, unknown>): DocumentUpdate {
  const faults = [...checkUpdate(body), ...inspectUpdate(body)];
  if (faults.length > 0 || !isUpdate(body)) throw validationError(faults);
  return body;
}

/** @throws InletError 422, also where the body has another `document_id` than the path */
function requireDocument(given: Record<string, unknown>, documentId: string): DocumentCreate {
  const faults = [
    ...checkDocument({ document_id: documentId, ...given }),
    ...inspectDocument({ document_id: documentId, ...given }),
  ];
  const named = given["document_id"];
  if (named !== undefined && named !== null && named !== documentId) {
    faults.push({ path: "document_id", message: `is not ${documentId}, which the path names` });
  }
  const body = { ...given, document_id: documentId };
  if (faults.length > 0 || !isDocument(body)) throw validationError(faults);
  return body;
}

export const patchDocument = operation({
  id: "patchDocument",
  method: "patch",
  path: "/v1/collections/:collection/documents/:document_id",
  summary: "Update a document in part",
  permission: "write",
  namespaced: true,
  params: CollectionDocumentPath,
  query: Nothing,
  body: DocumentUpdate,
  headers: ["If-Match"],
  errors: [412],
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  inspect: (body) => inspectUpdate(body),
  handle: async ({ params, body }, { updates }: DocumentUpdateServices, context) => {
    const { collection, document_id: id } = params;
    const served = await updates.merge(scopeOf(context), collection, id, body, context.ifMatch);
    return ok(served.body, served.headers);
  },
});

export const putDocument = operation({
  id: "putDocument",
  method: "put",
  path: "/v1/collections/:collection/documents/:document_id",
  summary: "Update a document in part, or replace it as a whole",
  permission: "write",
  namespaced: true,
  params: CollectionDocumentPath,
  query: ReplaceQuery,
  body: PutBody,
  headers: ["If-Match"],
  errors: [409, 412],
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  handle: async ({ params, query, body }, { updates }: DocumentUpdateServices, context) => {
    const { collection, document_id: id } = params;
    const scope = scopeOf(context);
    const served =
      query.replace === true
        ? await updates.replace(scope, collection, id, requireDocument(body, id), context.ifMatch)
        : await updates.merge(scope, collection, id, requireUpdate(body), context.ifMatch);
    return ok(served.body, served.headers);
  },
});

export const patchDocumentOfNamespace = operation({
  id: "patchDocumentOfNamespace",
  method: "patch",
  path: "/v1/documents/:document_id",
  summary: "Update a document of whichever collection in part",
  permission: "write",
  namespaced: true,
  params: DocumentPath,
  query: Nothing,
  body: DocumentUpdate,
  headers: ["If-Match"],
  errors: [412],
  answer: DocumentRead,
  answerHeaders: DOCUMENT_HEADERS,
  inspect: (body) => inspectUpdate(body),
  handle: async ({ params, body }, { updates }: DocumentUpdateServices, context) => {
    const served = await updates.merge(scopeOf(context), undefined, params.document_id, body, context.ifMatch);
    return ok(served.body, served.headers);
  },
});

export const putDocumentOfNamespace = operation({
  ...patchDocumentOfNamespace,
  id: "putDocumentOfNamespace",
  method: "put",
});

export const documentUpdateOperations = [patchDocument, putDocument, patchDocumentOfNamespace, putDocumentOfNamespace];
