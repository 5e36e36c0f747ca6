/** Requests that would take for ever, or all memory there is: each is refused, or answered like any other. */
import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("bounds");
const C = "/v1/collections/c/documents";
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
  const body = { document_id: "doc_1", metadata: { title: `${"a".repeat(50_000)}!` }, vectors: { v: [1, 0] } };
  expect((await inlet.call("POST", C, { namespace, body })).status).toBe(200);
});
afterAll(() => inlet.close());

/** All calls that take filters, each with what else it needs. */
const FILTERED: readonly [string, string, (filters: unknown) => unknown][] = [
  ["POST", `${C}/list`, (filters) => ({ filters })],
  ["GET", C, (filters) => ({ filters })],
  ["POST", "/v1/documents/list", (filters) => ({ filters })],
  ["POST", `${C}/distinct`, (filters) => ({ field: "title", filters })],
  ["POST", `${C}/aggregate`, (filters) => ({ aggregations: [{ function: "count", alias: "n" }], filters })],
  ["POST", `${C}/search`, (filters) => ({ queries: [{ vector_name: "v", vector: [1, 0] }], filters })],
  ["POST", "/v1/documents/search", (filters) => ({ queries: [{ vector_name: "v", vector: [1, 0] }], filters })],
  ["POST", `${C}/batch`, (filters) => ({ filters, update_data: { metadata: { n: 1 } } })],
  ["PATCH", `${C}/bulk`, (filters) => ({ filters, update_data: { metadata: { n: 1 } } })],
  ["DELETE", `${C}/batch`, (filters) => ({ filters })],
];

const nested = (depth: number, key: string, leaf: unknown): unknown => {
  let filter = leaf;
  for (let level = 0; level < depth; level += 1) filter = { [key]: [filter] };
  return filter;
};
const ours = nested(1_000, "AND", { field: "title", value: "x" });
const native = nested(1_000, "must", { key: "title", match: { value: "x" } });

const faultsOf = ({ body }: InletAnswer): string => JSON.stringify(Object(body).error?.details?.errors ?? []);

describe.each(FILTERED)("%s %s", (method, path, bodyWith) => {
  it.each([
    ["ours", ours],
    ["Qdrant's", native],
  ])("refuses filters nested 1,000 deep in %s language", async (_whose, filters) => {
    const answer = await inlet.call(method, path, { namespace, body: bodyWith(filters) });
    expect(answer.status).toBe(422);
    expect(faultsOf(answer)).toContain("nested deeper");
  });

  it("is quick with a regex that explodes elsewhere, and finds nothing by it", async () => {
    const filters = { AND: [{ field: "title", operator: "regex", value: "^(a+)+$" }] };
    const answer = await inlet.call(method, path, { namespace, body: bodyWith(filters) });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("aaaa");
  });

  it("refuses a regex that would grow without bounds", async () => {
    const filters = { AND: [{ field: "title", operator: "regex", value: "((a{1000}){1000}){1000}" }] };
    const answer = await inlet.call(method, path, { namespace, body: bodyWith(filters) });
    expect(answer.status).toBe(422);
    expect(faultsOf(answer)).toContain("filters.AND[0].value");
  });
});

it.each([
  ["namespaces", undefined],
  ["collections", namespace],
])("POST /v1/%s/list refuses filters nested 1,000 deep", async (resource, of) => {
  const request = { body: { filters: ours }, ...(of === undefined ? {} : { namespace: of }) };
  const answer = await inlet.call("POST", `/v1/${resource}/list`, request);
  expect(answer.status).toBe(422);
  expect(answer.text).toContain("filters");
});

it("answers a batch of lists with the fault of the one whose filters are nested 1,000 deep", async () => {
  const queries = [
    { key: "deep", request: { filters: ours } },
    { key: "plain", request: {} },
  ];
  const { status, body } = await inlet.call("POST", "/v1/documents/list/batch", { namespace, body: { queries } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    results: [
      { key: "deep", error: expect.stringContaining("nested deeper") },
      { key: "plain", response: { results: [{ document_id: "doc_1" }] } },
    ],
  });
});

it("has deleted and changed nothing by then", async () => {
  const { body } = await inlet.call("GET", `${C}/doc_1`, { namespace });
  expect(body).toMatchObject({ document_id: "doc_1" });
  expect(body).not.toHaveProperty("n");
});

describe("a million groups", () => {
  const DOCUMENTS = 10;
  const EACH = 100_000;
  const M = "/v1/collections/million/documents";
  beforeAll(async () => {
    for (let at = 0; at < DOCUMENTS; at += 1) {
      const numbers = Array.from({ length: EACH }, (_, n) => at * EACH + n);
      expect((await inlet.call("POST", M, { namespace, body: { metadata: { numbers } } })).status).toBe(200);
    }
  });

  const aggregate = (body: object) =>
    inlet.call("POST", `${M}/aggregate`, {
      namespace,
      body: { aggregations: [{ function: "count", alias: "n" }], unwind: "numbers", ...body },
    });

  it.each([
    ["by value", { group_by: [{ field: "numbers" }] }],
    ["with a limit, which says nothing of how many there are", { group_by: [{ field: "numbers" }], limit: 1 }],
    [
      "that having would leave out",
      { group_by: [{ field: "numbers" }], having: [{ field: "n", operator: "gt", value: 1 }] },
    ],
  ])("are refused %s, with the limit and what to do", async (_how, body) => {
    const answer = await aggregate(body);
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: "too_many_groups", details: { limit: 100_000 } } },
    });
    expect(answer.text).toContain("range_buckets");
  });

  it("are answered where buckets make few of them", async () => {
    const range_buckets = [{ field: "numbers", boundaries: [0, 500_000, 1_000_000] }];
    const { status, body } = await aggregate({ range_buckets });
    expect(status).toBe(200);
    expect(Object(body).results.map(({ metrics }: { metrics: unknown }) => metrics)).toEqual([
      { n: 500_000 },
      { n: 500_000 },
    ]);
  });
});
