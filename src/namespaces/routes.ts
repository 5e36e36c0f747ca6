/** The namespace calls as operations. None needs `X-Namespace`: the path names the namespace. */
import { Type } from "@sinclair/typebox";

import { ListRequest, pageOf } from "../control/listing";
import { type Fault } from "../errors";
import { ok, operation } from "../operation";
import { Nothing, PageQuery } from "../schema/common";
import { repeatedVectors } from "./declarations";
import { idFault, isIdOf, nameFault, nameOrIdFault } from "./names";
import {
  Deleted,
  IndexesRead,
  NamespaceCreate,
  NamespaceList,
  NamespacePath,
  NamespaceRead,
  NamespaceStats,
  NamespaceUpdate,
  StandaloneCreate,
  StandaloneRead,
} from "./schemas";
import { type NamespaceService } from "./service";

/** What the handlers need of the composed service. */
export interface NamespaceServices {
  namespaces: NamespaceService;
}

/** What the schema leaves to names.ts. Takes any JSON. */
function inspectNames(body: unknown): Fault[] {
  if (typeof body !== "object" || body === null) return [];
  const faults: Fault[] = [];
  const name: unknown = Reflect.get(body, "namespace_name");
  const id: unknown = Reflect.get(body, "namespace_id");
  if (typeof name === "string" && name !== id) {
    const message = nameFault(name);
    if (message !== undefined) faults.push({ path: "namespace_name", message });
  }
  if (typeof id === "string") {
    const message = idFault("namespace", id);
    if (message !== undefined) faults.push({ path: "namespace_id", message });
  }
  return [...faults, ...repeatedVectors(body)];
}

/** The same where `namespace_id` may be a name. Takes any JSON. */
function inspectStandaloneNames(body: unknown): Fault[] {
  if (typeof body !== "object" || body === null) return [];
  const name: unknown = Reflect.get(body, "namespace_name") ?? undefined;
  const id: unknown = Reflect.get(body, "namespace_id") ?? undefined;
  const faults = repeatedVectors(body);
  if (name === undefined && id === undefined) faults.push({ path: "namespace_id", message: "is required" });
  if (typeof id === "string") {
    const message = nameOrIdFault("namespace", id);
    if (message !== undefined) faults.push({ path: "namespace_id", message });
  }
  if (typeof name !== "string" || name === id) return faults;
  const message = nameFault(name);
  if (message !== undefined) faults.push({ path: "namespace_name", message });
  if (typeof id === "string" && !isIdOf("namespace", id)) {
    faults.push({ path: "namespace_name", message: `is ${name}, but namespace_id gives the name ${id}` });
  }
  return faults;
}

const common = { namespaced: false, params: Nothing, query: Nothing } as const;

export const createNamespace = operation({
  ...common,
  id: "createNamespace",
  method: "post",
  path: "/v1/namespaces",
  summary: "Create a namespace: a Qdrant collection with its payload indexes and its alias",
  permission: "write",
  body: NamespaceCreate,
  errors: [409],
  answer: NamespaceRead,
  answerHeaders: { Location: { description: "The path of the namespace", always: true } },
  inspect: inspectNames,
  handle: async ({ body }, { namespaces }: NamespaceServices, { principal, signal }) => {
    const made = await namespaces.create(principal, body, { signal });
    return ok(made, { Location: `/v1/namespaces/${made.namespace_id}` });
  },
});

export const createStandaloneNamespace = operation({
  ...common,
  id: "createStandaloneNamespace",
  method: "post",
  path: "/v1/namespaces/standalone",
  summary: "Create a namespace for one's own vectors",
  permission: "write",
  body: StandaloneCreate,
  errors: [409],
  answer: StandaloneRead,
  inspect: inspectStandaloneNames,
  handle: async ({ body }, { namespaces }: NamespaceServices, { principal, signal }) => {
    const made = await namespaces.createStandalone(principal, body, { signal });
    const { namespace_id, vector_configs, document_count } = made;
    return ok({ namespace_id, mode: "standalone", status: "active", vector_configs, document_count });
  },
});

export const listNamespaces = operation({
  ...common,
  id: "listNamespaces",
  method: "get",
  path: "/v1/namespaces",
  summary: "List the organisation's namespaces",
  permission: "read",
  query: PageQuery,
  answer: NamespaceList,
  handle: async ({ query }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.list(principal, {}, pageOf(query), { signal })),
});

export const searchNamespaces = operation({
  ...common,
  id: "searchNamespaces",
  method: "post",
  path: "/v1/namespaces/list",
  summary: "List the organisation's namespaces: filtered, searched, sorted",
  permission: "read",
  query: Type.Composite([
    PageQuery,
    Type.Object({ include_system: Type.Optional(Type.Boolean()), view: Type.Optional(Type.String()) }),
  ]),
  body: ListRequest,
  bodyOptional: true,
  answer: NamespaceList,
  handle: async ({ query, body }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.list(principal, body, pageOf(query), { signal })),
});

export const readNamespace = operation({
  ...common,
  id: "readNamespace",
  method: "get",
  path: "/v1/namespaces/:namespace",
  summary: "Read a namespace",
  permission: "read",
  params: NamespacePath,
  answer: NamespaceRead,
  handle: async ({ params }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.read(principal, params.namespace, { signal })),
});

const update = {
  ...common,
  path: "/v1/namespaces/:namespace",
  permission: "write",
  params: NamespacePath,
  body: NamespaceUpdate,
  errors: [409],
  answer: NamespaceRead,
  inspect: inspectNames,
} as const;

export const patchNamespace = operation({
  ...update,
  id: "patchNamespace",
  method: "patch",
  summary: "Change a namespace: what is sent is set, the rest stays",
  handle: async ({ params, body }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.update(principal, params.namespace, body, { signal })),
});

export const putNamespace = operation({
  ...update,
  id: "putNamespace",
  method: "put",
  summary: "Change a namespace, as PATCH does",
  handle: async ({ params, body }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.update(principal, params.namespace, body, { signal })),
});

export const deleteNamespace = operation({
  ...common,
  id: "deleteNamespace",
  method: "delete",
  path: "/v1/namespaces/:namespace",
  summary: "Delete a namespace with its documents, its Qdrant collection and its alias",
  permission: "delete",
  params: NamespacePath,
  query: Type.Object({ force: Type.Optional(Type.Boolean()) }),
  answer: Deleted,
  handle: async ({ params }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.remove(principal, params.namespace, { signal })),
});

export const readNamespaceStats = operation({
  ...common,
  id: "readNamespaceStats",
  method: "get",
  path: "/v1/namespaces/:namespace/stats",
  summary: "Count a namespace's documents and collections",
  permission: "read",
  params: NamespacePath,
  answer: NamespaceStats,
  handle: async ({ params }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.stats(principal, params.namespace, { signal })),
});

export const ensureNamespaceIndexes = operation({
  ...common,
  id: "ensureNamespaceIndexes",
  method: "post",
  path: "/v1/namespaces/:namespace/ensure-indexes",
  summary: "Make the payload indexes that the namespace lacks",
  permission: "write",
  params: NamespacePath,
  query: Type.Object({ force_rebuild: Type.Optional(Type.Boolean()) }),
  answer: IndexesRead,
  handle: async ({ params }, { namespaces }: NamespaceServices, { principal, signal }) =>
    ok(await namespaces.ensureIndexes(principal, params.namespace, { signal })),
});

export const namespaceOperations = [
  createNamespace,
  createStandaloneNamespace,
  listNamespaces,
  searchNamespaces,
  readNamespace,
  patchNamespace,
  putNamespace,
  deleteNamespace,
  readNamespaceStats,
  ensureNamespaceIndexes,
];
