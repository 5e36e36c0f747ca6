/** Where documents come from: chains, subtrees, objects, and what becomes of them when documents are deleted. */
import { pointIdOf } from "../../src/ids";
import { lineageOperations } from "../../src/lineage/routes";
import { compile } from "../../src/schema/compile";
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const namespace = uniqueName("lineage");
const DEEP = 10_000;
let inlet: TestInlet;

async function call(method: string, path: string, body?: unknown, space = namespace): Promise<InletAnswer> {
  const answer = await inlet.call(method, path, { namespace: space, ...(body === undefined ? {} : { body }) });
  const operation = published.find((each) => method === "GET" && each.path.test(path.split("?")[0] ?? ""));
  if (answer.status === 200 && operation !== undefined)
    expect([path, operation.check(answer.body)]).toEqual([path, []]);
  return answer;
}

/** What answers 200 against the schema that is published. */
const published = lineageOperations.map(({ path, answer }) => ({
  path: new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`),
  check: compile(answer),
}));

async function create(collection: string, document_id: string, rest: object = {}, space = namespace): Promise<void> {
  const made = await call("POST", `/v1/collections/${collection}/documents`, { document_id, ...rest }, space);
  expect([made.status, made.text]).toEqual([200, expect.anything()]);
}

/** Filters on fields without an index are refused from here on. */
async function strictMode(space: string): Promise<void> {
  const { url, apiKey } = backend();
  const response = await fetch(`${url}/collections/${space}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", ...(apiKey === undefined ? {} : { "api-key": apiKey }) },
    body: JSON.stringify({ strict_mode_config: { enabled: true, unindexed_filtering_retrieve: false } }),
  });
  expect(response.status).toBe(200);
}

const idsOf = (body: unknown): string[] => (body as { document_id: string }[]).map(({ document_id }) => document_id);

/** Object obj_1: film -> scene_a (-> frame_1, frame_2), scene_b. */
beforeAll(async () => {
  inlet = await startInlet(backend());
  await create("films", "doc_film", {
    root_object_id: "obj_1",
    root_bucket_id: "bkt",
    features: [{ feature_extractor_id: "video_v1" }],
  });
  await create("scenes", "doc_scene_a", { source_document_id: "doc_film", metadata: { title: "A" } });
  await create("scenes", "doc_scene_b", { source_document_id: "doc_film" });
  await create("frames", "doc_frame_1", { source_document_id: "doc_scene_a" });
  await create("frames", "doc_frame_2", { source_document_id: "doc_scene_a" });
});
afterAll(() => inlet.close());

const at = (collection: string, documentId: string, what: string): string =>
  `/v1/collections/${collection}/documents/${documentId}/${what}`;

describe("chains", () => {
  it("lists each step from the root object down to the document", async () => {
    const { status, body } = await call("GET", at("frames", "doc_frame_1", "lineage"));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      document_id: "doc_frame_1",
      depth: 3,
      total_steps: 3,
      lineage: {
        root_object_id: "obj_1",
        root_bucket_id: "bkt",
        source_type: "collection",
        source_document_id: "doc_scene_a",
        lineage_chain: [
          { document_id: "doc_film", feature_extractor_id: "video_v1", timestamp: expect.stringMatching(/Z$/) },
          { document_id: "doc_scene_a" },
          { document_id: "doc_frame_1" },
        ],
      },
    });
    expect(body).not.toHaveProperty("message");
  });

  it("gives the documents above from the root to the parent, whole", async () => {
    const { body } = await call("GET", at("frames", "doc_frame_1", "ancestors"));
    expect(body).toMatchObject([
      { document_id: "doc_film", _internal: { lineage: { root_object_id: "obj_1" } } },
      { document_id: "doc_scene_a", title: "A" },
    ]);
    expect((await call("GET", at("films", "doc_film", "ancestors"))).body).toEqual([]);
  });

  it("gives the documents below, children first, in pages that Link leads through", async () => {
    const whole = await call("GET", at("films", "doc_film", "descendants"));
    expect(whole.headers.get("x-total-count")).toBe("4");
    expect(idsOf(whole.body).slice(0, 2).sort()).toEqual(["doc_scene_a", "doc_scene_b"]);
    expect(idsOf(whole.body).slice(2).sort()).toEqual(["doc_frame_1", "doc_frame_2"]);
    const paged: string[] = [];
    let path: string | undefined = `${at("films", "doc_film", "descendants")}?limit=3`;
    while (path !== undefined) {
      const page = await call("GET", path);
      paged.push(...idsOf(page.body));
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(paged).toEqual(idsOf(whole.body));
  });

  it("takes what a document's maker says of the steps above it", async () => {
    const steps = [{ collection_id: "col_elsewhere", feature_extractor_id: "ocr_v2", document_id: "doc_elsewhere" }];
    await create("scenes", "doc_told", { root_object_id: "obj_told", lineage_chain: steps });
    const { body } = await call("GET", at("scenes", "doc_told", "lineage"));
    expect(body).toMatchObject({ depth: 2, lineage: { lineage_chain: [steps[0], { document_id: "doc_told" }] } });
  });

  it("says that a document without lineage has none", async () => {
    const { body: film } = await call("GET", "/v1/documents/doc_film");
    const { namespace_id, collection_id } = (film as { _internal: Record<string, string> })._internal;
    await qdrantView(backend()).put(`/collections/${namespace_id}/points?wait=true`, {
      points: [{ id: pointIdOf("doc_foreign"), vector: {}, payload: { document_id: "doc_foreign", collection_id } }],
    });
    const { status, body } = await call("GET", at("films", "doc_foreign", "lineage"));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lineage: null,
      depth: 0,
      total_steps: 0,
      message: expect.stringContaining("no lineage"),
    });
  });

  it("shows nothing of another namespace", async () => {
    const other = uniqueName("lineage");
    await create("films", "doc_film", { root_object_id: "obj_1" }, other);
    expect((await call("GET", at("films", "doc_film", "descendants"), undefined, other)).body).toEqual([]);
    expect((await call("GET", "/v1/objects/obj_1/documents", undefined, other)).body).toMatchObject({ total: 1 });
    expect((await call("GET", at("films", "doc_frame_1", "ancestors"), undefined, other)).status).toBe(404);
  });
});

describe("objects", () => {
  it("lists an object's documents, in pages and by collection", async () => {
    const first = await call("GET", "/v1/objects/obj_1/documents?limit=3");
    expect(first.body).toMatchObject({ object_id: "obj_1", total: 5, pagination: { total_pages: 2, page: 1 } });
    const { pagination, documents } = first.body as { pagination: { next_cursor: string }; documents: unknown };
    const second = await call("GET", `/v1/objects/obj_1/documents?limit=3&cursor=${pagination.next_cursor}`);
    const rest = second.body as { documents: unknown; pagination: unknown };
    expect(rest.pagination).toMatchObject({ next_cursor: null });
    expect([...idsOf(documents), ...idsOf(rest.documents)].sort()).toEqual([
      "doc_film",
      "doc_frame_1",
      "doc_frame_2",
      "doc_scene_a",
      "doc_scene_b",
    ]);
    const byPage = await call("GET", "/v1/objects/obj_1/documents?page_size=3&page=2");
    expect(idsOf((byPage.body as { documents: unknown }).documents)).toEqual(idsOf(rest.documents));
    const scenes = await call("GET", "/v1/objects/obj_1/documents?collection_ids=scenes");
    expect(scenes.body).toMatchObject({ total: 2 });
  });

  it("gives them as a tree", async () => {
    const { body } = await call("GET", "/v1/objects/obj_1/decomposition-tree");
    expect(body).toMatchObject({ object_id: "obj_1", root_bucket_id: "bkt", total_documents: 5, levels: 3 });
    const { tree } = body as { tree: Node[] };
    expect(shapeOf(tree)).toEqual({
      doc_film: { doc_scene_a: { doc_frame_1: {}, doc_frame_2: {} }, doc_scene_b: {} },
    });
    expect(tree[0]).toMatchObject({ depth: 0, document_count: 5 });
  });

  it("merges the tree by collection", async () => {
    const { body } = await call("GET", "/v1/objects/obj_1/decomposition-tree?include_document_ids=false");
    const { tree } = body as { tree: unknown };
    expect(tree).toMatchObject([
      { document_count: 5, children: [{ document_count: 4, children: [{ document_count: 2 }] }] },
    ]);
  });

  it("cuts the tree at the depth that is asked for, and goes on from there", async () => {
    const cut = await call("GET", "/v1/objects/obj_1/decomposition-tree?depth=1");
    expect(cut.body).toMatchObject({ levels: 3, tree: [{ truncated: true, document_count: 5, children: [] }] });
    const below = await call("GET", "/v1/objects/obj_1/decomposition-tree?document_id=doc_scene_a");
    expect(below.body).toMatchObject({ tree: [{ document_id: "doc_scene_a", depth: 1, document_count: 3 }] });
  });
});

interface Node {
  document_id: string;
  children: Node[];
}
type Shape = { [id: string]: Shape };
const shapeOf = (nodes: Node[]): Shape =>
  Object.fromEntries(nodes.map(({ document_id, children }) => [document_id, shapeOf(children)]));

describe("broken chains", () => {
  it("says in the children that their parent was deleted", async () => {
    await create("films", "doc_gone", { root_object_id: "obj_2", root_bucket_id: "bkt" });
    await create("scenes", "doc_orphan", { source_document_id: "doc_gone" });
    await create("frames", "doc_below", { source_document_id: "doc_orphan" });
    expect((await call("DELETE", "/v1/collections/films/documents/doc_gone")).status).toBe(200);
    const { body } = await call("GET", at("frames", "doc_below", "lineage"));
    expect(body).toMatchObject({
      missing_document_id: "doc_gone",
      message: expect.stringContaining("doc_gone"),
      depth: 3,
      total_steps: 2,
    });
    expect(idsOf((await call("GET", at("frames", "doc_below", "ancestors"))).body)).toEqual(["doc_orphan"]);
    const tree = await call("GET", "/v1/objects/obj_2/decomposition-tree");
    expect(tree.body).toMatchObject({ tree: [{ document_id: "doc_orphan", missing_document_id: "doc_gone" }] });
  });

  it("answers a cycle, each document once", async () => {
    await create("loops", "doc_l1", { root_object_id: "obj_loop", source_document_id: "doc_l3" });
    await create("loops", "doc_l2", { source_document_id: "doc_l1" });
    await create("loops", "doc_l3", { source_document_id: "doc_l2" });
    const { body } = await call("GET", at("loops", "doc_l1", "lineage"));
    expect(body).toMatchObject({ cycle_document_id: "doc_l1", total_steps: 3 });
    expect(idsOf((await call("GET", at("loops", "doc_l1", "ancestors"))).body)).toEqual(["doc_l2", "doc_l3"]);
    expect(idsOf((await call("GET", at("loops", "doc_l1", "descendants"))).body)).toEqual(["doc_l2", "doc_l3"]);
    const tree = await call("GET", "/v1/objects/obj_loop/decomposition-tree");
    expect(tree.body).toMatchObject({ total_documents: 3, tree: [{ cycle: true, document_count: 3 }] });
  });
});

describe("cascade", () => {
  const build = async (prefix: string): Promise<void> => {
    await create("films", `${prefix}_top`);
    await create("scenes", `${prefix}_mid`, { source_document_id: `${prefix}_top` });
    await create("frames", `${prefix}_low`, { source_document_id: `${prefix}_mid` });
    await create("frames", `${prefix}_side`);
  };
  const statuses = async (ids: string[]): Promise<number[]> =>
    await Promise.all(ids.map(async (id) => (await call("GET", `/v1/documents/${id}`)).status));

  it("deletes all that was made from the document, in any collection, and nothing else", async () => {
    await build("doc_c1");
    const { status, body } = await call("DELETE", "/v1/collections/films/documents/doc_c1_top?cascade=true");
    expect([status, body]).toEqual([200, { message: "Successfully deleted 3 documents", success: true }]);
    expect(await statuses(["doc_c1_top", "doc_c1_mid", "doc_c1_low", "doc_c1_side"])).toEqual([404, 404, 404, 200]);
  });

  it("leaves the children where it is not asked for", async () => {
    await build("doc_c2");
    await call("DELETE", "/v1/collections/films/documents/doc_c2_top?cascade=false");
    expect(await statuses(["doc_c2_top", "doc_c2_mid", "doc_c2_low"])).toEqual([404, 200, 200]);
  });

  it("deletes nothing by a collection that is not the document's", async () => {
    await build("doc_c3");
    const { status } = await call("DELETE", "/v1/collections/scenes/documents/doc_c3_top?cascade=true");
    expect(status).toBe(404);
    expect(await statuses(["doc_c3_top", "doc_c3_mid", "doc_c3_low"])).toEqual([200, 200, 200]);
  });
});

describe.each([
  ["with a root object", { root_object_id: "obj_deep" }],
  ["without one", {}],
])("a chain of 10,000 levels %s", (_what, root) => {
  const space = uniqueName("deep");
  const idAt = (level: number): string => `doc_level_${String(level).padStart(5, "0")}`;

  beforeAll(async () => {
    await create("levels", idAt(0), root, space);
    const { body } = await call("GET", `/v1/documents/${idAt(0)}`, undefined, space);
    const first = body as { collection_id: string; _internal: Record<string, unknown> & { namespace_id: string } };
    const qdrant = qdrantView(backend());
    // Straight into Qdrant: through the API each level waits for the one above.
    for (let start = 1; start < DEEP; start += 1000) {
      const levels = Array.from({ length: Math.min(1000, DEEP - start) }, (_, index) => start + index);
      await qdrant.put(`/collections/${first._internal.namespace_id}/points?wait=true`, {
        points: levels.map((level) => ({
          id: pointIdOf(idAt(level)),
          vector: {},
          payload: {
            document_id: idAt(level),
            collection_id: first.collection_id,
            _internal: {
              ...first._internal,
              document_id: idAt(level),
              lineage: { ...root, source_document_id: idAt(level - 1) },
            },
          },
        })),
      });
    }
  }, 120_000);

  it("is walked up and down, and taken apart by one cascade", async () => {
    const last = idAt(DEEP - 1);
    const lineage = await call("GET", at("levels", last, "lineage"), undefined, space);
    expect(lineage.body).toMatchObject({ depth: DEEP, total_steps: DEEP });
    const above = await call("GET", at("levels", last, "ancestors"), undefined, space);
    expect(idsOf(above.body)).toEqual(Array.from({ length: DEEP - 1 }, (_, level) => idAt(level)));
    const below = await call("GET", `${at("levels", idAt(0), "descendants")}?offset=9000&limit=3`, undefined, space);
    expect(idsOf(below.body)).toEqual([idAt(9001), idAt(9002), idAt(9003)]);
    expect(below.headers.get("x-total-count")).toBe(String(DEEP - 1));
    if ("root_object_id" in root) {
      const tree = await call("GET", "/v1/objects/obj_deep/decomposition-tree?depth=2", undefined, space);
      expect(tree.body).toMatchObject({
        levels: DEEP,
        tree: [{ document_count: DEEP, children: [{ document_count: DEEP - 1, truncated: true, children: [] }] }],
      });
    }
    const deleted = await call("DELETE", `/v1/collections/levels/documents/${idAt(0)}?cascade=true`, undefined, space);
    expect(deleted.body).toMatchObject({ message: "Successfully deleted 10000 documents" });
    const count = await call("GET", "/v1/collections/levels/documents/count", undefined, space);
    expect(count.body).toMatchObject({ count: 0 });
  }, 120_000);
});

it("works on a Qdrant collection in strict mode", async () => {
  const space = uniqueName("strict");
  await create("films", "doc_s1", { root_object_id: "obj_s" }, space);
  await create("films", "doc_s2", { source_document_id: "doc_s1" }, space);
  await strictMode(space);
  const answers = [
    await call("GET", at("films", "doc_s2", "lineage"), undefined, space),
    await call("GET", at("films", "doc_s2", "ancestors"), undefined, space),
    await call("GET", at("films", "doc_s1", "descendants"), undefined, space),
    await call("GET", "/v1/objects/obj_s/documents?collection_ids=films", undefined, space),
    await call("GET", "/v1/objects/obj_s/decomposition-tree", undefined, space),
    await call("DELETE", "/v1/collections/films/documents/doc_s1?cascade=true", undefined, space),
  ];
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
});
