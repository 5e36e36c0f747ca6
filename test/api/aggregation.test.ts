/** What a user sees of an aggregation over some talks. */
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const namespace = uniqueName("agg");
let inlet: TestInlet;

const talks = [
  { language: "en", minutes: 10, tags: ["a", "b"], held: "2024-02-29T23:30:00Z" },
  { language: "en", minutes: 20.5, tags: ["b"], held: "2024-03-01T00:30:00Z" },
  { language: "de", minutes: 30, tags: [], held: "2023-12-31" },
  { language: null, minutes: "long", held: "soon" },
];

beforeAll(async () => {
  inlet = await startInlet(backend());
  const payload_indexes = [
    { field_name: "language", type: "keyword" },
    { field_name: "tags", type: "keyword" },
  ];
  await inlet.call("POST", "/v1/namespaces", { body: { namespace_name: namespace, payload_indexes } });
  for (const metadata of talks) {
    await inlet.call("POST", "/v1/collections/talks/documents", { namespace, body: { metadata } });
  }
  await inlet.call("POST", "/v1/collections/others/documents", { namespace, body: { metadata: { language: "en" } } });
});
afterAll(() => inlet.close());

const aggregate = (body: unknown) =>
  inlet.call("POST", "/v1/collections/talks/documents/aggregate", { namespace, body });
const count = { function: "count", alias: "n" };

it("counts one collection", async () => {
  const { body } = await aggregate({ aggregations: [count] });
  expect(body).toEqual({
    results: [{ group: {}, metrics: { n: 4 } }],
    total_groups: 1,
    query_info: { strategy: "count", documents: 4 },
  });
});

const byLanguage = [
  { group: { language: "en" }, metrics: { n: 2 } },
  { group: { language: "de" }, metrics: { n: 1 } },
  { group: { language: null }, metrics: { n: 1 } },
];

it("groups by an indexed text through a facet, and the same by reading", async () => {
  const request = { group_by: [{ field: "metadata.language", alias: "language" }], sort_by: "n" };
  const faceted = await aggregate({ ...request, aggregations: [count] });
  expect(faceted.body).toMatchObject({ results: byLanguage, query_info: { strategy: "facet" } });
  const read = await aggregate({ ...request, aggregations: [count, { ...count, alias: "m", field: "document_id" }] });
  expect(read.body).toMatchObject({ results: byLanguage, query_info: { strategy: "stream" } });
});

it("takes a list as one value, or element by element where it is unwound", async () => {
  const group_by = [{ field: "tags" }];
  const whole = await aggregate({ group_by, aggregations: [count] });
  expect(whole.body).toMatchObject({
    results: [
      { group: { tags: ["a", "b"] }, metrics: { n: 1 } },
      { group: { tags: ["b"] }, metrics: { n: 1 } },
      { group: { tags: null }, metrics: { n: 2 } },
    ],
    query_info: { strategy: "stream" },
  });
  const unwound = await aggregate({ group_by, unwind: "tags", aggregations: [count], having: [] });
  expect(unwound.body).toMatchObject({
    results: [
      { group: { tags: "a" }, metrics: { n: 1 } },
      { group: { tags: "b" }, metrics: { n: 2 } },
    ],
  });
});

it("computes every function, leaving out what is no value of theirs", async () => {
  const of = (name: string, field: string) => ({ function: name, field, alias: name });
  const names = ["count", "count_distinct", "sum", "avg", "min", "max", "first", "last", "push", "add_to_set"];
  const { body } = await aggregate({ aggregations: names.map((name) => of(name, "minutes")) });
  expect(body).toMatchObject({
    results: [
      {
        metrics: {
          count: 4,
          count_distinct: 4,
          sum: 60.5,
          avg: 60.5 / 3,
          min: 10,
          max: "long",
          first: 10,
          last: "long",
          push: [10, 20.5, 30, "long"],
          add_to_set: [10, 20.5, 30, "long"],
        },
      },
    ],
  });
});

it("groups by dates in UTC and by buckets, with having and limit", async () => {
  const months = await aggregate({
    group_by: [{ field: "held", alias: "month", date_trunc: "month" }],
    aggregations: [count],
    sort_by: "month",
    sort_direction: "asc",
    limit: 2,
  });
  expect(months.body).toMatchObject({
    results: [{ group: { month: "2023-12-01T00:00:00Z" } }, { group: { month: "2024-02-01T00:00:00Z" } }],
    total_groups: 4,
  });
  const buckets = await aggregate({
    range_buckets: [{ field: "minutes", boundaries: [10, 20, 30], default_bucket: "other" }],
    aggregations: [count],
    having: [{ field: "n", operator: "gte", value: 1 }],
  });
  expect(buckets.body).toMatchObject({
    results: [
      { group: { minutes: "[10, 20)" }, metrics: { n: 1 } },
      { group: { minutes: "[20, 30)" }, metrics: { n: 1 } },
      { group: { minutes: "other" }, metrics: { n: 2 } },
    ],
  });
});
