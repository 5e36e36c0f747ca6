/** What the lineage calls refuse. */
import { backend, uniqueName } from "../../support/backend";
import { startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("badlineage");
let inlet: TestInlet;

const call = (method: string, path: string, space = namespace) => inlet.call(method, path, { namespace: space });
const pathsOf = (body: unknown): string[] =>
  (body as { error: { details: { errors: { path: string }[] } } }).error.details.errors.map(({ path }) => path);

beforeAll(async () => {
  inlet = await startInlet(backend());
  for (const [document_id, root_object_id] of [
    ["doc_a", "obj_1"],
    ["doc_b", "obj_1"],
    ["doc_c", "obj_2"],
  ]) {
    const body = { document_id, root_object_id };
    const made = await inlet.call("POST", "/v1/collections/films/documents", { namespace, body });
    expect(made.status).toBe(200);
  }
});
afterAll(() => inlet.close());

const DOCUMENT = "/v1/collections/films/documents/doc_a";
const OBJECT = "/v1/objects/obj_1";

it.each([
  [`${DOCUMENT}/ancestors?limit=0`, "limit"],
  [`${DOCUMENT}/ancestors?limit=10001`, "limit"],
  [`${DOCUMENT}/ancestors?offset=-1`, "offset"],
  [`${DOCUMENT}/descendants?limit=x`, "limit"],
  [`${DOCUMENT}/descendants?offset=100001`, "offset"],
  [`${DOCUMENT}/descendants?offset=1.5`, "offset"],
  [`${DOCUMENT}/descendants?return_vectors=maybe`, "return_vectors"],
  [`${DOCUMENT}/descendants?return_presigned_urls=2`, "return_presigned_urls"],
  [`${OBJECT}/documents?limit=1001`, "limit"],
  [`${OBJECT}/documents?page_size=0`, "page_size"],
  [`${OBJECT}/documents?page=0`, "page"],
  [`${OBJECT}/documents?page=100000&limit=1000`, "page"],
  [`${OBJECT}/documents?offset=100001`, "offset"],
  [`${OBJECT}/documents?cursor=nonsense`, "cursor"],
  [`${OBJECT}/documents?cursor=`, "cursor"],
  [`${OBJECT}/documents?next_cursor=AAAA`, "cursor"],
  [`${OBJECT}/documents?collection_ids=films,none`, "collection_ids[1]"],
  [`${OBJECT}/documents?return_vectors=x`, "return_vectors"],
  [`${OBJECT}/decomposition-tree?depth=0`, "depth"],
  [`${OBJECT}/decomposition-tree?depth=101`, "depth"],
  [`${OBJECT}/decomposition-tree?include_document_ids=x`, "include_document_ids"],
  [`${OBJECT}/decomposition-tree?document_id=`, "document_id"],
  [`${OBJECT}/decomposition-tree?include_document_ids=false&document_id=doc_a`, "document_id"],
])("refuses GET %s", async (path, fault) => {
  const { status, body } = await call("GET", path);
  expect(status).toBe(422);
  expect(pathsOf(body)).toEqual([fault]);
});

it("refuses a cursor of another object, of other collections, and one that was changed", async () => {
  const { body } = await call("GET", `${OBJECT}/documents?limit=1`);
  const { next_cursor: cursor } = (body as { pagination: { next_cursor: string } }).pagination;
  expect(cursor).toEqual(expect.any(String));
  const first = cursor[0] ?? "";
  for (const path of [
    `/v1/objects/obj_2/documents?cursor=${cursor}`,
    `${OBJECT}/documents?collection_ids=films&cursor=${cursor}`,
    `${OBJECT}/documents?cursor=${first === "A" ? "B" : "A"}${cursor.slice(1)}`,
    `${OBJECT}/documents?cursor=${cursor.slice(0, -2)}`,
  ]) {
    expect([path, (await call("GET", path)).status]).toEqual([path, 422]);
  }
});

it.each([
  ["GET", "/v1/collections/films/documents/doc_none/lineage"],
  ["GET", "/v1/collections/films/documents/doc_none/ancestors"],
  ["GET", "/v1/collections/films/documents/doc_none/descendants"],
  ["GET", "/v1/collections/none/documents/doc_a/lineage"],
  ["GET", "/v1/objects/obj_none/documents"],
  ["GET", "/v1/objects/obj_none/decomposition-tree"],
  ["GET", `${OBJECT}/decomposition-tree?document_id=doc_c`],
  ["DELETE", "/v1/collections/films/documents/doc_none?cascade=true"],
])("answers 404 to %s %s", async (method, path) => {
  expect((await call(method, path)).status).toBe(404);
});

it("refuses a cascade that is neither true nor false, and deletes nothing", async () => {
  expect((await call("DELETE", `${DOCUMENT}?cascade=perhaps`)).status).toBe(422);
  expect((await call("GET", DOCUMENT)).status).toBe(200);
});

it("asks for a namespace that is there, and for a key", async () => {
  expect((await inlet.call("GET", `${DOCUMENT}/lineage`)).status).toBe(400);
  expect((await call("GET", `${DOCUMENT}/lineage`, uniqueName("none"))).status).toBe(404);
  expect((await inlet.call("GET", `${DOCUMENT}/lineage`, { namespace, key: null })).status).toBe(401);
  expect((await inlet.call("POST", `${DOCUMENT}/lineage`, { namespace, body: {} })).status).toBe(405);
});
