/** A key that was given one collection, at every operation there is: it does there what it may, and of the collection beside
 *  it sees nothing and changes nothing. An operation without a case here fails the first test. */
import { operations } from "../../src/operations";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const [own, other, doomed, made] = ["own", "other", "doomed", "made"];
const namespace = uniqueName("scoped");
const keysPath = `/v1/organizations/users/${uniqueName("eve")}@example.com/api-keys`;
const SECRET = "nobody-else-may-read-this";
const v = [1, 0];
const like = { queries: [{ vector_name: "v", vector: v }] };
const qdrant = qdrantView(backend());
let inlet: TestInlet;
let key: string;
let namespaceId: string;

type Asked = [method: string, path: string, body?: unknown, headers?: Record<string, string>];
/** What an operation answers about the other collection. */
type Expected = number | ((answer: InletAnswer) => void);
interface Case {
  /** About the key's own collection: 200, where there is such a thing for a collection's key. */
  own?: Asked;
  ownAnswers?: (answer: InletAnswer) => void;
  other: [Asked, Expected][];
}

const call = async ([method, path, body, headers]: Asked, as?: string): Promise<InletAnswer> => {
  const request: InletRequest = { namespace, ...(as === undefined ? {} : { key: as }) };
  if (body !== undefined) request.body = body;
  if (headers !== undefined) request.headers = headers;
  return await inlet.call(method, path, request);
};
const ids = (documents: unknown): string[] =>
  (documents as { document_id: string }[]).map(({ document_id }) => document_id).sort();
const field = (answer: InletAnswer, name: string): unknown => (answer.body as Record<string, unknown>)[name];
const collection = (name: string): string => `/v1/collections/${name}`;
const documents = (name: string): string => `${collection(name)}/documents`;
const anyText = { filters: { AND: [{ field: "text", operator: "exists", value: true }] } };
const replacement = { root_object_id: "obj_shared", metadata: { text: "a" }, vectors: { v } };
const OWN = ["doc_own1", "doc_own2", "doc_own3"];
const NDJSON = { "Content-Type": "application/x-ndjson" };
const from = { namespace_id: "ns_from", namespace_name: "from" };
const end = { type: "end", collections: 0, documents: 0, skipped: 0 };
const header = { type: "header", format: "inlet.namespace", version: 1, namespace: from, settings: {}, vectors: {} };
const onlyOwn = (name: string) => (answer: InletAnswer) => {
  expect(answer.status).toBe(200);
  const found = ids(field(answer, name));
  expect(found).toEqual(expect.arrayContaining(OWN));
  expect(found.filter((id) => id.startsWith("doc_other"))).toEqual([]);
};
/** The same call about one collection and about the other. */
const inBoth = (method: string, rest: string, body?: unknown, headers?: Record<string, string>): Case => ({
  own: [method, `${documents(own)}${rest}`, body, headers],
  other: [[[method, `${documents(other)}${rest}`, body, headers], 403]],
});
const refused = (...asked: Asked[]): Case => ({ other: asked.map((each) => [each, 403]) });

const CASES: Record<string, Case> = {
  createDocument: {
    ...inBoth("POST", "", { metadata: { text: "x" } }),
    other: [
      [["POST", documents(other), { metadata: { text: "x" } }], 403],
      [["POST", documents(own), { document_id: "doc_other1" }], 409],
      [["POST", documents(own), { collection_id: other }], 422],
      [["POST", documents("fresh"), {}], 403],
    ],
  },
  createDocuments: {
    ...inBoth("POST", "/bulk", '{"metadata":{"text":"x"}}\n', NDJSON),
    other: [
      [["POST", `${documents(other)}/bulk`, "{}\n", NDJSON], 403],
      [
        ["POST", `${documents(own)}/bulk`, '{"document_id":"doc_other1"}\n', NDJSON],
        ({ text }) => expect(JSON.parse(text.split("\n")[0] ?? "")).toMatchObject({ index: 0, status: 409 }),
      ],
    ],
  },
  readDocument: {
    own: ["GET", `${documents(own)}/doc_own1`],
    other: [
      [["GET", `${documents(other)}/doc_other1`], 403],
      [["GET", `${documents(own)}/doc_other1`], 404],
    ],
  },
  readDocumentOfNamespace: {
    own: ["GET", "/v1/documents/doc_own1"],
    other: [[["GET", "/v1/documents/doc_other1"], 404]],
  },
  readDocumentByNamespace: {
    own: ["GET", `/v1/namespaces/${namespace}/documents/doc_own1`],
    other: [[["GET", `/v1/namespaces/${namespace}/documents/doc_other1`], 404]],
  },
  patchDocument: {
    own: ["PATCH", `${documents(own)}/doc_own1`, { metadata: { n: 1 } }],
    other: [
      [["PATCH", `${documents(other)}/doc_other1`, { metadata: { n: 1 } }], 403],
      [["PATCH", `${documents(own)}/doc_other1`, { metadata: { n: 1 } }], 404],
    ],
  },
  putDocument: {
    own: ["PUT", `${documents(own)}/doc_own1?replace=true`, replacement],
    other: [
      [["PUT", `${documents(other)}/doc_other1`, { metadata: { n: 1 } }], 403],
      [["PUT", `${documents(other)}/doc_other1?replace=true`, {}], 403],
      [["PUT", `${documents(own)}/doc_other1?replace=true`, {}], 409],
    ],
  },
  patchDocumentOfNamespace: {
    own: ["PATCH", "/v1/documents/doc_own1", { metadata: { n: 2 } }],
    other: [[["PATCH", "/v1/documents/doc_other1", { metadata: { n: 2 } }], 404]],
  },
  putDocumentOfNamespace: {
    own: ["PUT", "/v1/documents/doc_own1", { metadata: { n: 3 } }],
    other: [[["PUT", "/v1/documents/doc_other1", { metadata: { n: 3 } }], 404]],
  },
  deleteDocument: {
    own: ["DELETE", `${documents(own)}/doc_spare1`],
    other: [
      [["DELETE", `${documents(other)}/doc_other1`], 403],
      [["DELETE", `${documents(own)}/doc_other1`], 404],
      // Its child is the other collection's, and so are that one's children.
      [["DELETE", `${documents(own)}/doc_parent?cascade=true`], 200],
    ],
  },
  batchGetDocuments: {
    own: ["POST", "/v1/documents/batch-get", { document_ids: OWN }],
    ownAnswers: onlyOwn("documents"),
    other: [
      [
        ["POST", "/v1/documents/batch-get", { document_ids: ["doc_own1", "doc_other1"] }],
        ({ body }) => expect(body).toMatchObject({ documents: [{ collection_id: ownId }], not_found: ["doc_other1"] }),
      ],
    ],
  },
  batchDeleteDocuments: {
    own: ["DELETE", `${documents(own)}/batch`, { document_ids: ["doc_spare2"] }],
    other: [
      [["DELETE", `${documents(other)}/batch`, { document_ids: ["doc_other1"] }], 403],
      [["DELETE", `${documents(other)}/batch`, anyText], 403],
      [
        ["DELETE", `${documents(own)}/batch`, { document_ids: ["doc_other1"] }],
        ({ body }) => expect(body).toMatchObject({ deleted_count: 0, failed_count: 1 }),
      ],
    ],
  },
  batchUpdateDocuments: {
    own: ["POST", `${documents(own)}/batch`, { ...anyText, update_data: { n: 4 } }],
    other: [
      [["POST", `${documents(other)}/batch`, { ...anyText, update_data: { n: 4 } }], 403],
      [
        ["POST", `${documents(own)}/batch`, { updates: [{ document_id: "doc_other1", update_data: { n: 4 } }] }],
        ({ body }) => expect(body).toMatchObject({ updated_count: 0, failed_count: 1 }),
      ],
      [
        ["POST", `${documents(other)}/batch`, { updates: [{ document_id: "doc_other1", update_data: { n: 4 } }] }],
        ({ body }) => expect(body).not.toMatchObject({ updated_count: 1 }),
      ],
    ],
  },
  bulkUpdateDocuments: inBoth("PATCH", "/bulk", { ...anyText, update_data: { n: 5 } }),
  countDocuments: inBoth("GET", "/count"),
  listDocuments: { ...inBoth("POST", "/list", { limit: 1000 }), ownAnswers: onlyOwn("results") },
  getDocuments: { ...inBoth("GET", "?limit=1000"), ownAnswers: onlyOwn("results") },
  distinctValues: inBoth("POST", "/distinct", { field: "text" }),
  aggregateDocuments: inBoth("POST", "/aggregate", { aggregations: [{ function: "count", alias: "n" }] }),
  listNamespaceDocuments: {
    own: ["POST", "/v1/documents/list", { collection_ids: [own], limit: 1000 }],
    ownAnswers: onlyOwn("results"),
    other: [
      [["POST", "/v1/documents/list", { limit: 1000 }], onlyOwn("results")],
      [["POST", "/v1/documents/list", { limit: 1000, ...anyText }], onlyOwn("results")],
      [["POST", "/v1/documents/list", { filters: { must: [{ key: "text", match: { value: SECRET } }] } }], nothing],
      [["POST", "/v1/documents/list", { filters: { must_not: [{ key: "text", match: { value: "a" } }] } }], ownAlone],
      [["POST", "/v1/documents/list", { group_by: "text" }], 200],
      [["POST", "/v1/documents/list", { collection_ids: [other] }], 403],
      [["POST", "/v1/documents/list", { collection_ids: [own, other] }], 403],
    ],
  },
  listDocumentsBatch: {
    own: ["POST", "/v1/documents/list/batch", { queries: [{ key: "k", request: { collection_ids: [own] } }] }],
    other: [
      [["POST", "/v1/documents/list/batch", { queries: [{ key: "k", request: {} }] }], 200],
      [["POST", "/v1/documents/list/batch", { queries: [{ key: "k", request: { collection_ids: [other] } }] }], 403],
    ],
  },
  upsertDocuments: {
    own: ["POST", `/v1/namespaces/${namespace}/documents/upsert`, upsertInto(own, "doc_spare3")],
    other: [
      [["POST", `/v1/namespaces/${namespace}/documents/upsert`, upsertInto(other, "doc_other1")], 403],
      [["POST", `/v1/namespaces/${namespace}/documents/upsert`, upsertInto(own, "doc_other1")], 409],
      [["POST", `/v1/namespaces/${namespace}/documents/upsert`, upsertInto("default", "doc_new")], 403],
    ],
  },
  documentLineage: {
    ...inBoth("GET", "/doc_other1/lineage"),
    own: ["GET", `${documents(own)}/doc_own3/lineage`],
  },
  documentDiagnostics: {
    ...inBoth("GET", "/doc_other1/diagnostics"),
    own: ["GET", `${documents(own)}/doc_own3/diagnostics`],
  },
  validateDocument: {
    ...inBoth("POST", "/schema/validate", { metadata: { text: "x" } }),
    own: ["POST", `${documents(own)}/schema/validate`, { metadata: { text: "x" } }],
  },
  documentAncestors: {
    own: ["GET", `${documents(own)}/doc_own3/ancestors`],
    // Between it and the root is one of the other collection.
    ownAnswers: ({ body }) => expect(body).toEqual([]),
    other: [[["GET", `${documents(other)}/doc_other1/ancestors`], 403]],
  },
  documentDescendants: {
    own: ["GET", `${documents(own)}/doc_own1/descendants`],
    ownAnswers: ({ body }) => expect(ids(body)).toEqual(["doc_own2"]),
    other: [[["GET", `${documents(other)}/doc_other1/descendants`], 403]],
  },
  objectDocuments: {
    own: ["GET", "/v1/objects/obj_shared/documents"],
    ownAnswers: onlyOwn("documents"),
    other: [
      [["GET", "/v1/objects/obj_other/documents"], 404],
      [["GET", `/v1/objects/obj_shared/documents?collection_ids=${other}`], 403],
    ],
  },
  decompositionTree: {
    own: ["GET", "/v1/objects/obj_shared/decomposition-tree"],
    ownAnswers: ({ body }) => expect(body).toMatchObject({ collections: [{ collection_id: ownId }] }),
    other: [[["GET", "/v1/objects/obj_other/decomposition-tree"], 404]],
  },
  searchDocuments: {
    ...inBoth("POST", "/search", like),
    other: [
      [["POST", `${documents(other)}/search`, like], 403],
      [["POST", `${documents(own)}/search`, { queries: [{ vector_name: "v", document_id: "doc_other1" }] }], 422],
    ],
  },
  searchNamespace: {
    own: ["POST", "/v1/documents/search", like],
    other: [
      [["POST", "/v1/documents/search", { ...like, limit: 100 }], hitsOwn],
      [["POST", "/v1/documents/search", { queries: [...like.queries, ...like.queries], limit: 100 }], hitsOwn],
      [["POST", "/v1/documents/search", { ...like, group_by: "text" }], 200],
      [["POST", "/v1/documents/search", { queries: [{ vector_name: "v", document_id: "doc_other1" }] }], 422],
      [["POST", "/v1/documents/search", { queries: [{ vector_name: "v", positive: ["doc_other1"] }] }], 422],
      [["POST", "/v1/documents/search", { ...like, collection_ids: [other] }], 403],
    ],
  },
  createCollection: {
    own: ["POST", "/v1/collections", { collection_name: made }],
    other: [
      [["POST", "/v1/collections", { collection_name: "fresh" }], 403],
      [["POST", "/v1/collections", { collection_name: other }], 403],
    ],
  },
  listCollections: {
    own: ["GET", "/v1/collections"],
    ownAnswers: namesOwn,
    other: [[["GET", `/v1/collections?search=${other}`], nothing]],
  },
  searchCollections: {
    own: ["POST", "/v1/collections/list", {}],
    ownAnswers: namesOwn,
    other: [[["POST", "/v1/collections/list", { search: other }], nothing]],
  },
  readCollection: { own: ["GET", collection(own)], other: [[["GET", collection(other)], 403]] },
  patchCollection: {
    own: ["PATCH", collection(own), { description: "mine" }],
    other: [
      [["PATCH", collection(other), { description: "mine" }], 403],
      [["PATCH", collection(own), { collection_name: other }], 409],
    ],
  },
  deleteCollection: { own: ["DELETE", collection(doomed)], other: [[["DELETE", collection(other)], 403]] },
  readCollectionFeatures: {
    own: ["GET", `${collection(own)}/features`],
    other: [[["GET", `${collection(other)}/features`], 403]],
  },
  listNamespaces: { other: [[["GET", "/v1/namespaces"], nothing]] },
  searchNamespaces: { other: [[["POST", "/v1/namespaces/list", {}], nothing]] },
  createNamespace: refused(["POST", "/v1/namespaces", { namespace_name: uniqueName("more") }]),
  createStandaloneNamespace: refused(["POST", "/v1/namespaces/standalone", { namespace_id: uniqueName("more") }]),
  readNamespace: refused(["GET", `/v1/namespaces/${namespace}`]),
  patchNamespace: refused(["PATCH", `/v1/namespaces/${namespace}`, { description: "mine" }]),
  putNamespace: refused(["PUT", `/v1/namespaces/${namespace}`, { description: "mine" }]),
  deleteNamespace: refused(["DELETE", `/v1/namespaces/${namespace}`]),
  readNamespaceStats: refused(["GET", `/v1/namespaces/${namespace}/stats`]),
  ensureNamespaceIndexes: refused(["POST", `/v1/namespaces/${namespace}/ensure-indexes`]),
  exportNamespace: refused(["POST", `/v1/namespaces/${namespace}/export`]),
  importNamespace: refused([
    "POST",
    `/v1/namespaces/${namespace}/import`,
    `${JSON.stringify(header)}\n${JSON.stringify(end)}\n`,
    NDJSON,
  ]),
  createApiKey: refused(["POST", keysPath, { name: "free" }]),
  listApiKeys: refused(["GET", keysPath]),
  patchApiKey: refused(["PATCH", `${keysPath}/bound`, { scopes: null }]),
  revokeApiKey: refused(["DELETE", `${keysPath}/bound`]),
  rotateApiKey: refused(["POST", `${keysPath}/bound/rotate`]),
  createOrganization: refused(["POST", "/v1/organizations", { organization_name: "x", user_email: "e@example.com" }]),
  readOrganizations: refused(["GET", "/v1/organizations"]),
};

let ownId = "";
let otherId = "";

function nothing({ status, body }: InletAnswer): void {
  expect(status).toBe(200);
  expect(body).toMatchObject({ results: [] });
}
function ownAlone(answer: InletAnswer): void {
  expect(answer.status).toBe(200);
  expect(ids(field(answer, "results")).filter((id) => id.startsWith("doc_other"))).toEqual([]);
}
function hitsOwn(answer: InletAnswer): void {
  const hits = field(answer, "results") as { document: { document_id: string; collection_id: string } }[];
  expect(ids(hits.map(({ document }) => document))).toEqual(expect.arrayContaining(["doc_own2"]));
  expect(new Set(hits.map(({ document }) => document.collection_id))).toEqual(new Set([ownId]));
}
function namesOwn(answer: InletAnswer): void {
  const rows = field(answer, "results") as { collection_name: string }[];
  const names = rows.map(({ collection_name: name }) => name);
  expect(names).toContain(own);
  expect(names).not.toContain(other);
}
function upsertInto(into: string, id: string) {
  return { collection_id: into, documents: [{ document_id: id, vectors: { v }, payload: { text: "u" } }] };
}

beforeAll(async () => {
  inlet = await startInlet(backend());
  const create = async (into: string, id: string, body: Record<string, unknown>): Promise<void> => {
    const text = into === other ? SECRET : "a";
    const sent = { document_id: id, root_object_id: "obj_shared", metadata: { text }, vectors: { v }, ...body };
    const answer = await call(["POST", documents(into), sent]);
    expect(answer.status).toBe(200);
    namespaceId = (answer.body as { _internal: { namespace_id: string } })._internal.namespace_id;
    if (into === other) otherId = (answer.body as { collection_id: string }).collection_id;
    if (into === own) ownId = (answer.body as { collection_id: string }).collection_id;
  };
  await create(own, "doc_own1", {});
  await create(own, "doc_own2", { source_document_id: "doc_own1" });
  await create(other, "doc_other1", { source_document_id: "doc_own1" });
  await create(own, "doc_own3", { source_document_id: "doc_other1" });
  await create(other, "doc_other2", { root_object_id: "obj_other" });
  await create(own, "doc_parent", { root_object_id: "obj_cut" });
  await create(other, "doc_other3", { root_object_id: "obj_cut", source_document_id: "doc_parent" });
  for (const id of ["doc_spare1", "doc_spare2"]) await create(own, id, {});
  await create(doomed, "doc_doomed", { root_object_id: "obj_doomed", vectors: { w: v } });
  const scopes = [own, doomed, made].map((name) => ({ resource_type: "collection", resource_id: name }));
  const permissions = ["read", "write", "delete", "admin"];
  key = field(await call(["POST", keysPath, { name: "bound", permissions, scopes }]), "key") as string;
});
afterAll(() => inlet.close());

/** The other collection as Qdrant has it. */
const stored = async (): Promise<unknown> =>
  await qdrant.post(`/collections/${namespaceId}/points/scroll`, {
    filter: { must: [{ key: "text", match: { value: SECRET } }] },
    limit: 100,
    with_vector: true,
  });

it("has a case for every operation", () => {
  expect(Object.keys(CASES).sort()).toEqual(operations.map(({ id }) => id).sort());
});

for (const [id, { own: mine, ownAnswers, other: theirs }] of Object.entries(CASES)) {
  describe(`${id} with a key of one collection`, () => {
    if (mine !== undefined) {
      it(`works in that collection: ${mine[0]} ${mine[1]}`, async () => {
        const answer = await call(mine, key);
        expect([answer.status, answer.text]).toEqual([200, answer.text]);
        ownAnswers?.(answer);
        expect(answer.text).not.toContain(SECRET);
      });
    }
    it.each(theirs)("shows and changes nothing of another one: %j", async (asked, expected) => {
      const before = await stored();
      const answer = await call(asked, key);
      if (typeof expected === "number") expect([answer.status, answer.text]).toEqual([expected, answer.text]);
      else expected(answer);
      // Not even its id, by which one could tell that it is there.
      if (answer.status >= 400) expect(answer.text).not.toContain(otherId);
      expect(answer.text).not.toContain(SECRET);
      expect(await stored()).toEqual(before);
    });
  });
}
