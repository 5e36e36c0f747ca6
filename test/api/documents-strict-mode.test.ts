/** Lists, deletes and updates by filters on a Qdrant in strict mode, which refuses conditions on fields without an index:
 *  what Inlet judges itself, and what has an index of any type, goes through. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const STRICT = { enabled: true, unindexed_filtering_retrieve: false, unindexed_filtering_update: false };
const namespace_name = uniqueName("strictdocs");
const documents = "/v1/collections/talks/documents";
let folder: string;
let inlet: TestInlet;

// An engine of its own: strict mode on inlet_control would be everybody's.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inlet-strict-"));
  inlet = await startInlet({ dataDir: folder });
  const payload_indexes = [
    { field_name: "title", type: "text" },
    { field_name: "rank", type: "integer" },
    { field_name: "held", type: "datetime" },
  ];
  const made = await inlet.call("POST", "/v1/namespaces", { body: { namespace_name, payload_indexes } });
  for (const [rank, title] of ["one", "two", "three"].entries()) {
    const metadata = { title, rank: rank + 0.5 * (rank % 2), note: `note ${title}`, held: "2024-02-29T10:00:00Z" };
    await inlet.call("POST", documents, { namespace: namespace_name, body: { metadata } });
  }
  for (const collection of ["inlet_control", Object(made.body).namespace_id]) {
    const response = await fetch(`${inlet.qdrantUrl}/collections/${collection}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ strict_mode_config: STRICT }),
    });
    expect(response.status).toBe(200);
  }
});
afterAll(async () => {
  await inlet.close();
  await rm(folder, { recursive: true });
});

const call = (method: string, path: string, body: unknown) =>
  inlet.call(method, path, { namespace: namespace_name, body });
const on = (field: string, operator: string, value: unknown) => ({ AND: [{ field, operator, value }] });

it.each<[string, object, number]>([
  ["no filters", {}, 3],
  ["a sort by an indexed time", { sort: { field: "_internal.updated_at", direction: "desc" } }, 3],
  ["a sort by a field without an index", { sort: { field: "note" } }, 3],
  ["a search", { search: "two" }, 1],
  ["part of a text without an index", { filters: on("note", "contains", "t") }, 3],
  ["words of a text", { filters: on("note", "words", "one two") }, 2],
  ["a number that the integer index does not hold", { filters: on("rank", "eq", 1.5) }, 1],
  ["numbers that it does and does not hold", { filters: on("rank", "gte", 1) }, 2],
  ["dates", { filters: on("held", "lt", "2024-03-01") }, 3],
  ["a number under a datetime index", { filters: on("held", "gt", 3) }, 0],
])("lists with %s", async (_what, body, count) => {
  const { status, body: page } = await call("POST", `${documents}/list`, { ...body, include_total: true });
  expect({ status, page }).toMatchObject({ status: 200, page: { pagination: { total: count } } });
});

it("says which field needs an index where Qdrant asks for one", async () => {
  const { status, text } = await call("POST", `${documents}/list`, { filters: on("note", "eq", "note one") });
  expect(status).toBe(422);
  expect(text).toContain("note");
});

it("updates and deletes by filters", async () => {
  const updated = await call("PATCH", `${documents}/bulk`, {
    filters: on("note", "ends_with", "e"),
    update_data: { metadata: { seen: 1 } },
  });
  expect(updated.body).toMatchObject({ updated_count: 2 });
  expect((await call("DELETE", `${documents}/batch`, { filters: on("rank", "gte", 2) })).body).toMatchObject({
    deleted_count: 1,
  });
});
