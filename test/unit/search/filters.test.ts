import { type PointReader, type QdrantFilter, type QdrantPoint } from "../../../src/qdrant/gateway";
import { type Translated } from "../../../src/filters/translate";
import { SearchFilters, fieldPath } from "../../../src/search/filters";

const namespace = { id: "ns_1", name: "n", organisationId: "org_1" };
const signal = new AbortController().signal;
const points: QdrantPoint[] = Array.from({ length: 1_200 }, (_, index) => ({
  id: `p${String(index).padStart(5, "0")}`,
  vector: {},
  payload: { n: index },
}));

function reading(translated: Translated, documents = 100_000) {
  const sent: (QdrantFilter | undefined)[] = [];
  const reader: Pick<PointReader, "scroll"> = {
    async scroll(_collection, { filter, limit, offset }) {
      sent.push(filter);
      const start = offset === undefined ? 0 : points.findIndex(({ id }) => id === offset);
      return { points: points.slice(start, start + limit), next: points[start + limit]?.id };
    },
  };
  const filters = new SearchFilters({
    reader,
    translate: () => translated,
    budget: { documents, patternCharacters: 1_000_000 },
  });
  return {
    filter: (ids?: string[], given: object | undefined = {}) => filters.filter(namespace, ids, { ...given }, signal),
    filters,
    sent,
  };
}

const judgedBy = (matches: (payload: Record<string, unknown>) => boolean) => ({
  matches,
  fields: ["n"],
  patternCharacters: () => 0,
});
const inA = { must: [{ key: "collection_id", match: { value: "col_a" } }] };
const english = { must: [{ key: "lang", match: { value: "en" } }] };
const nothing = { must: [{ key: "collection_id", match: { any: [] } }] };

it("keeps to the collections where there is no filter, and to none where there is neither", async () => {
  const { filters } = reading({ qdrant: english, residual: undefined, empty: false });
  expect(await filters.filter(namespace, ["col_a"], undefined, signal)).toEqual(inA);
  expect(await filters.filter(namespace, undefined, undefined, signal)).toBeUndefined();
});

it("joins collections and filters, reading nothing where Qdrant can judge them", async () => {
  const { filter, sent } = reading({ qdrant: english, residual: undefined, empty: false });
  expect(await filter(["col_a"])).toEqual({ must: [inA, english] });
  expect(sent).toEqual([]);
});

it("matches nothing where nothing can match", async () => {
  expect(await reading({ qdrant: undefined, residual: undefined, empty: true }).filter()).toEqual(nothing);
});

it("looks among the documents that match what Qdrant can't judge", async () => {
  const residual = judgedBy(({ n }) => n === 3 || n === 1_100);
  const { filter, sent } = reading({ qdrant: english, residual, empty: false });
  expect(await filter(["col_a"])).toEqual({ must: [{ has_id: ["p00003", "p01100"] }] });
  expect(sent).toEqual(Array(3).fill({ must: [inA, english] }));
});

it("matches nothing where none of them does", async () => {
  const { filter } = reading({ qdrant: undefined, residual: judgedBy(() => false), empty: false });
  expect(await filter()).toEqual(nothing);
});

it("refuses to read more than its budget, rather than to answer in part", async () => {
  const { filter } = reading({ qdrant: undefined, residual: judgedBy(() => true), empty: false }, 1_199);
  await expect(filter()).rejects.toMatchObject({ status: 422, code: "scan_budget_exceeded" });
});

it("writes a field as Qdrant's path, with odd keys in quotes", () => {
  expect(["metadata.a.b", "tags[]", '"tb_9.6.1"', "a b"].map((field) => fieldPath(field, "group_by"))).toEqual([
    "a.b",
    "tags[]",
    '"tb_9.6.1"',
    '"a b"',
  ]);
  expect(() => fieldPath('say "hi"', "group_by")).toThrow(expect.objectContaining({ status: 422 }));
});
