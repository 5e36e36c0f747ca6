/** POST a document, and it is a Qdrant point; send it again, and it is there once. */
import { QdrantClient } from "@qdrant/js-client-rest";
import { v5 as uuidV5 } from "uuid";

import { POINT_NAMESPACE } from "../../src/ids";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";

const { url, apiKey } = backend();
const qdrant = new QdrantClient({ url, ...(apiKey === undefined ? {} : { apiKey }), checkCompatibility: false });
const namespace = uniqueName("docs");
let replicas: TestInlet[];

beforeAll(async () => {
  replicas = [await startInlet(backend()), await startInlet(backend())];
});
afterAll(() => Promise.all(replicas.map((replica) => replica.close())));

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, replica = 0) {
  const inlet = replicas[replica % replicas.length];
  if (inlet === undefined) throw new Error("There are no replicas.");
  return inlet.call(method, path, { namespace, headers, ...(body === undefined ? {} : { body }) });
}
const DOCUMENTS = "/v1/collections/talks/documents";
const create = (body: unknown, headers?: Record<string, string>, replica?: number): Promise<InletAnswer> =>
  call("POST", DOCUMENTS, body, headers, replica);
const field = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined), value);
const idOf = (answer: InletAnswer): string => String(field(answer.body, "document_id"));

describe("create and read", () => {
  it("answers the payload as it lies in Qdrant, and vectors as they were sent", async () => {
    const metadata: unknown = JSON.parse('{"a.b": 1, "x y": null, "@": {"deep": [null, 1.5]}, "__proto__": {"x": 1}}');
    const created = await create({
      metadata,
      root_bucket_id: "bkt_1",
      root_object_id: "obj_1",
      features: [
        { feature_extractor_id: "text_v1", payload: { model: "m" }, vectors: { embedding: [1, 1, 1, 1] } },
        { feature_extractor_id: "words_v1", vectors: { indices: [9, 3], values: [1, 2] } },
      ],
      vectors: {
        rows: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(created.status).toBe(200);
    const id = idOf(created);
    expect(id).toMatch(/^doc_[0-9a-f]{24}$/);
    expect(created.headers.get("location")).toBe(`${DOCUMENTS}/${id}`);
    expect(field(created.body, "_vectors")).toEqual(["text_v1_embedding", "words_v1_sparse", "rows"]);

    const [point] = await qdrant.retrieve(namespace, {
      ids: [uuidV5(id, POINT_NAMESPACE)],
      with_payload: true,
      with_vector: true,
    });
    const read = await call("GET", `${DOCUMENTS}/${id}?return_vectors=true`);
    const { vectors, ...payload } = JSON.parse(read.text);
    expect(payload).toEqual(point?.payload);
    expect(JSON.parse(read.text)).toMatchObject({ "a.b": 1, "x y": null, "@": { deep: [null, 1.5] } });
    expect(read.text).toContain('"__proto__":{"x":1}');
    expect(vectors).toEqual({
      text_v1_embedding: [1, 1, 1, 1],
      words_v1_sparse: { indices: [3, 9], values: [2, 1] },
      rows: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(point?.vector).toMatchObject({ text_v1_embedding: [0.5, 0.5, 0.5, 0.5] });
  });

  it("is found with a plain Qdrant client by user fields, by _internal and by vector", async () => {
    const created = await create({ metadata: { lang: "xx" }, root_object_id: "obj_find", vectors: { emb: [0, 3, 4] } });
    const filter = {
      must: [
        { key: "lang", match: { value: "xx" } },
        { key: "_internal.lineage.root_object_id", match: { value: "obj_find" } },
      ],
    };
    const { points } = await qdrant.scroll(namespace, { filter });
    expect(points.map(({ payload }) => payload?.["document_id"])).toEqual([idOf(created)]);
    const found = await qdrant.query(namespace, { query: [0, 3, 4], using: "emb", filter, with_payload: true });
    expect(found.points.map(({ payload }) => payload?.["document_id"])).toEqual([idOf(created)]);
  });

  it("inherits roots and path from the parent", async () => {
    const parent = await create({ root_bucket_id: "bkt_p", root_object_id: "obj_p" });
    const child = await call("POST", "/v1/collections/parts/documents", { source_document_id: idOf(parent) });
    expect(field(child.body, "_internal", "lineage")).toEqual({
      root_object_id: "obj_p",
      root_bucket_id: "bkt_p",
      source_type: "collection",
      source_document_id: idOf(parent),
      source_collection_id: field(parent.body, "collection_id"),
      path: `bkt_p/${String(field(parent.body, "collection_id"))}/${String(field(child.body, "collection_id"))}`,
    });
  });

  it("deletes once, and only through its collection", async () => {
    const id = idOf(await create({}));
    await call("POST", "/v1/collections/parts/documents", {});
    expect((await call("DELETE", `/v1/collections/parts/documents/${id}`)).status).toBe(404);
    expect((await call("GET", `/v1/collections/parts/documents/${id}`)).status).toBe(404);
    expect((await call("GET", `/v1/documents/${id}`)).status).toBe(200);
    expect((await call("DELETE", `${DOCUMENTS}/${id}`)).body).toEqual({
      message: "Successfully deleted",
      success: true,
    });
    expect((await call("DELETE", `${DOCUMENTS}/${id}`)).status).toBe(404);
  });
});

describe("sending again", () => {
  it("makes one document of many equal requests under one key, through two replicas", async () => {
    const key = { "Idempotency-Key": uniqueName("key") };
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        create(index % 2 === 0 ? { metadata: { a: 1, b: "key-12" } } : { metadata: { b: "key-12", a: 1 } }, key, index),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array<number>(12).fill(200));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    const filter = { must: [{ key: "b", match: { value: "key-12" } }] };
    expect((await qdrant.count(namespace, { filter })).count).toBe(1);
    expect((await create({ metadata: { a: 2 } }, key)).status).toBe(409);
  });

  it("lets one of two bodies under one own id win, also at the same instant", async () => {
    const id = uniqueName("doc");
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create({ document_id: id, metadata: { n: index % 2 } }, {}, index)),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 409).length + won.length).toBe(8);
    expect(won.length).toBe(4);
    expect(new Set(won.map(({ body }) => field(body, "n"))).size).toBe(1);
  });

  it("does not use a key up by a refused request, and makes nothing for a 409", async () => {
    const key = { "Idempotency-Key": uniqueName("key") };
    expect((await create({ metadata: { _internal: 1 } }, key)).status).toBe(422);
    expect((await create({ metadata: { fine: true } }, key)).status).toBe(200);
    expect((await create({ vectors: { never_made: [1, 2] } }, key)).status).toBe(409);
    const { config } = await qdrant.getCollection(namespace);
    expect(Object.keys(config.params.vectors ?? {})).not.toContain("never_made");
  });
});

describe("partial updates", () => {
  it("keeps what is not named, to the bit of the stored vectors", async () => {
    const id = idOf(await create({ metadata: { a: { b: 1, c: 2 }, d: 1, "e.f": 1 }, vectors: { upd: [0.1, 0.7, 3] } }));
    const stored = () => qdrant.retrieve(namespace, { ids: [uuidV5(id, POINT_NAMESPACE)], with_vector: true });
    const before = await stored();
    const patched = await call("PATCH", `${DOCUMENTS}/${id}`, {
      metadata: { d: null, g: 7, "e.f": 2 },
      "metadata.a.b": 9,
      modality: "text",
    });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ a: { b: 9, c: 2 }, g: 7, "e.f": 2, _internal: { modality: "text" } });
    expect(patched.body).not.toHaveProperty("d");
    const after = await stored();
    expect(after[0]?.vector).toEqual(before[0]?.vector);
  });

  it("loses none of many patches of different fields at once", async () => {
    const id = idOf(await create({}));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call("PATCH", `${DOCUMENTS}/${id}`, { metadata: { [`f${index}`]: index } }, {}, index),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array<number>(10).fill(200));
    const { body } = await call("GET", `${DOCUMENTS}/${id}`);
    for (let index = 0; index < 10; index++) expect(field(body, `f${index}`)).toBe(index);
  });

  it("lets one of many writers with the same If-Match through, the others get 412", async () => {
    const created = await create({});
    const match = { "If-Match": created.headers.get("etag") ?? "" };
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        call("PATCH", `${DOCUMENTS}/${idOf(created)}`, { metadata: { n: index } }, match, index),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it("replaces as a whole, keeping created_at, and makes what is not there", async () => {
    const id = uniqueName("doc");
    const put = (body: unknown) => call("PUT", `${DOCUMENTS}/${id}?replace=true`, body);
    const first = await put({ metadata: { a: 1 } });
    const second = await put({ metadata: { b: 2 } });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toMatchObject({ b: 2 });
    expect(second.body).not.toHaveProperty("a");
    expect(field(second.body, "_internal", "created_at")).toBe(field(first.body, "_internal", "created_at"));
    expect(
      String(field(second.body, "_internal", "updated_at")) > String(field(first.body, "_internal", "updated_at")),
    ).toBe(true);
  });

  it.each([
    [{ _internal: {} }],
    [{ "_internal.created_at": "x" }],
    [{ document_id: "doc_x" }],
    [{ metadata: { collection_id: 1 } }],
    [{ root_object_id: "obj_2" }],
    [{ "metadata.s.t": 1 }],
    [{ size_bytes: -1 }],
    [{ vectors: { v: [] } }],
  ])("refuses %j and changes nothing", async (update) => {
    const created = await create({ metadata: { s: "scalar" } });
    const answer = await call("PATCH", `${DOCUMENTS}/${idOf(created)}`, update);
    expect(answer.status).toBe(422);
    expect((await call("GET", `${DOCUMENTS}/${idOf(created)}`)).headers.get("etag")).toBe(created.headers.get("etag"));
  });
});
