import { scopeOf } from "../documents/routes";
import { CollectionDocumentPath } from "../documents/schemas";
import { type InletError, validationError } from "../errors";
import { type Answer, ok, operation } from "../operation";
import { Nothing } from "../schema/common";
import { type ObjectService } from "./objects";
import {
  DecompositionTree,
  DEFAULT_TREE_DEPTH,
  DocumentLineageRead,
  MAX_OFFSET,
  MAX_PAGE,
  ObjectDocuments,
  ObjectDocumentsQuery,
  ObjectPath,
  Relatives,
  RelativesQuery,
  TreeQuery,
} from "./schemas";
import { type LineageService, type Page, type Relatives as RelativesPage } from "./service";

/** What the handlers need of the composed service. */
export interface LineageServices {
  lineage: LineageService;
  objects: ObjectService;
}

const DEFAULT_OBJECT_PAGE = 100;

const refusedQuery = (path: string, message: string): InletError =>
  validationError([{ path, message, location: "query" }]);

const pageOf = (query: RelativesQuery): Page => ({
  offset: query.offset ?? 0,
  limit: query.limit ?? MAX_PAGE,
  wanted: wantedOf(query),
});

const wantedOf = (query: { return_vectors?: boolean; return_presigned_urls?: boolean }) => ({
  vectors: query.return_vectors ?? false,
  vectorNames: false,
  presignedUrls: query.return_presigned_urls ?? false,
});

const PAGE_HEADERS = {
  "X-Total-Count": { description: "Of all pages together", always: true },
  Link: { description: "The next page, where there is one (RFC 8288)", always: false },
};

/** A list without an envelope: what belongs to its paging stands in the headers (RFC 8288). */
function pageAnswer(path: string, params: Record<string, string>, page: Page, relatives: RelativesPage): Answer {
  const { documents, total, next } = relatives;
  const at = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const more = new URLSearchParams({
    offset: String(next),
    limit: String(page.limit),
    ...(page.wanted.vectors ? { return_vectors: "true" } : {}),
    ...(page.wanted.presignedUrls ? { return_presigned_urls: "true" } : {}),
  });
  return ok(documents, {
    "X-Total-Count": String(total),
    ...(next === undefined ? {} : { Link: `<${at}?${more.toString()}>; rel="next"` }),
  });
}

export const documentLineage = operation({
  id: "documentLineage",
  method: "get",
  path: "/v1/collections/:collection/documents/:document_id/lineage",
  summary: "The chain from the root object to a document",
  permission: "read",
  namespaced: true,
  params: CollectionDocumentPath,
  query: Nothing,
  answer: DocumentLineageRead,
  handle: async ({ params }, { lineage }: LineageServices, context) =>
    ok(await lineage.lineage(scopeOf(context), params.collection, params.document_id)),
});

const ANCESTORS_PATH = "/v1/collections/:collection/documents/:document_id/ancestors";
export const documentAncestors = operation({
  id: "documentAncestors",
  method: "get",
  path: ANCESTORS_PATH,
  summary: "The documents above a document, from the root to its parent",
  permission: "read",
  namespaced: true,
  params: CollectionDocumentPath,
  query: RelativesQuery,
  answer: Relatives,
  answerHeaders: PAGE_HEADERS,
  handle: async ({ params, query }, { lineage }: LineageServices, context) => {
    const page = pageOf(query);
    const found = await lineage.ancestors(scopeOf(context), params.collection, params.document_id, page);
    return pageAnswer(ANCESTORS_PATH, params, page, found);
  },
});

const DESCENDANTS_PATH = "/v1/collections/:collection/documents/:document_id/descendants";
export const documentDescendants = operation({
  id: "documentDescendants",
  method: "get",
  path: DESCENDANTS_PATH,
  summary: "The documents below a document, its children first",
  permission: "read",
  namespaced: true,
  params: CollectionDocumentPath,
  query: RelativesQuery,
  answer: Relatives,
  answerHeaders: PAGE_HEADERS,
  handle: async ({ params, query }, { lineage }: LineageServices, context) => {
    const page = pageOf(query);
    const found = await lineage.descendants(scopeOf(context), params.collection, params.document_id, page);
    return pageAnswer(DESCENDANTS_PATH, params, page, found);
  },
});

export const objectDocuments = operation({
  id: "objectDocuments",
  method: "get",
  path: "/v1/objects/:object_id/documents",
  summary: "All documents of one root object",
  permission: "read",
  namespaced: true,
  params: ObjectPath,
  query: ObjectDocumentsQuery,
  answer: ObjectDocuments,
  handle: async ({ params, query }, { objects }: LineageServices, context) => {
    const limit = query.limit ?? query.page_size ?? DEFAULT_OBJECT_PAGE;
    const offset = query.offset ?? ((query.page ?? 1) - 1) * limit;
    if (offset > MAX_OFFSET) {
      throw refusedQuery("page", `begins after ${offset} documents; go on by cursor past ${MAX_OFFSET}`);
    }
    const asked = {
      collections: query.collection_ids,
      limit,
      offset,
      cursor: query.cursor ?? query.next_cursor ?? query.after,
      wanted: wantedOf(query),
    };
    return ok(await objects.documents(scopeOf(context), params.object_id, asked));
  },
});

export const decompositionTree = operation({
  id: "decompositionTree",
  method: "get",
  path: "/v1/objects/:object_id/decomposition-tree",
  summary: "All documents of one root object as a tree",
  permission: "read",
  namespaced: true,
  params: ObjectPath,
  query: TreeQuery,
  answer: DecompositionTree,
  handle: async ({ params, query }, { objects }: LineageServices, context) => {
    if (query.include_document_ids === false && query.document_id !== undefined) {
      throw refusedQuery("document_id", "goes with a tree of documents, not with include_document_ids=false");
    }
    const asked = {
      byDocument: query.include_document_ids ?? true,
      maxDepth: query.depth ?? DEFAULT_TREE_DEPTH,
      from: query.document_id,
    };
    return ok(await objects.tree(scopeOf(context), params.object_id, asked));
  },
});

export const lineageOperations = [
  documentLineage,
  documentAncestors,
  documentDescendants,
  objectDocuments,
  decompositionTree,
];
