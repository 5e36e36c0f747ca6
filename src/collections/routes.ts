/** The collection calls as operations, within the namespace of `X-Namespace`. */
import { Type } from "@sinclair/typebox";

import { ListRequest, pageOf } from "../control/listing";
import { type Fault, InletError } from "../errors";
import { idFault, nameFault } from "../namespaces/names";
import { Deleted } from "../namespaces/schemas";
import { ok, operation, type RequestContext } from "../operation";
import { Nothing, PageQuery } from "../schema/common";
import { inputSchemaFaults } from "./input-schema";
import {
  CollectionCreate,
  CollectionFeatures,
  CollectionList,
  CollectionPath,
  CollectionRead,
  CollectionUpdate,
} from "./schemas";
import { type CollectionScope, type CollectionService } from "./service";

/** What the handlers need of the composed service. */
export interface CollectionServices {
  collections: CollectionService;
}

/** @throws InletError 400 without `X-Namespace`, which http has refused before */
function scopeOf({ principal, namespace, signal }: RequestContext): CollectionScope {
  if (namespace === undefined) throw new InletError(400, "bad_request", "X-Namespace is required.");
  return { principal, namespace, signal };
}

/** What the schema leaves to names.ts. Takes any JSON. */
function inspectNames(body: unknown): Fault[] {
  if (typeof body !== "object" || body === null) return [];
  const faults: Fault[] = [];
  const name: unknown = Reflect.get(body, "collection_name");
  const id: unknown = Reflect.get(body, "collection_id");
  if (typeof name === "string" && name !== id) {
    const message = nameFault(name);
    if (message !== undefined) faults.push({ path: "collection_name", message });
  }
  if (typeof id === "string") {
    const message = idFault("collection", id);
    if (message !== undefined) faults.push({ path: "collection_id", message });
  }
  return faults;
}

const inspectInputSchema = (body: unknown): Fault[] =>
  typeof body === "object" && body !== null ? inputSchemaFaults(Reflect.get(body, "input_schema")) : [];

const common = { namespaced: true, params: Nothing, query: Nothing } as const;

export const createCollection = operation({
  ...common,
  id: "createCollection",
  method: "post",
  path: "/v1/collections",
  summary: "Create a collection",
  permission: "write",
  body: CollectionCreate,
  errors: [409],
  answer: CollectionRead,
  answerHeaders: { Location: { description: "The path of the collection", always: true } },
  inspect: (body) => [...inspectNames(body), ...inspectInputSchema(body)],
  handle: async ({ body }, { collections }: CollectionServices, context) => {
    const made = await collections.create(scopeOf(context), body);
    return ok(made, { Location: `/v1/collections/${made.collection_id}` });
  },
});

const ListQuery = Type.Composite([
  PageQuery,
  Type.Object({
    search: Type.Optional(Type.String({ maxLength: 1024 })),
    namespace_id: Type.Optional(Type.String()),
    include_system: Type.Optional(Type.Boolean()),
  }),
]);

export const listCollections = operation({
  ...common,
  id: "listCollections",
  method: "get",
  path: "/v1/collections",
  summary: "List the namespace's collections",
  permission: "read",
  query: ListQuery,
  answer: CollectionList,
  handle: async ({ query }, { collections }: CollectionServices, context) => {
    const { search } = query;
    return ok(await collections.list(scopeOf(context), search === undefined ? {} : { search }, pageOf(query)));
  },
});

export const searchCollections = operation({
  ...common,
  id: "searchCollections",
  method: "post",
  path: "/v1/collections/list",
  summary: "List the namespace's collections: filtered, searched, sorted",
  permission: "read",
  query: PageQuery,
  body: ListRequest,
  bodyOptional: true,
  answer: CollectionList,
  handle: async ({ query, body }, { collections }: CollectionServices, context) =>
    ok(await collections.list(scopeOf(context), body, pageOf(query))),
});

const one = { ...common, path: "/v1/collections/:collection", params: CollectionPath } as const;

export const readCollection = operation({
  ...one,
  id: "readCollection",
  method: "get",
  summary: "Read a collection",
  permission: "read",
  answer: CollectionRead,
  handle: async ({ params }, { collections }: CollectionServices, context) =>
    ok(await collections.read(scopeOf(context), params.collection)),
});

export const patchCollection = operation({
  ...one,
  id: "patchCollection",
  method: "patch",
  summary: "Change a collection: what is sent is set, null removes it, the rest stays",
  permission: "write",
  body: CollectionUpdate,
  errors: [409],
  answer: CollectionRead,
  inspect: inspectNames,
  handle: async ({ params, body }, { collections }: CollectionServices, context) =>
    ok(await collections.update(scopeOf(context), params.collection, body)),
});

export const deleteCollection = operation({
  ...one,
  id: "deleteCollection",
  method: "delete",
  summary: "Delete a collection with its documents",
  permission: "delete",
  answer: Deleted,
  handle: async ({ params }, { collections }: CollectionServices, context) =>
    ok(await collections.remove(scopeOf(context), params.collection)),
});

export const readCollectionFeatures = operation({
  ...common,
  id: "readCollectionFeatures",
  method: "get",
  path: "/v1/collections/:collection/features",
  summary: "List a collection's vectors by extractor, with size, distance and count",
  permission: "read",
  params: CollectionPath,
  answer: CollectionFeatures,
  handle: async ({ params }, { collections }: CollectionServices, context) =>
    ok(await collections.features(scopeOf(context), params.collection)),
});

export const collectionOperations = [
  createCollection,
  listCollections,
  searchCollections,
  readCollection,
  patchCollection,
  deleteCollection,
  readCollectionFeatures,
];
