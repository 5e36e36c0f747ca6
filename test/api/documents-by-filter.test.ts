/** What a user sees of deletes and updates of all documents that match filters. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const namespace = uniqueName("byfilter");
const documents = "/v1/collections/talks/documents";
let inlet: TestInlet;

const call = (method: string, path: string, body?: unknown) => inlet.call(method, path, { namespace, body });
const on = (field: string, operator: string, value: unknown) => ({ AND: [{ field, operator, value }] });
async function totals(filters: object): Promise<unknown> {
  const { body } = await call("POST", `${documents}/list`, { filters, include_total: true });
  return Object(body).total_documents;
}

beforeEach(async () => {
  const making = ["alpha", "beta", "gamma", "delta"].map((title, rank) =>
    call("POST", documents, { metadata: { title, rank }, vectors: { v: [3, 4] } }),
  );
  await Promise.all([...making, call("POST", "/v1/collections/others/documents", { metadata: { title: "alpha" } })]);
});
afterEach(() => call("DELETE", "/v1/collections/talks"));
beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

it("deletes what matches, judged by Qdrant or by Inlet, in this collection alone", async () => {
  const { body } = await call("DELETE", `${documents}/batch`, { filters: on("rank", "gte", 2) });
  expect(body).toEqual({ deleted_count: 2, failed_count: 0, message: "Batch delete completed" });
  const judged = await call("DELETE", `${documents}/batch`, { filters: on("title", "contains", "alph") });
  expect(judged.body).toMatchObject({ deleted_count: 1 });
  expect((await call("GET", `${documents}/count`)).body).toMatchObject({ count: 1 });
  expect((await call("GET", "/v1/collections/others/documents/count")).body).toMatchObject({ count: 1 });
});

it.each([
  ["POST", "batch"],
  ["PATCH", "bulk"],
])("updates what matches by %s %s and leaves the rest as it is, vectors too", async (method, path) => {
  const filters = { OR: [on("title", "ends_with", "ta"), on("rank", "eq", 0)] };
  const { status, body } = await call(method, `${documents}/${path}`, {
    filters,
    update_data: { metadata: { seen: true } },
  });
  expect({ status, body }).toMatchObject({ status: 200, body: { updated_count: 3 } });
  expect(await totals(on("seen", "eq", true))).toBe(3);
  const list = await call("POST", `${documents}/list`, { filters: on("title", "eq", "beta"), return_vectors: true });
  expect(list.body).toMatchObject({ results: [{ title: "beta", rank: 1, seen: true, vectors: { v: [3, 4] } }] });
});

it.each<[string, string, object]>([
  ["DELETE", "batch", { filters: {} }],
  ["DELETE", "batch", { filters: { AND: [] } }],
  ["DELETE", "batch", { filters: { must: [] } }],
  ["DELETE", "batch", { filters: { OR: [{ AND: [] }, { field: "title", value: "alpha" }] } }],
  ["DELETE", "batch", { filters: on("title", "eq", "alpha"), document_ids: ["doc_a"] }],
  ["DELETE", "batch", { filters: on("title", "like", "alpha") }],
  ["POST", "batch", { filters: {}, update_data: { metadata: { a: 1 } } }],
  ["POST", "batch", { filters: on("title", "eq", "alpha") }],
  ["POST", "batch", { update_data: { metadata: { a: 1 } } }],
  ["POST", "batch", { filters: on("title", "eq", "alpha"), update_data: { _internal: {} } }],
  ["PATCH", "bulk", { update_data: { metadata: { a: 1 } } }],
  ["PATCH", "bulk", { filters: {}, update_data: { metadata: { a: 1 } } }],
  ["PATCH", "bulk", { filters: on("title", "eq", "alpha") }],
  ["PATCH", "bulk", { filters: on("title", "eq", "alpha"), update_data: { root_object_id: "o" } }],
])("refuses %s %s of %j and changes nothing", async (method, path, body) => {
  const answer = await call(method, `${documents}/${path}`, body);
  expect(answer).toMatchObject({ status: 422, body: { success: false, error: { type: "validation_error" } } });
  expect((await call("GET", `${documents}/count`)).body).toMatchObject({ count: 4 });
  expect(await totals(on("a", "exists", true))).toBe(0);
});
