/** Many documents by their ids: read, count, update, delete. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const namespace = uniqueName("batch");
const [first, second, elsewhere] = [uniqueName("doc"), uniqueName("doc"), uniqueName("doc")];
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
  const made = [
    [first, "talks"],
    [second, "talks"],
    [elsewhere, "parts"],
  ] as const;
  for (const [document_id, collection] of made) {
    await call("POST", `/v1/collections/${collection}/documents`, { document_id, metadata: { keep: 1 } });
  }
});
afterAll(() => inlet.close());

const call = (method: string, path: string, body?: unknown) =>
  inlet.call(method, path, { namespace, ...(body === undefined ? {} : { body }) });

it("reads by ids over the namespace and names those that are not there", async () => {
  const { body } = await call("POST", "/v1/documents/batch-get", {
    document_ids: [elsewhere, "doc_none", first, first, "no id / at all", ""],
  });
  expect(body).toMatchObject({
    documents: [{ document_id: elsewhere }, { document_id: first }],
    not_found: ["doc_none", "no id / at all", ""],
  });
});

it("updates each by its id; one of another collection fails for itself", async () => {
  const updates = [first, elsewhere, second].map((document_id) => ({ document_id, update_data: { seen: true } }));
  const { status, body } = await call("POST", "/v1/collections/talks/documents/batch", { updates });
  expect(status).toBe(200);
  expect(body).toMatchObject({ updated_count: 2, failed_count: 1, results: [{}, { success: false }, {}] });
  const read = await call("GET", `/v1/documents/${second}`);
  expect(read.body).toMatchObject({ keep: 1, seen: true });
});

it("applies several updates of one document in their order, and refuses one for itself", async () => {
  const updates = [
    ...Array.from({ length: 30 }, (_, turn) => ({ document_id: first, update_data: { [`turn_${turn}`]: turn, turn } })),
    { document_id: second, update_data: { "keep.inner": 1 } },
  ];
  const { body } = await call("POST", "/v1/collections/talks/documents/batch", { updates });
  expect(body).toMatchObject({ updated_count: 30, failed_count: 1 });
  expect((body as { results: unknown[] }).results[30]).toMatchObject({ document_id: second, success: false });
  const read = await call("GET", `/v1/documents/${first}`);
  expect(read.body).toMatchObject({ turn: 29, turn_0: 0, turn_29: 29 });
});

it("frees the idempotency keys of a namespace that is deleted", async () => {
  const other = uniqueName("keys");
  const send = (metadata: unknown) =>
    inlet.call("POST", "/v1/collections/talks/documents", {
      namespace: other,
      body: { metadata },
      headers: { "Idempotency-Key": "run-1" },
    });
  await inlet.call("POST", "/v1/namespaces", {
    body: { namespace_id: `ns_${other.replaceAll("_", "")}`, namespace_name: other },
  });
  expect((await send({ n: 1 })).status).toBe(200);
  expect((await send({ n: 2 })).status).toBe(409);
  expect((await inlet.call("DELETE", `/v1/namespaces/${other}`)).status).toBe(200);
  await inlet.call("POST", "/v1/namespaces", {
    body: { namespace_id: `ns_${other.replaceAll("_", "")}`, namespace_name: other },
  });
  expect((await send({ n: 2 })).status).toBe(200);
});

it("deletes those of the collection, and counts what is left", async () => {
  const document_ids = [first, elsewhere, "doc_none"];
  const { body } = await call("DELETE", "/v1/collections/talks/documents/batch", { document_ids });
  expect(body).toMatchObject({ deleted_count: 1, failed_count: 2 });
  expect((await call("GET", "/v1/collections/talks/documents/count")).body).toMatchObject({ count: 1 });
  expect((await call("GET", `/v1/documents/${elsewhere}`)).status).toBe(200);
});

it.each([
  ["DELETE", "/v1/collections/talks/documents/batch", {}],
  ["DELETE", "/v1/collections/talks/documents/batch", { document_ids: [] }],
  ["DELETE", "/v1/collections/talks/documents/batch", { document_ids: ["not an id"] }],
  ["POST", "/v1/collections/talks/documents/batch", { updates: [] }],
  ["POST", "/v1/collections/talks/documents/batch", {}],
  [
    "POST",
    "/v1/collections/talks/documents/batch",
    { updates: [{ document_id: second, update_data: { _internal: 1 } }] },
  ],
  ["POST", "/v1/documents/batch-get", { document_ids: new Array<string>(1001).fill("doc_a") }],
])("refuses %s %s %#", async (method, path, body) => {
  expect((await call(method, path, body)).status).toBe(422);
});
