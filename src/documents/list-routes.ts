import { InletError, validationError } from "../errors";
import { inspectFilters } from "../filters/parse";
import { operation, ok } from "../operation";
import { compile } from "../schema/compile";
import { Nothing } from "../schema/common";
import { isRecord } from "./json-rules";
import { type DocumentLists } from "./list";
import { inspectField, inspectList, listAskedOf, withQuery } from "./list-request";
import {
  Distinct,
  DistinctAnswer,
  ListAnswer,
  ListBatch,
  ListBatchAnswer,
  ListDocuments,
  ListNamespaceDocuments,
  ListQuery,
} from "./list-schemas";
import { scopeOf } from "./routes";
import { CollectionPath } from "./schemas";

/** What the handlers need of the composed service. */
export interface DocumentListServices {
  lists: DocumentLists;
}

const ofCollection = {
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: ListQuery,
  body: ListDocuments,
  bodyOptional: true,
  answer: ListAnswer,
  inspect: inspectList,
} as const;

export const listDocuments = operation({
  ...ofCollection,
  id: "listDocuments",
  method: "post",
  path: "/v1/collections/:collection/documents/list",
  summary: "List the documents of a collection: filter, sort, search, select, group, page",
  handle: async ({ params, query, body }, { lists }: DocumentListServices, context) =>
    ok(await lists.list(scopeOf(context), params.collection, listAskedOf(withQuery(body, query)))),
});

export const getDocuments = operation({
  ...ofCollection,
  id: "getDocuments",
  method: "get",
  path: "/v1/collections/:collection/documents",
  summary: "List the documents of a collection; the body, where a client sends one, is that of POST …/list",
  handle: async ({ params, query, body }, { lists }: DocumentListServices, context) =>
    ok(await lists.list(scopeOf(context), params.collection, listAskedOf(withQuery(body, query)))),
});

export const listNamespaceDocuments = operation({
  id: "listNamespaceDocuments",
  method: "post",
  path: "/v1/documents/list",
  summary: "List the documents of a namespace, or of some of its collections",
  permission: "read",
  namespaced: true,
  params: Nothing,
  query: ListQuery,
  body: ListNamespaceDocuments,
  bodyOptional: true,
  answer: ListAnswer,
  inspect: inspectList,
  handle: async ({ query, body }, { lists }: DocumentListServices, context) => {
    const asked = listAskedOf(withQuery(body, query));
    return ok(await lists.listNamespace(scopeOf(context), body.collection_ids ?? undefined, asked));
  },
});

const checkNamespaceList = compile(ListNamespaceDocuments);
const fitsNamespaceList = (request: unknown): request is ListNamespaceDocuments =>
  checkNamespaceList(request).length === 0;

/** @throws InletError 422 */
function checkedList(request: unknown): ListNamespaceDocuments {
  const faults = inspectList(request);
  if (!fitsNamespaceList(request)) throw validationError([...checkNamespaceList(request), ...faults]);
  if (faults.length > 0) throw validationError(faults);
  return request;
}

/** What went wrong with one list, in one text. */
function textOf({ message, details }: InletError): string {
  const errors = details?.["errors"];
  if (!Array.isArray(errors) || errors.length < 2) return message;
  return errors
    .map((fault: unknown) => (isRecord(fault) ? `${String(fault["path"])}: ${String(fault["message"])}` : ""))
    .join("; ");
}

export const listBatch = operation({
  id: "listDocumentsBatch",
  method: "post",
  path: "/v1/documents/list/batch",
  summary: "Several lists of a namespace at once, each with its own error",
  permission: "read",
  namespaced: true,
  params: Nothing,
  query: Nothing,
  body: ListBatch,
  answer: ListBatchAnswer,
  inspect: (body) => {
    const queries = isRecord(body) && Array.isArray(body["queries"]) ? body["queries"] : [];
    const keys = queries.map((query: unknown) => (isRecord(query) ? query["key"] : undefined));
    return keys.flatMap((key, index) =>
      key !== undefined && keys.indexOf(key) < index
        ? [{ path: `queries[${index}].key`, message: `is the key ${String(key)} a second time` }]
        : [],
    );
  },
  handle: async ({ body }, { lists }: DocumentListServices, context) => {
    const scope = scopeOf(context);
    const results = [];
    // One after another: ten scans at once would take the places of ten requests.
    for (const { key, request } of body.queries) {
      try {
        const checked = checkedList(request);
        const response = await lists.listNamespace(scope, checked.collection_ids ?? undefined, listAskedOf(checked));
        results.push({ key, response });
      } catch (error) {
        if (!(error instanceof InletError) || error.status !== 422) throw error;
        results.push({ key, error: textOf(error) });
      }
    }
    return ok({ results });
  },
});

export const distinctValues = operation({
  id: "distinctValues",
  method: "post",
  path: "/v1/collections/:collection/documents/distinct",
  summary: "The values of a field and how many documents have each",
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: Distinct,
  answer: DistinctAnswer,
  inspect: (body) => [...inspectField(body), ...inspectFilters(isRecord(body) ? body["filters"] : undefined)],
  handle: async ({ params, body }, { lists }: DocumentListServices, context) =>
    ok(await lists.distinct(scopeOf(context), params.collection, body)),
});

export const documentListOperations = [listDocuments, getDocuments, listNamespaceDocuments, listBatch, distinctValues];
