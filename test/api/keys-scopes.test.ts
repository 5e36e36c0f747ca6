/** What a scope of a collection means: which one, where, and what may be done with it. */
import { ControlStore } from "../../src/control/store";
import { hashOf } from "../../src/keys/secret";
import { connectQdrant } from "../../src/qdrant/connect";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const keysPath = `/v1/organizations/users/${uniqueName("scope")}@example.com/api-keys`;
const [here, there] = [uniqueName("here"), uniqueName("there")];
const qdrant = qdrantView(backend());
let inlet: TestInlet;
let framesId: string;

interface Scope {
  resource_type?: string;
  resource_id: string;
  operations?: string[];
}

const call = (method: string, path: string, request?: InletRequest): Promise<InletAnswer> =>
  inlet.call(method, path, request);
const documents = (collection: string): string => `/v1/collections/${collection}/documents`;
async function keyWith(scopes: Scope[], permissions?: string[]): Promise<{ name: string; key: string }> {
  const name = uniqueName("key");
  const all = scopes.map((scope) => ({ resource_type: "collection", ...scope }));
  const made = await call("POST", keysPath, { body: { name, scopes: all, ...(permissions ? { permissions } : {}) } });
  expect(made.body).toMatchObject({ scopes: all });
  return { name, key: (made.body as { key: string }).key };
}
const write = (key: string, namespace: string, collection: string, body = {}): Promise<InletAnswer> =>
  call("POST", documents(collection), { key, namespace, body });
const read = (key: string, namespace: string, collection: string): Promise<InletAnswer> =>
  call("GET", `${documents(collection)}/count`, { key, namespace });

beforeAll(async () => {
  inlet = await startInlet(backend());
  for (const namespace of [here, there]) {
    for (const collection of ["frames", "videos"]) {
      const made = await call("POST", documents(collection), { namespace, body: {} });
      if (namespace === here && collection === "frames") {
        framesId = (made.body as { collection_id: string }).collection_id;
      }
    }
  }
});
afterAll(() => inlet.close());

it("means a collection by its name in every namespace of the organisation, and by its id in one", async () => {
  const [byName, byId] = [await keyWith([{ resource_id: "frames" }]), await keyWith([{ resource_id: framesId }])];
  for (const { key } of [byName, byId]) {
    for (const collection of ["frames", framesId]) expect((await write(key, here, collection)).status).toBe(200);
    expect((await write(key, here, "videos")).body).toMatchObject({ status: 403, error: { code: "out_of_scope" } });
  }
  expect((await write(byName.key, there, "frames")).status).toBe(200);
  expect((await write(byId.key, there, "frames")).status).toBe(403);
});

it("means the collection of one namespace where it says which", async () => {
  const { key } = await keyWith([{ resource_id: `${here}/frames` }]);
  expect((await write(key, here, "frames")).status).toBe(200);
  expect((await write(key, there, "frames")).status).toBe(403);
  expect((await call("POST", "/v1/documents/list", { key, namespace: there, body: {} })).status).toBe(403);
});

it("allows what its operations say, each scope for itself", async () => {
  const { key } = await keyWith([
    { resource_id: "videos", operations: ["read_data"] },
    { resource_id: "frames", operations: ["write_data", "delete_data"] },
  ]);
  expect((await read(key, here, "videos")).status).toBe(200);
  expect((await read(key, here, "frames")).status).toBe(403);
  expect((await write(key, here, "videos")).status).toBe(403);
  const made = await write(key, here, "frames", { document_id: "doc_by_operation" });
  expect(made.status).toBe(200);
  const listed = await call("POST", "/v1/documents/list", { key, namespace: here, body: { limit: 100 } });
  expect(listed.text).not.toContain("doc_by_operation");
  expect((await call("DELETE", `${documents("frames")}/doc_by_operation`, { key, namespace: here })).status).toBe(200);
});

it("allows no more than the key's permissions", async () => {
  const { key } = await keyWith([{ resource_id: "frames" }], ["read"]);
  expect((await read(key, here, "frames")).status).toBe(200);
  expect((await write(key, here, "frames")).body).toMatchObject({ status: 403, error: { code: "missing_permission" } });
});

it("adds to the scopes of namespaces", async () => {
  const { key } = await keyWith([
    { resource_type: "namespace", resource_id: here },
    { resource_id: "frames", operations: ["read_data"] },
  ]);
  expect((await write(key, here, "videos")).status).toBe(200);
  expect((await read(key, there, "frames")).status).toBe(200);
  expect((await write(key, there, "frames")).status).toBe(403);
  expect((await read(key, there, "videos")).status).toBe(403);
  expect((await call("GET", `/v1/namespaces/${here}`, { key })).status).toBe(200);
  expect((await call("GET", `/v1/namespaces/${there}`, { key })).status).toBe(403);
});

it("lets a document come from a parent that the key may only read, and from none that it may not", async () => {
  const parent = { document_id: "doc_video", root_object_id: "obj_film", root_bucket_id: "bkt_films" };
  await call("POST", documents("videos"), { namespace: here, body: parent });
  const child = { source_document_id: "doc_video" };
  const lineageOf = (answer: InletAnswer): unknown =>
    (answer.body as { _internal: { lineage: unknown } })._internal.lineage;
  const reader = await keyWith([{ resource_id: "videos", operations: ["read_data"] }, { resource_id: "frames" }]);
  const stranger = await keyWith([{ resource_id: "frames" }]);
  expect(lineageOf(await write(reader.key, here, "frames", child))).toMatchObject({ root_object_id: "obj_film" });
  expect(lineageOf(await write(stranger.key, here, "frames", child))).not.toHaveProperty("root_object_id");
});

it("lets the key make its collection on the first write, but no other, and no namespace", async () => {
  const fresh = uniqueName("fresh");
  const { key } = await keyWith([{ resource_id: "made_later" }]);
  expect((await write(key, here, "made_later")).status).toBe(200);
  expect((await write(key, here, "made_never")).status).toBe(403);
  expect((await call("GET", "/v1/collections/made_never", { namespace: here })).status).toBe(404);
  expect((await write(key, fresh, "made_later")).status).toBe(403);
  expect(await qdrant.aliases()).not.toHaveProperty(fresh);
});

it("follows the name that it was given, or the id", async () => {
  const names = [uniqueName("a"), uniqueName("b")] as const;
  const made = await call("POST", "/v1/collections", { namespace: here, body: { collection_name: names[0] } });
  const { collection_id: id } = made.body as { collection_id: string };
  const [byName, byId] = [await keyWith([{ resource_id: names[0] }]), await keyWith([{ resource_id: id }])];
  await call("PATCH", `/v1/collections/${id}`, { namespace: here, body: { collection_name: names[1] } });
  expect((await read(byName.key, here, id)).status).toBe(403);
  expect((await read(byId.key, here, names[1])).status).toBe(200);
});

it("holds for a change of the scopes from the next request on", async () => {
  const { name, key } = await keyWith([{ resource_id: "frames" }, { resource_id: "videos" }]);
  expect((await read(key, here, "videos")).status).toBe(200);
  const scopes = [{ resource_type: "collection", resource_id: "frames" }];
  await call("PATCH", `${keysPath}/${name}`, { body: { scopes } });
  expect((await read(key, here, "videos")).status).toBe(403);
  const rotated = await call("POST", `${keysPath}/${name}/rotate`);
  expect((await read((rotated.body as { key: string }).key, here, "videos")).status).toBe(403);
});

it("never lets a write win over another collection's document of the same id, whoever is first", async () => {
  const { key } = await keyWith([{ resource_id: "frames" }]);
  for (let round = 0; round < 10; round += 1) {
    const id = `doc_race_${round}`;
    const upsert = { collection_id: "frames", documents: [{ document_id: id, vectors: { v: [1, 0] } }] };
    const [theirs, mine, upserted] = await Promise.all([
      call("POST", documents("videos"), { namespace: here, body: { document_id: id } }),
      write(key, here, "frames", { document_id: id }),
      call("POST", `/v1/namespaces/${here}/documents/upsert`, { key, body: upsert }),
    ]);
    const { body } = await call("GET", `/v1/documents/${id}`, { namespace: here });
    const isFrame = (body as { collection_id: string }).collection_id === framesId;
    expect(theirs.status).toBe(isFrame ? 409 : 200);
    if (!isFrame) expect([mine.status, upserted.status].filter((status) => status === 200)).toEqual([]);
  }
});

it("grants nothing where a later version has written a kind that this one does not know", async () => {
  const { url, apiKey } = backend();
  const connection = { url: new URL(url), apiKey, collections: {}, onMissingCollection: () => undefined };
  const { qdrant: gateway, close } = connectQdrant(connection);
  const { name, key } = await keyWith([{ resource_id: "frames" }]);
  const scopes = [{ resource_type: "planet", resource_id: "mars" }];
  const options = { signal: new AbortController().signal };
  await new ControlStore(gateway).update("key", [hashOf(key)], (record) => ({ ...record, scopes }), options);
  await close();
  // This replica has not looked at the key before.
  expect((await read(key, here, "frames")).status).toBe(403);
  expect((await call("GET", "/v1/namespaces", { key })).body).toMatchObject({ total_count: 0 });
  const rotated = await call("POST", `${keysPath}/${name}/rotate`);
  expect((await read((rotated.body as { key: string }).key, here, "frames")).status).toBe(403);
});
