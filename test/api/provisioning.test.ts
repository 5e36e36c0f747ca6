/** Namespaces, collections and vectors that come into being with the first document, however many bring it at once. */
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const qdrant = qdrantView(backend());
let replicas: TestInlet[];

beforeAll(async () => {
  replicas = [await startInlet(backend()), await startInlet(backend())];
});
afterAll(() => Promise.all(replicas.map((replica) => replica.close())));

function replica(index: number): TestInlet {
  const chosen = replicas[index % replicas.length];
  if (chosen === undefined) throw new Error("There are no replicas.");
  return chosen;
}

const create = (index: number, namespace: string, vectors: Record<string, number[]>): Promise<InletAnswer> =>
  replica(index).call("POST", "/v1/collections/talks/documents", { namespace, body: { vectors } });

const statuses = (answers: InletAnswer[]): number[] => answers.map(({ status }) => status).sort();
const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

it("ends many first writes through two replicas in one namespace, one collection, one alias, and loses none", async () => {
  const namespace = uniqueName("race");
  const answers = await Promise.all(
    times(16).map((index) => create(index, namespace, { [`v${index % 3}`]: [1, 2, 3] })),
  );
  expect(new Set(statuses(answers))).toEqual(new Set([200]));
  const places = answers.map(({ body }) => {
    const { namespace_id, collection_id } = (body as { _internal: { namespace_id: string; collection_id: string } })
      ._internal;
    return `${namespace_id} ${collection_id}`;
  });
  expect(new Set(places).size).toBe(1);
  const id = (await qdrant.aliases())[namespace] ?? "";
  expect(id).toMatch(/^ns_[a-z0-9]{12}$/);
  expect(places[0]).toContain(id);
  expect(await qdrant.countPoints(id)).toBe(16);
});

it("lets one of several sizes win and tells the others what is expected and what they sent", async () => {
  const namespace = uniqueName("sizes");
  const sizes = times(9).map((index) => 3 + (index % 3));
  const answers = await Promise.all(
    sizes.map((size, index) => create(index, namespace, { v: Array.from({ length: size }, (_, at) => at + 1) })),
  );
  const winners = sizes.filter((_, index) => answers[index]?.status === 200);
  expect(winners).toHaveLength(3);
  expect(new Set(winners).size).toBe(1);
  answers.forEach((answer, index) => {
    if (answer.status === 200) return;
    const details = { name: "v", expected: winners[0], got: sizes[index] };
    expect(answer.body).toMatchObject({ status: 422, error: { code: "vector_mismatch", details } });
  });
  expect(await qdrant.countPoints((await qdrant.aliases())[namespace] ?? "")).toBe(3);
});

it("makes the indexes that Inlet filters by, the collection's as the tenant's", async () => {
  const namespace = uniqueName("indexes");
  await create(0, namespace, { v: [1] });
  const info = (await qdrant.get(`/collections/${namespace}`)) as {
    payload_schema: Record<string, { data_type: string; params?: { is_tenant?: boolean } }>;
  };
  const types = Object.fromEntries(
    Object.entries(info.payload_schema).map(([field, { data_type }]) => [field, data_type]),
  );
  expect(types).toEqual({
    collection_id: "keyword",
    document_id: "keyword",
    "_internal.lineage.root_object_id": "keyword",
    "_internal.lineage.source_object_id": "keyword",
    "_internal.lineage.source_document_id": "keyword",
    "_internal.created_at": "datetime",
    "_internal.updated_at": "datetime",
  });
  expect(info.payload_schema["collection_id"]?.params?.is_tenant).toBe(true);
});

it("takes the caller's own id for namespace and collection", async () => {
  const id = `ns_${uniqueName("own").replace("_", "")}`;
  const answer = await replica(0).call("POST", "/v1/collections/col_Mine-1/documents", { namespace: id, body: {} });
  expect(answer.body).toMatchObject({ collection_id: "col_Mine-1", _internal: { namespace_id: id } });
  expect(await qdrant.collections()).toContain(id);
});

it.each([
  ["namespace", "__proto__"],
  ["namespace", "constructor"],
  ["namespace", "a/b"],
  ["namespace", "ns_UPPER"],
  ["namespace", "org_mine"],
  ["namespace", "inlet_x"],
  ["namespace", "x".repeat(65)],
  ["collection", "__proto__"],
  ["collection", "ns_mine"],
  ["collection", ".."],
  ["collection", "col_"],
])("refuses the %s name %j with 422 and makes nothing", async (kind, name) => {
  const fine = uniqueName("fine");
  const [namespace, collection] = kind === "namespace" ? [name, "talks"] : [fine, name];
  const path = `/v1/collections/${encodeURIComponent(collection)}/documents`;
  const answer = await replica(0).call("POST", path, { namespace, body: {} });
  // A path of two dots never arrives: it is another path by then.
  expect([422, ...(name === ".." ? [404, 405] : [])]).toContain(answer.status);
  expect(Object.keys(await qdrant.aliases())).not.toContain(namespace);
  expect(await qdrant.collections()).not.toContain(name);
});

it("makes nothing for a request that is refused", async () => {
  const namespace = uniqueName("refused");
  const answer = await replica(0).call("POST", "/v1/collections/talks/documents", {
    namespace,
    body: { vectors: { v: [1, "x"] } },
  });
  expect(answer.status).toBe(422);
  expect(await qdrant.aliases()).not.toHaveProperty(namespace);
  expect((await replica(0).call("GET", `/v1/namespaces/${namespace}`)).status).toBe(404);
});

it("makes nothing where auto-provisioning is off: 404", async () => {
  const strict = await startInlet(backend(), { INLET_AUTO_PROVISION: "false" });
  try {
    const namespace = uniqueName("off");
    const answer = await strict.call("POST", "/v1/collections/talks/documents", { namespace, body: {} });
    expect(answer.body).toMatchObject({ status: 404, error: { type: "not_found" } });
    expect(await qdrant.aliases()).not.toHaveProperty(namespace);
  } finally {
    await strict.close();
  }
});

it("refuses a Qdrant collection with one unnamed vector behind an id, says why, and leaves it as it is", async () => {
  const id = `ns_${uniqueName("single").replace("_", "")}`;
  await qdrant.put(`/collections/${id}`, { vectors: { size: 2, distance: "Dot" } });
  const answer = await replica(0).call("POST", "/v1/collections/talks/documents", { namespace: id, body: {} });
  expect(answer.body).toMatchObject({ status: 409, error: { code: "single_vector_collection" } });
  expect(await qdrant.countPoints(id)).toBe(0);
});

it("does not take over a Qdrant collection that has a namespace's name", async () => {
  const name = uniqueName("taken");
  await qdrant.put(`/collections/${name}`, { vectors: { size: 2, distance: "Dot" } });
  const answer = await replica(0).call("POST", "/v1/collections/talks/documents", { namespace: name, body: {} });
  expect(answer.body).toMatchObject({ status: 409, error: { code: "name_taken_in_qdrant" } });
  expect(await qdrant.collections()).toContain(name);
});

it("finds everything again after a restart", async () => {
  const namespace = uniqueName("restart");
  const made = await create(0, namespace, { v: [1, 2] });
  const again = await startInlet(backend());
  try {
    const { document_id: id } = made.body as { document_id: string };
    const read = await again.call("GET", `/v1/collections/talks/documents/${id}`, { namespace });
    expect(read.body).toMatchObject({
      document_id: id,
      collection_id: (made.body as { collection_id: string }).collection_id,
    });
  } finally {
    await again.close();
  }
});
