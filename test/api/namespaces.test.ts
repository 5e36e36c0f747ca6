/** Namespaces and collections as their owner makes, reads, changes and deletes them. */
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const qdrant = qdrantView(backend());
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

const call = (method: string, path: string, request?: InletRequest): Promise<InletAnswer> =>
  inlet.call(method, path, request);
const make = (body: Record<string, unknown>): Promise<InletAnswer> => call("POST", "/v1/namespaces", { body });
const idOf = (answer: InletAnswer): string => (answer.body as { namespace_id: string }).namespace_id;

describe("a namespace", () => {
  it("passes its declared vectors and indexes on to Qdrant", async () => {
    const name = uniqueName("declared");
    const answer = await make({
      namespace_name: name,
      description: "Talks",
      vector_configs: [{ name: "short", dimension: 3, metric: "dot" }],
      vectors: {
        rows: { size: 2, distance: "Euclid", multivector_config: { comparator: "max_sim" }, on_disk: true },
        words: { sparse: { modifier: "idf" } },
        later: { distance: "Manhattan" },
      },
      payload_indexes: [{ field_name: "metadata.language", type: "keyword" }],
      feature_extractors: [{ feature_extractor_name: "text_extractor", version: "v1" }],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      object: "namespace",
      namespace_name: name,
      infrastructure: { qdrant_collection: idOf(answer) },
      document_count: 0,
      collection_count: 0,
      feature_extractors: [{ feature_extractor_id: "text_extractor_v1" }],
      payload_indexes: [{ field_name: "language", type: "keyword" }],
    });
    expect(await qdrant.get(`/collections/${name}`)).toMatchObject({
      config: {
        params: {
          vectors: {
            short: { size: 3, distance: "Dot" },
            rows: { size: 2, distance: "Euclid", on_disk: true, multivector_config: { comparator: "max_sim" } },
          },
          sparse_vectors: { words: { modifier: "idf" } },
        },
      },
      payload_schema: { language: { data_type: "keyword" } },
    });
    const words = { indices: [3, 1], values: [0.5, 1] };
    const vectors = {
      later: [1, 2],
      short: [1, 2, 3],
      rows: [
        [1, 2],
        [3, 4],
      ],
      words,
    };
    const written = await call("POST", "/v1/collections/c/documents", { namespace: name, body: { vectors } });
    expect(written.status).toBe(200);
    expect(await qdrant.get(`/collections/${name}`)).toMatchObject({
      config: { params: { vectors: { later: { size: 2, distance: "Manhattan" } } } },
    });
  });

  it("has a name that only one can have", async () => {
    const name = uniqueName("unique");
    expect((await make({ namespace_name: name })).status).toBe(200);
    const second = await make({ namespace_name: name, description: "other" });
    expect(second.body).toMatchObject({ status: 409, error: { type: "conflict", code: "name_taken" } });
    const [first, ...others] = await Promise.all(
      ["a", "b", "c", "d"].map((description) => make({ namespace_name: `${name}x`, description })),
    );
    expect([first, ...others].filter((answer) => answer?.status === 200)).toHaveLength(1);
  });

  it("moves its alias when it is renamed, keeps its documents, and frees the old name", async () => {
    const [before, after] = [uniqueName("before"), uniqueName("after")];
    await make({ namespace_name: before });
    await call("POST", "/v1/collections/c/documents", { namespace: before, body: {} });
    const renamed = await call("PATCH", `/v1/namespaces/${before}`, { body: { namespace_name: after } });
    expect(renamed.body).toMatchObject({ namespace_name: after, document_count: 1 });
    const aliases = await qdrant.aliases();
    expect(aliases[after]).toBe(idOf(renamed));
    expect(aliases).not.toHaveProperty(before);
    expect((await call("GET", `/v1/namespaces/${before}`)).status).toBe(404);
    expect((await make({ namespace_name: before })).status).toBe(200);
  });

  it("is not renamed to a name that is taken", async () => {
    const [one, other] = [uniqueName("one"), uniqueName("other")];
    await make({ namespace_name: one });
    await make({ namespace_name: other });
    const answer = await call("PATCH", `/v1/namespaces/${one}`, { body: { namespace_name: other } });
    expect(answer.body).toMatchObject({ status: 409, error: { code: "name_taken" } });
    expect((await call("GET", `/v1/namespaces/${one}`)).status).toBe(200);
  });

  it("is deleted with its collection and alias, and its name can be used again at once", async () => {
    const name = uniqueName("deleted");
    const id = idOf(await make({ namespace_name: name }));
    await call("POST", "/v1/collections/c/documents", { namespace: name, body: {} });
    expect((await call("DELETE", `/v1/namespaces/${name}`)).body).toMatchObject({ success: true });
    expect(await qdrant.collections()).not.toContain(id);
    expect(await qdrant.aliases()).not.toHaveProperty(name);
    expect((await call("DELETE", `/v1/namespaces/${name}`)).status).toBe(404);
    const again = await make({ namespace_name: name });
    expect(again.body).toMatchObject({ document_count: 0, collection_count: 0 });
    expect(idOf(again)).not.toBe(id);
  });

  it("lists in order, page after page, each once", async () => {
    const prefix = uniqueName("listed");
    for (const suffix of ["c", "a", "b"]) await make({ namespace_name: `${prefix}${suffix}` });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const body = {
        search: prefix,
        sort: { field: "namespace_name", direction: "asc" },
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      };
      const page = (await call("POST", "/v1/namespaces/list", { body })).body as {
        results: { namespace_name: string }[];
        pagination: { next_cursor: string | null };
        total_count: number;
      };
      expect(page.total_count).toBe(3);
      names.push(...page.results.map(({ namespace_name }) => namespace_name));
      cursor = page.pagination.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(["a", "b", "c"].map((suffix) => `${prefix}${suffix}`));
  });

  it.each([
    ["a bad name", { namespace_name: "not a name" }, "namespace_name"],
    ["a reserved name", { namespace_name: "inlet_control" }, "namespace_name"],
    ["a bad id", { namespace_name: "fine", namespace_id: "mine" }, "namespace_id"],
    ["no name", {}, "namespace_name"],
    ["an unknown field", { namespace_name: "fine", colour: "red" }, "colour"],
    ["what Inlet has no function for", { namespace_name: "fine", ttl_seconds: 60 }, "ttl_seconds"],
    [
      "a vector without dimension",
      { namespace_name: "fine", vector_configs: [{ name: "v" }] },
      "vector_configs[0].dimension",
    ],
    [
      "an index of no type",
      { namespace_name: "fine", payload_indexes: [{ field_name: "x", type: "blob" }] },
      "payload_indexes[0].type",
    ],
  ])("is refused with %s: 422 with the path", async (_what, body, path) => {
    const answer = await make(body);
    expect(answer.body).toMatchObject({ status: 422, error: { type: "validation_error" } });
    expect(answer.text).toContain(JSON.stringify(path));
  });

  it("leaves nothing behind where Qdrant refuses its declarations", async () => {
    const name = uniqueName("nonsense");
    const vectors = { v: { size: 2, quantization_config: { nonsense: 1 } } };
    expect((await make({ namespace_name: name, vectors })).status).toBe(422);
    expect((await make({ namespace_name: name })).status).toBe(200);
  });

  it("refuses a cursor that was tampered with, or belongs to another order", async () => {
    const list = (body: unknown): Promise<InletAnswer> => call("POST", "/v1/namespaces/list", { body });
    expect((await list({ cursor: "AAAA" })).status).toBe(422);
    await make({ namespace_name: uniqueName("p") });
    await make({ namespace_name: uniqueName("q") });
    const page = (await list({ limit: 1 })).body as { pagination: { next_cursor: string } };
    const { next_cursor: cursor } = page.pagination;
    expect((await list({ cursor, sort: { field: "namespace_name" } })).status).toBe(422);
  });
});

describe("a collection", () => {
  const namespace = uniqueName("holder");

  it("is made, read, changed and listed", async () => {
    const body = { collection_name: "talks", source: { type: "bucket", bucket_ids: ["b1"] }, metadata: { a: 1 } };
    const made = await call("POST", "/v1/collections", { namespace, body });
    expect(made.body).toMatchObject({
      collection_name: "talks",
      document_count: 0,
      source: body.source,
      metadata: { a: 1 },
    });
    await call("POST", "/v1/collections/talks/documents", { namespace, body: {} });
    const changed = await call("PATCH", "/v1/collections/talks", {
      namespace,
      body: { collection_name: "lectures", metadata: null },
    });
    expect(changed.body).toMatchObject({ collection_name: "lectures", document_count: 1 });
    expect(changed.body).not.toHaveProperty("metadata");
    expect((await call("GET", "/v1/collections/talks", { namespace })).status).toBe(404);
    const list = await call("GET", "/v1/collections?search=lect", { namespace });
    expect(list.body).toMatchObject({ total_count: 1, results: [{ collection_name: "lectures" }] });
  });

  it("describes its vectors by extractor, with size, distance and count", async () => {
    const features = [{ feature_extractor_id: "text_extractor_v1", vectors: { embedding: [1, 2, 3] } }];
    await call("POST", "/v1/collections/described/documents", { namespace, body: { features } });
    const answer = await call("GET", "/v1/collections/described/features", { namespace });
    expect(answer.body).toMatchObject({
      features: [
        {
          feature_extractor_name: "text_extractor",
          version: "v1",
          vector_index: {
            name: "text_extractor_v1_embedding",
            type: "dense",
            dimensions: 3,
            distance: "cosine",
            document_count: 1,
          },
        },
      ],
    });
  });

  it("is deleted with its documents and nothing else", async () => {
    for (const collection of ["going", "staying"]) {
      await call("POST", `/v1/collections/${collection}/documents`, { namespace, body: {} });
    }
    expect((await call("DELETE", "/v1/collections/going", { namespace })).body).toMatchObject({ success: true });
    expect((await call("GET", "/v1/collections/going", { namespace })).status).toBe(404);
    expect((await call("GET", "/v1/collections/staying", { namespace })).body).toMatchObject({ document_count: 1 });
    const again = await call("POST", "/v1/collections", { namespace, body: { collection_name: "going" } });
    expect(again.body).toMatchObject({ document_count: 0 });
  });

  it("has a name that only one can have", async () => {
    const body = { collection_name: "only" };
    expect((await call("POST", "/v1/collections", { namespace, body })).status).toBe(200);
    expect((await call("POST", "/v1/collections", { namespace, body })).body).toMatchObject({ status: 409 });
  });

  it("is 404 in a namespace that does not have it, and the namespace is not made by reading", async () => {
    const nowhere = uniqueName("nowhere");
    expect((await call("GET", "/v1/collections/talks", { namespace: nowhere })).status).toBe(404);
    expect(await qdrant.aliases()).not.toHaveProperty(nowhere);
  });
});
