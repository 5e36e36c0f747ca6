/** Looks at documents that change nothing: what a read gives of the vectors, what support asks, the dry run of a create. */
import { pointIdOf } from "../../src/ids";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const namespace = uniqueName("checks");
const documents = "/v1/collections/talks/documents";
let inlet: TestInlet;

const call = async (method: string, path: string, body?: unknown): Promise<InletAnswer> =>
  await inlet.call(method, path, { namespace, ...(body === undefined ? {} : { body }) });
const count = async (): Promise<unknown> => (await call("GET", `${documents}/count`)).body;
const validate = async (body: unknown, collection = "talks"): Promise<unknown> => {
  const answer = await call("POST", `/v1/collections/${collection}/documents/schema/validate`, body);
  expect(answer.status).toBe(200);
  return answer.body;
};

beforeAll(async () => {
  inlet = await startInlet(backend());
  const found = { document_id: "doc_found", source_object_id: "obj_1", vectors: { a: [1, 0], b: [1, 2, 3] } };
  expect((await call("POST", documents, found)).status).toBe(200);
  expect((await call("POST", documents, { document_id: "doc_bare" })).status).toBe(200);
  const input_schema = {
    properties: {
      title: { type: "string", required: true },
      year: { type: "integer" },
      kind: { type: "string", enum: ["talk", "paper"] },
      held: { type: "date" },
      tags: { type: "array", items: { type: "string" } },
      place: { type: "object", properties: { city: { type: "string", required: true } } },
    },
  };
  const body = { collection_name: "strict", source: { type: "none" }, input_schema };
  expect((await call("POST", "/v1/collections", body)).status).toBe(200);
});
afterAll(() => inlet.close());

describe("a read", () => {
  const read = (query: string): Promise<InletAnswer> => call("GET", `${documents}/doc_found?${query}`);

  it.each([
    ["return_vectors=true", { vectors: { a: [1, 0], b: [expect.closeTo(1), expect.closeTo(2), expect.closeTo(3)] } }],
    ["return_vector_names=true", { _vectors: ["a", "b"] }],
    ["return_vector_names=b,none", { _vectors: ["b"] }],
    ["return_vector_names=a&return_vectors=1", { _vectors: ["a"], vectors: { a: [1, 0] } }],
    ["return_vector_names=&return_vectors=false", {}],
  ])("with %s gives just that of the vectors", async (query, expected) => {
    const { status, body } = await read(query);
    const { _vectors, vectors } = body as Record<string, unknown>;
    expect([status, { _vectors, vectors }]).toEqual([200, expected]);
  });

  it("refuses to expand, rather than to leave it out", async () => {
    expect((await read("expand=")).status).toBe(200);
    const { status, body } = await read("expand=parent");
    expect([status, body]).toMatchObject([
      422,
      { error: { details: { errors: [{ path: "expand", location: "query" }] } } },
    ]);
  });
});

describe("diagnostics", () => {
  const diagnostics = (id: string): Promise<InletAnswer> => call("GET", `${documents}/${id}/diagnostics`);

  it("says by which vectors searches find a document", async () => {
    const { body } = await diagnostics("doc_found");
    expect(body).toEqual({
      document_id: "doc_found",
      collection_id: expect.stringMatching(/^col_/),
      source_object_id: "obj_1",
      visibility_reason: { searchable: true, reason: "In Qdrant by the vectors a, b.", source_object_id: "obj_1" },
      recent_failures: { failures: [], reason: expect.any(String) },
      diagnostic_history: { entries: [{ source: "_internal.created_at", timestamp: expect.stringMatching(/Z$/) }] },
    });
  });

  it("says that a document without vectors is not searched", async () => {
    const { body } = await diagnostics("doc_bare");
    expect(body).toMatchObject({
      visibility_reason: { searchable: false, reason: expect.stringContaining("no vectors") },
    });
    expect(body).not.toHaveProperty("source_object_id");
  });

  it("shows what was done past Inlet: a vector that is gone, and the notes of another system", async () => {
    expect((await call("POST", documents, { document_id: "doc_worked", vectors: { a: [1, 0] } })).status).toBe(200);
    expect((await call("PATCH", `${documents}/doc_worked`, { metadata: { n: 1 } })).status).toBe(200);
    const qdrant = qdrantView(backend());
    const points = [pointIdOf("doc_worked")];
    const history = [{ step: "ocr", timestamp: "2020-01-01T00:00:00Z" }, { step: "of no time" }, "no entry"];
    await qdrant.post(`/collections/${namespace}/points/vectors/delete?wait=true`, { points, vector: ["a"] });
    await qdrant.post(`/collections/${namespace}/points/payload?wait=true`, {
      points,
      payload: { history },
      key: "_internal.processing",
    });
    expect((await diagnostics("doc_worked")).body).toMatchObject({
      visibility_reason: { searchable: false, reason: expect.stringMatching(/Not in Qdrant any more.*: a\.$/) },
      diagnostic_history: {
        entries: [
          { source: "_internal.processing.history", timestamp: "2020-01-01T00:00:00Z", detail: { step: "ocr" } },
          { source: "_internal.created_at" },
          { source: "_internal.updated_at" },
          { source: "_internal.processing.history", detail: { step: "of no time" } },
        ],
      },
    });
  });

  it("finds no document that is not there, or in another collection", async () => {
    expect((await diagnostics("doc_none")).status).toBe(404);
    expect((await call("GET", "/v1/collections/strict/documents/doc_found/diagnostics")).status).toBe(404);
    expect((await call("POST", `${documents}/doc_found/diagnostics`)).status).toBe(405);
  });
});

describe("the dry run of a create", () => {
  it("finds a right document right, and writes nothing", async () => {
    const before = await count();
    const good = { document_id: "doc_dry", metadata: { title: "A" }, vectors: { a: [1, 0], fresh: [1] } };
    expect(await validate(good)).toEqual({ collection_id: expect.any(String), valid: true, violations: [] });
    expect(await count()).toEqual(before);
    expect((await call("GET", `${documents}/doc_dry`)).status).toBe(404);
  });

  it.each([
    [{ title: "A" }, "title", "put it under metadata"],
    [{ metadata: { _internal: 1 } }, "metadata._internal", "reserved"],
    [{ vectors: { a: [] } }, "vectors.a", "empty vector"],
    [{ vectors: { a: [1, 2, 3] } }, "vectors.a", "size 3"],
    [{ source_type: "bucket", source_document_id: "doc_found" }, "source_document_id", ""],
    [{ collection_id: "strict" }, "collection_id", "the path names the collection talks"],
    [{ metadata: 5 }, "metadata", "must be an object"],
  ])("says of %j what a create would refuse", async (body, path, message) => {
    const refused = await call("POST", documents, body);
    expect(refused.status).toBe(422);
    const verdict = await validate(body);
    expect(verdict).toMatchObject({ valid: false, violations: [{ path, message: expect.stringContaining(message) }] });
    const { details } = (refused.body as { error: { details: { errors: { path: string; message: string }[] } } }).error;
    expect((verdict as { violations: unknown }).violations).toEqual(
      details.errors.map((fault) => ({ path: fault.path, message: fault.message })),
    );
  });

  it("takes the collection's input_schema at its word, which a create does not", async () => {
    const fits = { title: "A", year: 2024, kind: "talk", held: "2024-02-29", tags: ["x"], place: { city: "Rome" } };
    expect(await validate({ metadata: { ...fits, other: 1 } }, "strict")).toMatchObject({ valid: true });
    const metadata = { year: 1.5, kind: "film", held: "2023-02-29", tags: ["x", 5], place: {} };
    expect(await validate({ metadata }, "strict")).toMatchObject({
      valid: false,
      violations: [
        { path: "metadata.title", message: "is required" },
        { path: "metadata.year", message: "must be a whole number, not 1.5" },
        { path: "metadata.kind", message: 'must be one of "talk", "paper", not "film"' },
        { path: "metadata.held", message: 'must be a date such as 2024-05-07, not "2023-02-29"' },
        { path: "metadata.tags[1]", message: "must be a string, not 5" },
        { path: "metadata.place.city", message: "is required" },
      ],
    });
    expect(await validate({}, "strict")).toMatchObject({ violations: [{ path: "metadata.title" }] });
    expect((await call("POST", "/v1/collections/strict/documents", { metadata })).status).toBe(200);
  });

  it("refuses what is no document at all, and makes no collection", async () => {
    expect((await call("POST", `${documents}/schema/validate`, [])).status).toBe(422);
    expect((await call("POST", "/v1/collections/fresh/documents/schema/validate", {})).status).toBe(404);
    expect((await call("GET", "/v1/collections/fresh")).status).toBe(404);
    expect((await call("GET", `${documents}/schema/validate`)).status).toBe(405);
  });
});
