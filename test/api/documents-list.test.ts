/** What a user sees of lists: which documents, in which order, page by page, in groups and in parts. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const namespace = uniqueName("list");
let inlet: TestInlet;

const books = [
  { title: "Vector search in practice", language: "en", year: 2021, price: 9.99, tags: ["search", "vectors"] },
  { title: "The art of searching", language: "en", year: 2019, price: 20, tags: ["search"] },
  { title: "Vektoren und Suche", language: "de", year: 2021, price: 15, tags: [] },
  { title: "Unsorted notes", language: null, year: "unknown" },
  { title: "An essay", language: "en", year: 2021, "tb_9.6.1": "odd", publisher: { city: "Berlin" } },
];
interface Row {
  document_id: string;
  title: string;
}
interface Page {
  results: Row[];
  groups: { group_key: unknown; documents: Row[]; count: number }[];
  pagination: { total: number | null; next_cursor: string | null; page: number | null; next_page: string | null };
  total_documents?: number;
  unknown_collection_ids?: string[];
}

async function list(body: object, path = "/v1/collections/books/documents/list"): Promise<Page> {
  const answer = await inlet.call("POST", path, { namespace, body });
  expect(answer.text).toContain("pagination");
  expect(answer.status).toBe(200);
  const page: Page = JSON.parse(answer.text);
  return page;
}
const titles = ({ results }: Page): string[] => results.map(({ title }) => title);
const found = async (filters: object): Promise<string[]> => titles(await list({ filters, limit: 100 })).sort();
const condition = (field: string, operator: string, value?: unknown) => ({ AND: [{ field, operator, value }] });

async function allPages(body: object, path?: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await list({ ...body, ...(cursor === null ? {} : { cursor }) }, path);
    rows.push(...page.results);
    cursor = page.pagination.next_cursor;
  } while (cursor !== null);
  return rows;
}

beforeAll(async () => {
  inlet = await startInlet(backend());
  const payload_indexes = [
    { field_name: "language", type: "keyword" },
    { field_name: "title", type: "text" },
  ];
  await inlet.call("POST", "/v1/namespaces", { body: { namespace_name: namespace, payload_indexes } });
  for (const metadata of books) {
    const answer = await inlet.call("POST", "/v1/collections/books/documents", { namespace, body: { metadata } });
    expect(answer.status).toBe(200);
  }
  const other = { metadata: { title: "Elsewhere", language: "en", year: 2021 }, vectors: { v: [1, 2] } };
  await inlet.call("POST", "/v1/collections/others/documents", { namespace, body: other });
});
afterAll(() => inlet.close());

it("lists one collection, with GET and with no body too", async () => {
  expect(titles(await list({})).sort()).toEqual(books.map(({ title }) => title).sort());
  const bare = await inlet.call("POST", "/v1/collections/books/documents/list", { namespace });
  const got = await inlet.call("GET", "/v1/collections/books/documents?limit=2&sort=-_internal.created_at", {
    namespace,
  });
  expect(bare.body).toMatchObject({ pagination: { total: 5, page: 1, page_size: 10, next_cursor: null } });
  expect(got.body).toMatchObject({ results: [{ title: "An essay" }, { title: "Unsorted notes" }] });
});

it.each([
  ["eq", "language", "en", ["An essay", "The art of searching", "Vector search in practice"]],
  ["eq", "metadata.price", 9.99, ["Vector search in practice"]],
  ["eq", "publisher.city", "Berlin", ["An essay"]],
  ["eq", '"tb_9.6.1"', "odd", ["An essay"]],
  ["ne", "language", "en", ["Unsorted notes", "Vektoren und Suche"]],
  ["in", "year", [2019, "unknown"], ["The art of searching", "Unsorted notes"]],
  ["in", "year", [], []],
  ["gt", "price", 9.99, ["The art of searching", "Vektoren und Suche"]],
  ["contains", "title", "SEARCH", ["The art of searching", "Vector search in practice"]],
  ["starts_with", "title", "ve", ["Vector search in practice", "Vektoren und Suche"]],
  ["ends_with", "title", "say", ["An essay"]],
  ["regex", "title", "^(the|an) ", ["An essay", "The art of searching"]],
  ["text", "title", "search vector", ["Vector search in practice"]],
  ["words", "title", "search essay", ["An essay", "Vector search in practice"]],
  ["phrase", "title", "art of", ["The art of searching"]],
  ["is_null", "language", true, ["Unsorted notes"]],
  ["exists", "tags", true, ["The art of searching", "Vector search in practice"]],
  ["eq", "tags", "search", ["The art of searching", "Vector search in practice"]],
  ["gte", "_internal.created_at", "2999-01-01", []],
])("filters by %s of %s %j", async (operator, field, value, expected) => {
  expect(await found(condition(field, operator, value))).toEqual(expected);
});

it("nests AND, OR and NOT, and takes native filters", async () => {
  const en = { field: "language", operator: "eq", value: "en" };
  const nested = {
    OR: [
      { AND: [en], NOT: [{ field: "title", operator: "contains", value: "search" }] },
      condition("year", "eq", "unknown"),
    ],
  };
  expect(await found(nested)).toEqual(["An essay", "Unsorted notes"]);
  const native = {
    must: [{ key: "metadata.language", match: { value: "en" } }],
    must_not: [{ key: "year", match: { value: 2021 } }],
  };
  expect(await found(native)).toEqual(["The art of searching"]);
});

it("minds the case only where that is asked for", async () => {
  expect(await found({ ...condition("title", "contains", "SEARCH"), case_sensitive: true })).toEqual([]);
});

it("sorts by value with missing and other types behind, and pages through without loss or repeat", async () => {
  const sort = { field: "price", direction: "desc" };
  const all = titles(await list({ sort }));
  expect(all.slice(0, 3)).toEqual(["The art of searching", "Vektoren und Suche", "Vector search in practice"]);
  expect((await allPages({ sort, limit: 2 })).map(({ title }) => title)).toEqual(all);
  const years = titles(await list({ sort: { field: "year" } }));
  expect([years[0], years[4]]).toEqual(["The art of searching", "Unsorted notes"]);
});

it("goes through times by their index, both ways, two at a time", async () => {
  const inOrder = books.map(({ title }) => title);
  for (const [direction, expected] of [
    ["asc", inOrder],
    ["desc", [...inOrder].reverse()],
  ] as const) {
    const rows = await allPages({ sort: { field: "_internal.created_at", direction }, limit: 2 });
    expect(rows.map(({ title }) => title)).toEqual(expected);
  }
});

it("pages by number, and counts where that is asked", async () => {
  const sort = { field: "title" };
  const all = titles(await list({ sort }));
  const second = await list({ sort, page: 2, page_size: 2, include_total: true });
  expect(titles(second)).toEqual(all.slice(2, 4));
  expect(second.pagination).toMatchObject({ total: 5, page: 2, next_page: "?page=3&page_size=2" });
  expect((await list({ offset: 4 })).results).toHaveLength(1);
  const judged = await list({ filters: condition("title", "contains", "e"), limit: 1, include_total: true });
  expect(judged.pagination.total).toBe(4 + 1);
});

it("searches the fields with a text index", async () => {
  expect(titles(await list({ search: "vector" }))).toEqual(["Vector search in practice"]);
});

it("selects fields and adds vectors and their names", async () => {
  const body = { collection_ids: ["others"], select: ["title"], return_vectors: true, return_vector_names: ["v"] };
  const { results } = await list(body, "/v1/documents/list");
  expect(results).toEqual([
    {
      document_id: expect.any(String),
      collection_id: expect.any(String),
      title: "Elsewhere",
      vectors: { v: [1, 2] },
      _vectors: ["v"],
    },
  ]);
});

it("groups by a field", async () => {
  const { groups, pagination } = await list({ group_by: "metadata.language", sort: { field: "title" } });
  expect(groups.map(({ group_key, count }) => [group_key, count])).toEqual([
    ["de", 1],
    ["en", 3],
    [null, 1],
  ]);
  expect(groups[1]?.documents.map(({ title }) => title)).toEqual([
    "An essay",
    "The art of searching",
    "Vector search in practice",
  ]);
  expect(pagination.total).toBe(3);
  const first = await list({ group_by: "language", limit: 2 });
  const rest = await list({ group_by: "language", limit: 2, cursor: first.pagination.next_cursor });
  expect(rest.groups.map(({ group_key }) => group_key)).toEqual([null]);
});

it("splits a scan into parts that share nothing and together have all", async () => {
  const parts = await Promise.all(
    [0, 1, 2].map((index) => allPages({ partition: { index, count: 3 }, limit: 1 }, "/v1/documents/list")),
  );
  const ids = parts.flat().map(({ document_id }) => document_id);
  expect(ids).toHaveLength(6);
  expect(new Set(ids).size).toBe(6);
});

it("lists a namespace, some of its collections, and says which it does not know", async () => {
  expect((await list({}, "/v1/documents/list")).results).toHaveLength(6);
  const page = await list({ collection_ids: ["others", "nowhere"] }, "/v1/documents/list");
  expect(page).toMatchObject({ results: [{ title: "Elsewhere" }], unknown_collection_ids: ["nowhere"] });
  expect((await list({ collection_ids: [] }, "/v1/documents/list")).results).toEqual([]);
});

it("answers several lists at once, each with its own error", async () => {
  const queries = [
    { key: "good", request: { limit: 1 } },
    { key: "bad", request: { limit: 0 } },
    { key: "odd", request: { filters: { AND: [{ field: "a", operator: "nope" }] } } },
  ];
  const { status, body } = await inlet.call("POST", "/v1/documents/list/batch", { namespace, body: { queries } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    results: [
      { key: "good", response: { results: [{}] } },
      { key: "bad", error: expect.stringContaining("limit") },
      { key: "odd", error: expect.stringContaining("operator") },
    ],
  });
});

it("tells the values of a field and how often each is there", async () => {
  const distinct = (body: object) =>
    inlet.call("POST", "/v1/collections/books/documents/distinct", { namespace, body });
  expect((await distinct({ field: "tags" })).body).toEqual({
    field: "tags",
    values: [
      { value: "search", count: 2 },
      { value: "vectors", count: 1 },
    ],
    total_distinct: 2,
  });
  expect((await distinct({ field: "year", limit: 1, filters: condition("language", "eq", "en") })).body).toMatchObject({
    values: [{ value: 2021, count: 2 }],
    total_distinct: 2,
  });
});

it("neither skips nor repeats what stays, while others write", async () => {
  const collection = "/v1/collections/busy/documents";
  const create = (rank: number) => inlet.call("POST", collection, { namespace, body: { metadata: { rank } } });
  await Promise.all(Array.from({ length: 40 }, (_, index) => create(index % 4)));
  const before = await allPages({ limit: 7 }, `${collection}/list`);
  for (const sort of [undefined, { field: "rank", direction: "desc" }, { field: "_internal.created_at" }]) {
    const writing = Promise.all(Array.from({ length: 20 }, (_, index) => create(index % 4)));
    const rows = (await allPages({ limit: 3, ...(sort && { sort }) }, `${collection}/list`)).map(
      ({ document_id }) => document_id,
    );
    await writing;
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows).toEqual(expect.arrayContaining(before.map(({ document_id }) => document_id)));
  }
});

it("counts pages by offset in the order of creation, which others' writes do not move", async () => {
  const collection = "/v1/collections/growing/documents";
  const create = async (index: number) =>
    await inlet.call("POST", collection, { namespace, body: { document_id: `doc_${index}`, metadata: { index } } });
  for (let index = 0; index < 30; index++) await create(index);
  const seen: string[] = [];
  for (let offset = 0; offset < 30; offset += 4) {
    const writing = Promise.all([
      ...Array.from({ length: 3 }, (_, index) => create(100 + offset * 10 + index)),
      inlet.call("PATCH", `${collection}/doc_${offset}`, { namespace, body: { metadata: { changed: true } } }),
    ]);
    const page = await list({ limit: 4, offset }, `${collection}/list`);
    await writing;
    seen.push(...page.results.map(({ document_id }) => document_id));
  }
  expect(seen.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => `doc_${index}`));
});

it("lists points behind all others that somebody else wrote without a time of creation", async () => {
  const collection = "/v1/collections/mixed/documents";
  const made = await inlet.call("POST", collection, { namespace, body: { document_id: "doc_own" } });
  const { collection_id, _internal } = made.body as { collection_id: string; _internal: { namespace_id: string } };
  const points = [{}, { created_at: "no time" }, { created_at: 5 }].map((internal, index) => ({
    id: `0000000${index}-0000-4000-8000-000000000000`,
    vector: {},
    payload: { document_id: `doc_foreign${index}`, collection_id, _internal: internal },
  }));
  await qdrantView(backend()).put(`/collections/${_internal.namespace_id}/points?wait=true`, { points });
  for (const limit of [1, 2, 100]) {
    const rows = await allPages({ limit, select: ["document_id"] }, `${collection}/list`);
    expect(rows.map(({ document_id }) => document_id)).toEqual([
      "doc_own",
      "doc_foreign0",
      "doc_foreign1",
      "doc_foreign2",
    ]);
  }
});

it("takes filters as the published client sends them", async () => {
  const filters = {
    AND: [{ case_sensitive: false, AND: null, field: "language", operator: "eq", value: "de" }],
    case_sensitive: false,
  };
  expect(await found(filters)).toEqual(["Vektoren und Suche"]);
});

it("lets the query string rule on the page and the body on filters, and returns what either wants", async () => {
  const body = { limit: 10, offset: 0, filters: condition("language", "eq", "en"), sort: { field: "title" } };
  const filters = encodeURIComponent(JSON.stringify(condition("language", "eq", "de")));
  const query = `page=2&page_size=2&return_vector_names=true&filters=${filters}&sort=year`;
  const answer = await inlet.call("POST", `/v1/collections/books/documents/list?${query}`, { namespace, body });
  expect(answer.body).toMatchObject({
    results: [{ title: "Vector search in practice", _vectors: [] }],
    pagination: { page: 2, page_size: 2, total: 3 },
  });
});
