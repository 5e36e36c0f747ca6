import { scopeOf } from "../documents/routes";
import { CollectionPath } from "../documents/schemas";
import { ok, operation } from "../operation";
import { Nothing } from "../schema/common";
import { inspectSearch } from "./request";
import { NamespaceSearchRequest, SearchAnswer, SearchRequest } from "./schemas";
import { type SearchService } from "./service";

/** What the handlers need of the composed service. */
export interface SearchServices {
  search: SearchService;
}

export const searchDocuments = operation({
  id: "searchDocuments",
  method: "post",
  path: "/v1/collections/:collection/documents/search",
  summary: "Search a collection by vectors",
  permission: "read",
  namespaced: true,
  params: CollectionPath,
  query: Nothing,
  body: SearchRequest,
  answer: SearchAnswer,
  inspect: inspectSearch,
  handle: async ({ params, body }, { search }: SearchServices, context) =>
    ok(await search.search(scopeOf(context), params.collection, body)),
});

export const searchNamespace = operation({
  id: "searchNamespace",
  method: "post",
  path: "/v1/documents/search",
  summary: "Search a namespace by vectors",
  permission: "read",
  namespaced: true,
  params: Nothing,
  query: Nothing,
  body: NamespaceSearchRequest,
  answer: SearchAnswer,
  inspect: inspectSearch,
  handle: async ({ body }, { search }: SearchServices, context) =>
    ok(await search.search(scopeOf(context), undefined, body)),
});

export const searchOperations = [searchDocuments, searchNamespace];
