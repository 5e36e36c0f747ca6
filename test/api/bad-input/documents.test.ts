/** What a create request may not be: each is refused with every faulty path, and nothing is made. */
import { backend, uniqueName } from "../../support/backend";
import { startInlet, type TestInlet } from "../../support/inlet";
import { qdrantView } from "../../support/qdrant-view";

const qdrant = qdrantView(backend());
const namespace = uniqueName("bad");
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

const create = (body: unknown, where = namespace, collection = "talks") =>
  inlet.call("POST", `/v1/collections/${collection}/documents`, { namespace: where, body });

function paths(body: unknown): string[] {
  const { error } = body as { error: { details: { errors: { path: string }[] } } };
  return error.details.errors.map(({ path }) => path);
}
const embedding = (value: unknown) => ({ features: [{ feature_extractor_id: "e", vectors: { v: value } }] });

it.each<[string, unknown, string[]]>([
  ["an unknown top-level key", { colour: "red" }, ["colour"]],
  ["a body that is no object", [], [""]],
  ["document_id of another form", { document_id: "my id" }, ["document_id"]],
  ["document_id of 129 characters", { document_id: `doc_${"x".repeat(125)}` }, ["document_id"]],
  ["collection_id that contradicts the path", { collection_id: "others" }, ["collection_id"]],
  ["an unknown source_type", { source_type: "ftp" }, ["source_type"]],
  ["a bucket with a parent", { source_type: "bucket", source_document_id: "doc_1" }, ["source_document_id"]],
  ["root_object_id as a number", { root_object_id: 7 }, ["root_object_id"]],
  [
    "lineage_chain without extractor",
    { lineage_chain: [{ collection_id: "c" }] },
    ["lineage_chain[0].feature_extractor_id"],
  ],
  ["document_schema_version v3", { document_schema_version: "v3" }, ["document_schema_version"]],
  ["metadata as a list", { metadata: [] }, ["metadata"]],
  ["features as an object", { features: {} }, ["features"]],
  ["a feature without its extractor", { features: [{ payload: {} }] }, ["features[0].feature_extractor_id"]],
  ["a negative size", { size_bytes: -1 }, ["size_bytes"]],
  ["a blob without url", { document_blobs: [{ field: "f" }] }, ["document_blobs[0].url"]],
  ["an unknown role", { document_blobs: [{ field: "f", url: "u", role: "x" }] }, ["document_blobs[0].role"]],
  ["a string in a vector", embedding([1, "2"]), ["features[0].vectors.v[1]"]],
  ["1e39 in a vector", embedding([1e39]), ["features[0].vectors.v[0]"]],
  ["an empty vector", embedding([]), ["features[0].vectors.v"]],
  ["ragged rows", embedding([[1, 2], [3]]), ["features[0].vectors.v[1]"]],
  ["unequal sparse lists", embedding({ indices: [1], values: [] }), ["features[0].vectors.v"]],
  ["a repeated sparse index", embedding({ indices: [1, 1], values: [1, 2] }), ["features[0].vectors.v.indices[1]"]],
  ["an integer past 2^53 - 1", { metadata: { n: 2 ** 53 } }, ["metadata.n"]],
  ["a lone surrogate", { metadata: { t: "\ud800" } }, ["metadata.t"]],
  ["a reserved user field and an unknown key at once", { x: 1, metadata: { _vectors: 1 } }, ["x", "metadata._vectors"]],
])("refuses %s", async (_what, body, expected) => {
  const answer = await create(body);
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({ success: false, status: 422, error: { type: "validation_error" } });
  expect(paths(answer.body)).toEqual(expected);
  expect((await qdrant.aliases())[namespace]).toBeUndefined();
});

/** Per field of a create request, a value of a wrong type (NaN is no JSON: see common.test.ts). */
it.each<[string, unknown]>([
  ["document_id", 1],
  ["collection_id", {}],
  ["root_object_id", []],
  ["root_bucket_id", true],
  ["source_type", 1],
  ["source_collection_id", 1],
  ["source_document_id", {}],
  ["source_object_id", 2.5],
  ["lineage_path", []],
  ["lineage_chain", {}],
  ["document_schema_version", 1],
  ["document_blobs", {}],
  ["source_blobs", "s3://b/k"],
  ["modality", 1],
  ["mime_type", []],
  ["size_bytes", "12"],
  ["content_hash", 12],
  ["metadata", "text"],
  ["features", "text"],
  ["vectors", [1, 2]],
])("refuses %s as %j", async (field, value) => {
  const answer = await create({ [field]: value });
  expect(answer.status).toBe(422);
  expect(paths(answer.body)).toEqual([field]);
  expect((await qdrant.aliases())[namespace]).toBeUndefined();
});

it("refuses NaN in a vector with the place in the text, as JSON has none", async () => {
  const answer = await create('{"vectors": {"v": [1, NaN]}}');
  expect(answer.body).toMatchObject({ status: 400, error: { code: "invalid_json", details: { offset: 22 } } });
  expect((await qdrant.aliases())[namespace]).toBeUndefined();
});

it("refuses a bad collection name without making the namespace", async () => {
  expect((await create({}, namespace, "inlet_x")).status).toBe(422);
  expect((await qdrant.aliases())[namespace]).toBeUndefined();
});

it("refuses another size with name, expected and got, and makes neither collection nor vector", async () => {
  const where = uniqueName("size");
  expect((await create({ vectors: { emb: [1, 2, 3, 4] } }, where)).status).toBe(200);
  const answer = await create({ vectors: { emb: [1, 2, 3], other: [1] } }, where, "fresh");
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({ error: { details: { name: "emb", expected: 4, got: 3 } } });
  expect((await inlet.call("GET", "/v1/collections/fresh", { namespace: where })).status).toBe(404);
});

it("answers 404 for a document that is not there", async () => {
  const where = uniqueName("gone");
  await create({}, where);
  expect((await inlet.call("GET", "/v1/collections/talks/documents/doc_none", { namespace: where })).status).toBe(404);
  expect((await inlet.call("PATCH", "/v1/documents/doc_none", { namespace: where, body: {} })).status).toBe(404);
  expect((await inlet.call("DELETE", "/v1/collections/talks/documents/doc_none", { namespace: where })).status).toBe(
    404,
  );
});
