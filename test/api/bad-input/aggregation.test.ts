/** What an aggregation refuses. */
import { backend, uniqueName } from "../../support/backend";
import { startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("aggbad");
let inlet: TestInlet;
beforeAll(async () => {
  inlet = await startInlet(backend());
  await inlet.call("POST", "/v1/collections/c/documents", { namespace, body: {} });
});
afterAll(() => inlet.close());

const count = { function: "count", alias: "n" };
const bucket = { field: "x", boundaries: [1, 2] };

it.each([
  ["no aggregation", {}, "aggregations"],
  ["an empty list of them", { aggregations: [] }, "aggregations"],
  [
    "an unknown function",
    { aggregations: [{ function: "median", field: "x", alias: "m" }] },
    "aggregations[0].function",
  ],
  ["a sum of nothing", { aggregations: [{ function: "sum", alias: "s" }] }, "aggregations[0].field"],
  ["a name given twice", { aggregations: [count, count] }, "aggregations[1].alias"],
  ["a group's name for a count", { group_by: [{ field: "n" }], aggregations: [count] }, "aggregations[0].alias"],
  [
    "both date forms",
    { group_by: [{ field: "x", date_trunc: "day", date_part: "day" }], aggregations: [count] },
    "group_by[0]",
  ],
  [
    "an unknown unit",
    { group_by: [{ field: "x", date_trunc: "eon" }], aggregations: [count] },
    "group_by[0].date_trunc",
  ],
  ["a field that is no path", { group_by: [{ field: 'a"b' }], aggregations: [count] }, "group_by[0].field"],
  [
    "having of an unknown alias",
    { aggregations: [count], having: [{ field: "m", operator: "gt", value: 1 }] },
    "having[0].field",
  ],
  [
    "an unknown comparison",
    { aggregations: [count], having: [{ field: "n", operator: "like", value: 1 }] },
    "having[0].operator",
  ],
  [
    "having of no value",
    { aggregations: [count], having: [{ field: "n", operator: "gt", value: null }] },
    "having[0].value",
  ],
  ["a sort by an unknown alias", { aggregations: [count], sort_by: "m" }, "sort_by"],
  ["a sort by a list", { aggregations: [{ function: "push", field: "x", alias: "p" }], sort_by: "p" }, "sort_by"],
  ["an unknown direction", { aggregations: [count], sort_direction: "up" }, "sort_direction"],
  [
    "boundaries that fall",
    { aggregations: [count], range_buckets: [{ ...bucket, boundaries: [2, 1] }] },
    "range_buckets[0].boundaries[1]",
  ],
  [
    "no boundaries",
    { aggregations: [count], range_buckets: [{ ...bucket, boundaries: [] }] },
    "range_buckets[0].boundaries",
  ],
  ["a limit of 0", { aggregations: [count], limit: 0 }, "limit"],
  [
    "a distinct_field for sum",
    { aggregations: [{ function: "sum", field: "x", distinct_field: "x", alias: "s" }] },
    "aggregations[0].distinct_field",
  ],
  ["an unwind that is no path", { aggregations: [count], unwind: "[]" }, "unwind"],
  ["an unknown key", { aggregations: [count], group: [] }, "group"],
])("refuses %s", async (_what, body, path) => {
  const answer = await inlet.call("POST", "/v1/collections/c/documents/aggregate", { namespace, body });
  expect(answer.status).toBe(422);
  const text = JSON.stringify(answer.body);
  expect(text).toContain(JSON.stringify(path).slice(1, -1));
});

it("does not know the collection", async () => {
  const request = { namespace, body: { aggregations: [count] } };
  expect((await inlet.call("POST", "/v1/collections/none/documents/aggregate", request)).status).toBe(404);
});
