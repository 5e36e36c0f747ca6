/** What the published client sends without its user's saying so, and what its API has and Inlet has not. The client itself
 *  is run by `npm run test:interop`. */
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";

const namespace = uniqueName("client");
let inlet: TestInlet;

const post = async (path: string, body?: unknown): Promise<InletAnswer> =>
  await inlet.call("POST", path, { namespace, ...(body === undefined ? {} : { body }) });

beforeAll(async () => {
  inlet = await startInlet(backend());
  for (const x of [1, 2, 3]) {
    const body = { document_id: `doc_${x}`, vectors: { v: [1, x] } };
    expect((await post("/v1/collections/talks/documents", body)).status).toBe(200);
  }
});
afterAll(() => inlet.close());

it("makes a collection whose source has the client's empty field_map", async () => {
  const source = { type: "bucket", bucket_ids: ["bkt"], field_map: {}, source_filters: {} };
  const { status, body } = await post("/v1/collections", { collection_name: "mapped", source });
  expect([status, body]).toMatchObject([200, { source: { type: "bucket", bucket_ids: ["bkt"] } }]);
});

it("refuses an input_schema that the client could not read back", async () => {
  const input_schema = { properties: { title: { type: "varchar" } } };
  const { status, body } = await post("/v1/collections", {
    collection_name: "odd",
    source: { type: "none" },
    input_schema,
  });
  const errors = [{ path: "input_schema.properties.title.type", location: "body" }];
  expect([status, body]).toMatchObject([422, { error: { details: { errors } } }]);
});

it.each(["/v1/collections/list", "/v1/namespaces/list"])("lists by %s without a body", async (path) => {
  const { status, body } = await post(path);
  expect([status, body]).toMatchObject([200, { pagination: { page: 1 } }]);
});

it("takes a search's page_size for its limit", async () => {
  const queries = [{ vector_name: "v", vector: [1, 0] }];
  const { body } = await post("/v1/documents/search", { queries, page_size: 2 });
  expect(body).toMatchObject({ results: [{ document: { document_id: "doc_1" } }, {}] });
  expect((body as { results: unknown[] }).results).toHaveLength(2);
  expect((await post("/v1/documents/search", { queries, page_size: 0 })).status).toBe(422);
  expect((await post("/v1/documents/search", { queries, page_size: 1000, offset: 1_000_000 })).status).toBe(422);
});

describe("a namespace for one's own vectors", () => {
  const make = (body: unknown): Promise<InletAnswer> => post("/v1/namespaces/standalone", body);
  const named = async (name: unknown): Promise<unknown> =>
    (await inlet.call("GET", `/v1/namespaces/${String(name)}`)).body;

  it("is named by either field, or has its id from one and its name from the other", async () => {
    const [first, second, third] = [uniqueName("a"), uniqueName("b"), uniqueName("c")];
    const id = `ns_${uniqueName("d").replace(/[^a-z0-9]/g, "")}`;
    for (const body of [
      { namespace_name: first, config: {}, storage: {} },
      { namespace_id: second, namespace_name: second },
      { namespace_id: id, namespace_name: third },
    ]) {
      const { status } = await make(body);
      expect([body, status]).toEqual([body, 200]);
      expect(await named(body.namespace_name)).toMatchObject({
        namespace_name: body.namespace_name,
        mode: "standalone",
      });
    }
    expect(await named(id)).toMatchObject({ namespace_id: id, namespace_name: third });
  });

  it.each([
    [{}, "namespace_id", "is required"],
    [{ namespace_id: "one", namespace_name: "two" }, "namespace_name", "gives the name one"],
    [{ namespace_id: "ns_NOT" }, "namespace_id", "lower-case"],
    [{ namespace_name: "inlet_x" }, "namespace_name", "must not start with inlet_"],
    [{ namespace_id: "plain", config: { a: 1 } }, "config", "Inlet does not have"],
    [{ namespace_id: "plain", storage: { tier: "hot" } }, "storage", "Inlet does not have"],
  ])("is refused for %j", async (body, path, message) => {
    const { status, body: answer } = await make(body);
    expect([status, answer]).toMatchObject([
      422,
      { error: { details: { errors: [{ path, message: expect.stringContaining(message) }] } } },
    ]);
  });
});

it("says of each field that Inlet has not that it has it not, all at once, and makes nothing", async () => {
  const name = uniqueName("no");
  const fields = {
    source: { type: "none", source_filters: { filters: {} }, field_map: { a: [] } },
    features: ["text"],
    schedule: { trigger_type: "cron" },
    taxonomy_applications: [{ taxonomy_id: "tax" }],
    cluster_applications: [{ cluster_id: "clu" }],
    alert_applications: [{}],
    retriever_enrichments: [{}],
    retriever_transform: { stages: [] },
    embedding_task: "clustering",
  };
  const refused = await post("/v1/collections", { collection_name: name, ...fields });
  expect(refused.status).toBe(422);
  const { errors } = (refused.body as { error: { details: { errors: { path: string; message: string }[] } } }).error
    .details;
  const asked = Object.keys(fields).flatMap((key) =>
    key === "source" ? ["source.source_filters", "source.field_map"] : [key],
  );
  expect(errors.map(({ path }) => path).sort()).toEqual([...asked].sort());
  expect(errors.filter(({ message }) => message !== "is for what Inlet does not have; leave it out")).toEqual([]);
  expect((await inlet.call("GET", `/v1/collections/${name}`, { namespace })).status).toBe(404);
});
