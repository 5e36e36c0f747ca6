/** The points that a key of one collection sees, call by call: whatever a service asks, with or without filters of its own,
 *  nothing of another collection comes back, is changed or is gone. */
import { GrantedPoints } from "../../src/access/points";
import { pointIdOf } from "../../src/ids";
import { connectQdrant } from "../../src/qdrant/connect";
import { type QdrantPoint } from "../../src/qdrant/gateway";
import { backend, uniqueName } from "../support/backend";

const { url, apiKey } = backend();
const connection = { url: new URL(url), apiKey, collections: {}, onMissingCollection: () => undefined };
const { qdrant, close } = connectQdrant(connection);
const options = { signal: new AbortController().signal };
const strong = { ...options, ordering: "strong" } as const;
const mine = new GrantedPoints(qdrant, { ids: async () => ["col_a"] });
const all = new GrantedPoints(qdrant, { ids: async () => undefined });
const none = new GrantedPoints(qdrant, { ids: async () => [] });
let collection: string;

const pointOf = (name: string, n = 1, into = `col_${name[0]}`): QdrantPoint => ({
  id: pointIdOf(`doc_${name}`),
  payload: { document_id: `doc_${name}`, collection_id: into, n },
  vector: { v: name.startsWith("a") ? [1, 0] : [0, 1] },
});
const [a1, a2, b1, b2] = [pointOf("a1"), pointOf("a2", 2), pointOf("b1"), pointOf("b2", 2)];
const four = [a1, a2, b1, b2].map(({ id }) => id);
const names = (points: readonly { payload: Record<string, unknown> }[]): unknown[] =>
  points.map(({ payload }) => payload["document_id"]).sort();
const one = { must: [{ key: "n", match: { value: 1 } }] };
const page = { limit: 10, payload: true, vectors: false };
const stored = async (ids: string[]): Promise<QdrantPoint[]> =>
  await qdrant.retrieve(collection, ids, { payload: true, vectors: true }, options);

beforeEach(async () => {
  collection = uniqueName("points");
  const vectors = { v: { size: 2, distance: "Dot" as const } };
  await qdrant.createCollection(collection, { vectors }, options);
  await qdrant.createPayloadIndex(collection, { field: "collection_id", schema: "keyword" }, options);
  await qdrant.createPayloadIndex(collection, { field: "n", schema: "integer" }, options);
  await qdrant.upsert(collection, [a1, a2, b1, b2], strong);
});
afterEach(() => qdrant.deleteCollection(collection, options));
afterAll(() => close());

it("reads by ids, with the payload that was asked for and no more", async () => {
  const want = (payload: boolean | string[]) => mine.retrieve(collection, four, { payload, vectors: false }, options);
  expect(await want(true)).toEqual([a1, a2].map((point) => ({ ...point, vector: {} })));
  expect((await want(["n"])).map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await want(["n", "collection_id"])).map(({ payload }) => payload)).toEqual([
    { n: 1, collection_id: "col_a" },
    { n: 2, collection_id: "col_a" },
  ]);
  expect((await want(false)).map(({ payload }) => payload)).toEqual([{}, {}]);
});

it("scrolls, counts and facets", async () => {
  expect(names((await mine.scroll(collection, page, options)).points)).toEqual(["doc_a1", "doc_a2"]);
  expect(names((await mine.scroll(collection, { ...page, filter: one }, options)).points)).toEqual(["doc_a1"]);
  expect(await mine.count(collection, undefined, options)).toBe(2);
  expect(await mine.count(collection, { should: [one, { has_id: four }] }, options)).toBe(2);
  expect(
    await mine.count(collection, { must_not: [{ key: "collection_id", match: { value: "col_a" } }] }, options),
  ).toBe(0);
  const hits = await mine.facet(collection, { key: "n", limit: 10 }, options);
  expect(hits.map(({ value, count }) => [value, count]).sort()).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

it("searches, one by one and in groups, past the hits of others that are nearer", async () => {
  const near = { query: { nearest: [0, 1] }, using: "v", limit: 2 };
  const found = await mine.query(collection, near, options);
  expect(found.points.map(({ id }) => id).sort()).toEqual([a1.id, a2.id].sort());
  const fused = { prefetch: [near, near], query: { fusion: "rrf" }, limit: 2 };
  expect((await mine.query(collection, fused, options)).points.map(({ id }) => id).sort()).toEqual(
    [a1.id, a2.id].sort(),
  );
  const { groups } = await mine.queryGroups(collection, { ...near, group_by: "n", group_size: 5 }, options);
  expect(groups.flatMap(({ points }) => points.map(({ id }) => id)).sort()).toEqual([a1.id, a2.id].sort());
});

it("writes its own points alone, in whichever mode", async () => {
  await mine.upsert(collection, [pointOf("a1", 7), pointOf("a3", 3)], strong);
  expect(names(await stored([pointIdOf("doc_a3")]))).toEqual(["doc_a3"]);
  for (const mode of ["upsert", "insert_only", "update_only"] as const) {
    const how = { ...strong, mode };
    await expect(mine.upsert(collection, [pointOf("b3")], how)).rejects.toMatchObject({ status: 403 });
    const stolen = pointOf("b1", 9, "col_a");
    await expect(mine.upsert(collection, [pointOf("a1", 8), stolen], how)).rejects.toMatchObject({
      status: 409,
      details: { document_ids: ["doc_b1"] },
    });
  }
  expect(await stored([b1.id])).toEqual([b1]);
  expect(await stored([pointIdOf("doc_b3")])).toEqual([]);
});

it("leaves a point alone that another collection has made since it looked", async () => {
  const late = pointOf("b9");
  const racing = new GrantedPoints(
    {
      ...all,
      upsert: async (...given) => {
        await qdrant.upsert(collection, [late], strong);
        await qdrant.upsert(...given);
      },
    } as typeof all,
    { ids: async () => ["col_a"] },
  );
  await racing.upsert(collection, [pointOf("b9", 9, "col_a")], strong);
  expect(await stored([late.id])).toEqual([late]);
});

it("changes and deletes its own points alone", async () => {
  await mine.overwritePayload(collection, { ...a1.payload, n: 5 }, { must: [{ has_id: four }] }, strong);
  await expect(mine.overwritePayload(collection, { ...b1.payload }, one, strong)).rejects.toMatchObject({
    status: 403,
  });
  await mine.delete(collection, { ids: [b1.id, a2.id] }, strong);
  await mine.delete(collection, { filter: { must: [{ has_id: four }] } }, strong);
  expect(await stored(four)).toEqual([b1, b2]);
});

it("sees and changes nothing without a collection, and everything without a bound", async () => {
  expect(await none.count(collection, undefined, options)).toBe(0);
  await none.delete(collection, { ids: four }, strong);
  await expect(none.upsert(collection, [a1], strong)).rejects.toMatchObject({ status: 403 });
  expect(await all.count(collection, undefined, options)).toBe(4);
  await all.delete(collection, { ids: [a1.id, b1.id] }, strong);
  expect(names(await stored(four))).toEqual(["doc_a2", "doc_b2"]);
});
