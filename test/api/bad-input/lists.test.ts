/** What lists refuse, where the fault is said to be, and that even the worst is answered soon. */
import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("badlist");
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
  for (const title of ["one", "two", "three", "four"]) {
    await inlet.call("POST", "/v1/collections/c/documents", { namespace, body: { metadata: { title } } });
  }
});
afterAll(() => inlet.close());

const list = (body: unknown): Promise<InletAnswer> =>
  inlet.call("POST", "/v1/collections/c/documents/list", { namespace, body });

function expectFault({ status, body }: InletAnswer, path: string): void {
  expect(status).toBe(422);
  expect(body).toMatchObject({
    success: false,
    status: 422,
    error: {
      type: "validation_error",
      details: { errors: expect.arrayContaining([expect.objectContaining({ path })]) },
    },
  });
}

const filtersOf = (condition: object) => ({ filters: { AND: [condition] } });
const on = (operator: string, value: unknown) => filtersOf({ field: "a", operator, value });
const polygon = (points: unknown[]) => ({ exterior: { points } });

it.each<[string, object, string]>([
  ["a limit of 0", { limit: 0 }, "limit"],
  ["a limit of 1001", { limit: 1001 }, "limit"],
  ["a limit in words", { limit: "ten" }, "limit"],
  ["an offset below 0", { offset: -1 }, "offset"],
  ["an offset past the reach", { offset: 100_001 }, "offset"],
  ["a page past the reach", { page: 5_000, limit: 1_000 }, "page"],
  ["an unknown field", { limits: 3 }, "limits"],
  ["a sort without a field", { sort: { direction: "asc" } }, "sort.field"],
  ["a sort in no direction", { sort: { field: "a", direction: "up" } }, "sort.direction"],
  ["a sort by no path", { sort: { field: 'a"b' } }, "sort.field"],
  ["a group by no path", { group_by: "a..b" }, "group_by"],
  ["a partition outside of its count", { partition: { index: 3, count: 3 } }, "partition.index"],
  ["a partition into too many", { partition: { index: 0, count: 257 } }, "partition.count"],
  ["something to expand", { expand: ["objects"] }, "expand"],
  ["a search where no field has a text index", { search: "one" }, "search"],
  ["a cursor that is none", { cursor: "abc" }, "cursor"],
  ["filters that are a list", { filters: [] }, "filters"],
  ["an unknown key in filters", { filters: { XOR: [] } }, "filters.XOR"],
  ["an AND that is an object", { filters: { AND: {} } }, "filters.AND"],
  ["a case_sensitive in words", { filters: { case_sensitive: "yes" } }, "filters.case_sensitive"],
  ["a condition without a field's name", filtersOf({ field: 3, value: 1 }), "filters.AND[0].field"],
  ["a key with a quote", filtersOf({ field: 'a"b', value: 1 }), "filters.AND[0].field"],
  ["an unknown operator", on("like", "x"), "filters.AND[0].operator"],
  ["an unknown key in a condition", filtersOf({ field: "a", value: 1, valeu: 2 }), "filters.AND[0].valeu"],
  ["eq without a value", filtersOf({ field: "a" }), "filters.AND[0].value"],
  ["eq with an object", on("eq", {}), "filters.AND[0].value"],
  ["eq with a list", on("eq", [1]), "filters.AND[0].value"],
  ["a dynamic value", on("eq", { type: "dynamic", field: "b" }), "filters.AND[0].value"],
  ["a whole number beyond 2^53", on("eq", 2 ** 53), "filters.AND[0].value"],
  ["a lone surrogate", on("eq", "\ud800"), "filters.AND[0].value"],
  ["in without a list", on("in", "a"), "filters.AND[0].value"],
  ["in with an object", on("in", [1, {}]), "filters.AND[0].value[1]"],
  ["in with 10,001 values", on("in", Array(10_001).fill("a")), "filters.AND[0].value"],
  ["gt with a word", on("gt", "soon"), "filters.AND[0].value"],
  ["gt with a day that is not", on("gt", "2023-02-29"), "filters.AND[0].value"],
  ["gt with a zone but no seconds", on("gt", "2023-02-28T10:49Z"), "filters.AND[0].value"],
  ["contains with nothing", on("contains", ""), "filters.AND[0].value"],
  ["starts_with a number", on("starts_with", 1), "filters.AND[0].value"],
  ["a regex that is none", on("regex", "(a"), "filters.AND[0].value"],
  ["a regex that looks behind", on("regex", "(?<=a)b\\1"), "filters.AND[0].value"],
  ["a regex of 1,001 characters", on("regex", "a".repeat(1_001)), "filters.AND[0].value"],
  ["a regex that would grow without bounds", on("regex", "((a{1000}){1000}){1000}"), "filters.AND[0].value"],
  ["exists in words", on("exists", "yes"), "filters.AND[0].value"],
  ["text with a number", on("text", 5), "filters.AND[0].value"],
  ["a radius of 0", on("geo_radius", { center: { lat: 0, lon: 0 }, radius: 0 }), "filters.AND[0].value.radius"],
  [
    "a center off the globe",
    on("geo_radius", { center: { lat: 91, lon: 0 }, radius: 1 }),
    "filters.AND[0].value.center.lat",
  ],
  [
    "a box upside down",
    on("geo_bounding_box", { top_left: { lat: 0, lon: 0 }, bottom_right: { lat: 1, lon: 1 } }),
    "filters.AND[0].value.top_left.lat",
  ],
  [
    "a polygon of two points",
    on(
      "geo_polygon",
      polygon([
        { lat: 0, lon: 0 },
        { lat: 0, lon: 1 },
      ]),
    ),
    "filters.AND[0].value.exterior.points",
  ],
  [
    "a polygon that is open",
    on("geo_polygon", polygon([0, 1, 2, 3].map((lat) => ({ lat, lon: lat * lat })))),
    "filters.AND[0].value.exterior.points",
  ],
  ["both languages at once", { filters: { AND: [], must: [] } }, "filters.AND"],
  ["a native filter within", { filters: { AND: [{ must: [] }] } }, "filters.AND[0]"],
  [
    "two clauses in one condition",
    { filters: { must: [{ key: "a", match: { value: 1 }, range: { gt: 1 } }] } },
    "filters.must[0]",
  ],
  ["an unknown native condition", { filters: { must: [{ slice: {} }] } }, "filters.must[0].slice"],
  [
    "a native range beyond 2^53",
    { filters: { must: [{ key: "a", range: { gt: 2 ** 60 } }] } },
    "filters.must[0].range.gt",
  ],
  [
    "a native key that is no path",
    { filters: { must: [{ key: "a..b", match: { value: 1 } }] } },
    "filters.must[0].key",
  ],
])("refuses %s", async (_what, body, path) => {
  expectFault(await list(body), path);
});

it("refuses what Qdrant refuses of a native filter", async () => {
  const { status, body } = await list({ filters: { must: [{ key: "a", match: { value: 0.5 } }] } });
  expect([400, 422]).toContain(status);
  expect(body).toMatchObject({ success: false });
});

function nested(depth: number, key: string): unknown {
  let filter: unknown = { field: "a", value: 1 };
  for (let level = 0; level < depth; level += 1) filter = { [key]: [filter] };
  return filter;
}

it.each(["AND", "NOT", "must"])("refuses filters of %s nested 1,000 deep", async (key) => {
  const { status, text } = await list({ filters: nested(1_000, key) });
  expect(status).toBe(422);
  expect(text).toContain("nested deeper");
});

it("refuses filters nested 100,000 deep", async () => {
  const deep = '{"AND":['.repeat(100_000) + "]}".repeat(100_000);
  const { status } = await list(`{"filters":${deep}}`);
  expect(status).toBe(422);
});

it("refuses 1,001 conditions", async () => {
  const { status, text } = await list({ filters: { OR: Array(1_001).fill({ field: "a", value: 1 }) } });
  expect(status).toBe(422);
  expect(text).toContain("1000");
});

it("answers a regex that explodes elsewhere", async () => {
  const title = `${"a".repeat(50_000)}!`;
  await inlet.call("POST", "/v1/collections/explosive/documents", { namespace, body: { metadata: { title } } });
  const body = { filters: { AND: [{ field: "title", operator: "regex", value: "^(a+)+$" }] } };
  const answer = await inlet.call("POST", "/v1/collections/explosive/documents/list", { namespace, body });
  expect(answer).toMatchObject({ status: 200, body: { results: [] } });
});

it("refuses cursors that were tampered with or belong to another list", async () => {
  const first = { sort: { field: "title" }, limit: 1 };
  const { body } = await list(first);
  const cursor = String(Object(body).pagination.next_cursor);
  expect((await list({ ...first, cursor })).status).toBe(200);
  const changed = Buffer.from(cursor, "base64url").toString().replace("four", "one");
  expectFault(await list({ ...first, cursor: Buffer.from(changed).toString("base64url") }), "cursor");
  expectFault(await list({ ...first, cursor: cursor.slice(0, -4) }), "cursor");
  expectFault(await list({ limit: 1, cursor }), "cursor");
  expectFault(await list({ sort: { field: "title", direction: "desc" }, limit: 1, cursor }), "cursor");
  expectFault(await list({ ...first, ...on("exists", true), cursor }), "cursor");
  expectFault(await list({ ...first, cursor, offset: 1 }), "cursor");
  const elsewhere = { namespace, body: { ...first, cursor } };
  expectFault(await inlet.call("POST", "/v1/documents/list", elsewhere), "cursor");
});

it.each(["null", "3", "[]"])("refuses the body %s, though none is fine", async (body) => {
  expect((await list(body)).status).toBe(422);
});

it("refuses query strings that are none", async () => {
  const get = (query: string) => inlet.call("GET", `/v1/collections/c/documents?${query}`, { namespace });
  expectFault(await get("limit=0"), "limit");
  expectFault(await get("filters=nonsense"), "filters");
  expectFault(await get(`filters=${encodeURIComponent('{"XOR":[]}')}`), "filters.XOR");
  expectFault(await get("sort=a..b"), "sort");
  expectFault(await get(`sort=${encodeURIComponent('{"field":"a","direction":"up"}')}`), "sort");
});

it("refuses batches without lists, with too many, or with one key twice", async () => {
  const batch = (queries: unknown) => inlet.call("POST", "/v1/documents/list/batch", { namespace, body: { queries } });
  expectFault(await batch([]), "queries");
  expectFault(await batch(Array.from({ length: 11 }, (_, key) => ({ key: String(key), request: {} }))), "queries");
  expectFault(
    await batch([
      { key: "a", request: {} },
      { key: "a", request: {} },
    ]),
    "queries[1].key",
  );
  expectFault(await batch([{ key: "a", request: 5 }]), "queries[0].request");
});

it("refuses distinct values of no field", async () => {
  const distinct = (body: unknown) => inlet.call("POST", "/v1/collections/c/documents/distinct", { namespace, body });
  expectFault(await distinct({}), "field");
  expectFault(await distinct({ field: "a..b" }), "field");
  expectFault(await distinct({ field: "a", limit: 10_001 }), "limit");
  expectFault(await distinct({ field: "a", filters: { XOR: [] } }), "filters.XOR");
});

it("knows no list of a collection or a namespace that is not there, and none without a key", async () => {
  const path = "/v1/collections/nowhere/documents/list";
  expect((await inlet.call("POST", path, { namespace, body: {} })).status).toBe(404);
  expect((await inlet.call("POST", path, { namespace: "nowhere_at_all", body: {} })).status).toBe(404);
  expect((await inlet.call("POST", path, { body: {} })).status).toBe(400);
  expect((await inlet.call("POST", path, { namespace, key: null, body: {} })).status).toBe(401);
});
