/** Query calls at any Qdrant address: what is easily got wrong at the edges. Scores and orders at large are for the property test
 *  and the recorded conversations. */
import { type ContractTarget } from "../target";
import { queryCalls } from "./query-calls";
import { queryStages } from "./query-stages";

export function querySuite(target: () => ContractTarget): void {
  queryStages(target);

  describe("queries", () => {
    const { call, done, hits, ids, line } = queryCalls(target);

    it("finds nothing in an empty collection, whatever is asked", async () => {
      await done("PUT", "", { vectors: { size: 2, distance: "Dot" } });
      expect(await hits({ query: [1, 1] })).toEqual([]);
      expect(await hits({})).toEqual([]);
      expect(await hits({ query: { sample: "random" } })).toEqual([]);
      expect(await hits({ prefetch: { query: [1, 1] }, query: { fusion: "rrf" } })).toEqual([]);
      expect(await hits({ query: { context: [] } })).toEqual([]);
    });

    it("sees a write at once, and a deletion", async () => {
      await line();
      await done("PUT", "/points?wait=true", { points: [{ id: 9, vector: [9, 0] }] });
      expect(await ids({ query: [1, 0], limit: 1 })).toEqual([9]);
      await done("POST", "/points/delete?wait=true", { points: [9] });
      expect(await ids({ query: [1, 0], limit: 1 })).toEqual([3]);
    });

    it("takes limits and offsets beyond anything there", async () => {
      await line();
      const all = '{"query":[1,0],"limit":9007199254740993,"offset":0}';
      expect(await ids(all)).toEqual([3, 2, 1]);
      expect(await ids('{"query":[1,0],"limit":5,"offset":9007199254740993}')).toEqual([]);
      expect(await ids({ query: [1, 0], limit: 1, offset: 2 })).toEqual([1]);
    });

    it("answers ties in the same order each time", async () => {
      await done("PUT", "", { vectors: { size: 1, distance: "Dot" } });
      const points = Array.from({ length: 50 }, (_, i) => ({ id: i, vector: [1] }));
      await done("PUT", "/points?wait=true", { points });
      const first = await ids({ query: [1], limit: 20 });
      expect(new Set(first).size).toBe(20);
      expect(await ids({ query: [1], limit: 20 })).toEqual(first);
    });

    it.each([
      ["Dot", [3, 2]],
      ["Euclid", []],
    ])("keeps what is strictly better than a threshold (%s)", async (distance, expected) => {
      await line(distance);
      const threshold = distance === "Dot" ? 1 : 0;
      expect(await ids({ query: [1, 0], score_threshold: threshold })).toEqual(expected);
    });

    it("leaves out the points that a query names, not those of another collection", async () => {
      await line();
      expect(await ids({ query: 3 })).toEqual([2, 1]);
      expect(await ids({ query: { recommend: { positive: [1], negative: [2] } } })).toEqual([3]);
      expect(await ids({ prefetch: { query: [1, 0] }, query: 3 })).toEqual([2, 1]);
    });

    it("reads ids up to the end of u64", async () => {
      await done("PUT", "", { vectors: { size: 1, distance: "Dot" } });
      await done(
        "PUT",
        "/points?wait=true",
        '{"points":[{"id":18446744073709551615,"vector":[2]},{"id":0,"vector":[1]}]}',
      );
      const { text } = await call("POST", "/points/query", '{"query":[1]}');
      expect(text).toContain('"id":18446744073709551615');
      expect(await ids('{"query":18446744073709551615}')).toEqual([0]);
      expect((await call("POST", "/points/query", '{"query":18446744073709551616}')).status).toBe(400);
    });

    it("shows a score that is no number as null", async () => {
      await line();
      const [hit] = await hits('{"query":[1e39,0],"limit":1}');
      expect(hit?.score).toBeNull();
    });

    it("tells points found from points listed by their version", async () => {
      await line();
      expect((await hits({ query: [1, 0] })).every(({ version }) => version > 0)).toBe(true);
      expect(await hits({ limit: 1 })).toEqual([{ id: 1, version: 0, score: 1 }]);
    });

    it("nests prefetches 64 deep and no deeper", async () => {
      await line();
      const nested = (depth: number): object =>
        depth === 0 ? { query: [1, 0] } : { prefetch: nested(depth - 1), query: [1, 0], limit: 2 };
      expect(await ids(nested(64))).toEqual([3, 2]);
      expect(await call("POST", "/points/query", nested(65))).toMatchObject({
        status: 400,
        error: "Wrong input: Validation failed: prefetches depth 65 exceeds max depth 64",
      });
    });

    it("groups a point under each of its values", async () => {
      await line();
      const { result } = await call("POST", "/points/query/groups", { query: [1, 0], group_by: "tags" });
      expect(result?.groups?.map((group) => [group.id, group.hits.map(({ id }) => id)])).toEqual([
        ["b", [2, 1]],
        ["a", [1]],
      ]);
    });

    it("uses names of any script, and says which name is unknown", async () => {
      await done("PUT", "", { vectors: { 名前: { size: 1, distance: "Dot" } }, sparse_vectors: { ключ: {} } });
      await done("PUT", "/points?wait=true", {
        points: [{ id: 1, vector: { 名前: [1], ключ: { indices: [4294967295], values: [2] } } }],
      });
      expect(await ids({ query: [1], using: "名前" })).toEqual([1]);
      expect(await ids({ query: { indices: [4294967295], values: [1] }, using: "ключ" })).toEqual([1]);
      expect(await call("POST", "/points/query", { query: [1], using: "name" })).toMatchObject({
        status: 400,
        error: "Wrong input: Not existing vector name error: name",
      });
    });

    it.each<[string, unknown, number, RegExp]>([
      ["a limit of 0", { query: [1, 0], limit: 0 }, 422, /internal\.limit: value 0 invalid, must be 1 or larger/],
      ["a vector of another size", { query: [1] }, 400, /expected dim: 2, got 1/],
      ["sparse values without a partner", { query: { indices: [1], values: [] } }, 422, /internal\.query\.values/],
      ["rows of different sizes", { query: [[0.5, 1], [1]] }, 422, /internal\.query\.data/],
      ["an unknown kind of query", { query: { closest: [1, 0] } }, 400, /^Format error in JSON body/],
      ["text as a query", { query: "abc" }, 400, /^Format error in JSON body/],
      ["a threshold without a query", { score_threshold: 1 }, 400, /A query is needed to use the score_threshold/],
      ["prefetches without a query", { prefetch: {} }, 400, /A query is needed to merge the prefetches/],
      ["fusion without prefetches", { query: { fusion: "rrf" } }, 400, /cannot apply Fusion without prefetches/],
      ["a formula without prefetches", { query: { formula: 1 } }, 400, /cannot apply Formula without prefetches/],
      ["a missing id", { query: 77 }, 404, /^Not found: No point with id 77 found$/],
      ["a missing lookup", { query: 1, lookup_from: { collection: "nowhere" } }, 404, /Collection nowhere not found/],
      ["an order without an index", { query: { order_by: "n" } }, 400, /No range index for `order_by` key: `n`/],
      ["diversity above 1", { query: { nearest: [1, 0], mmr: { diversity: 2 } } }, 422, /must be from 0.0 to 1.0/],
      ["a filter with an unknown key", { query: [1, 0], filter: { most: [] } }, 400, /^Format error in JSON body/],
      ["a body that is a list", [], 400, /^Format error in JSON body/],
      ["no body", undefined, 400, /^Format error in JSON body/],
    ])("refuses %s", async (_what, body, status, error) => {
      await line();
      const answer = await call("POST", "/points/query", body);
      expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(error)]);
    });

    it("fails a batch whole where one of it fails", async () => {
      await line();
      const good = { query: [1, 0], limit: 1 };
      const { result } = await call("POST", "/points/query/batch", { searches: [good, {}] });
      expect(result).toHaveLength(2);
      const answer = await call("POST", "/points/query/batch", { searches: [good, { query: [1, 0], limit: 0 }] });
      expect(answer).toMatchObject({ status: 422, error: expect.stringContaining("searches[1].internal.limit") });
    });

    it("facets by count, then by value", async () => {
      await line();
      await done("PUT", "/index?wait=true", { field_name: "kind", field_schema: "keyword" });
      await done("PUT", "/points?wait=true", {
        points: [{ id: 4, vector: [1, 1], payload: { kind: ["ä", "z", "x"] } }],
      });
      const { result } = await call("POST", "/facet", { key: "kind" });
      const counted = { x: 3, y: 1, z: 1, ä: 1 };
      expect(result).toEqual({ hits: Object.entries(counted).map(([value, count]) => ({ value, count })) });
      expect(await call("POST", "/facet", { key: "n" })).toMatchObject({
        status: 400,
        error: expect.stringContaining("No appropriate index for faceting: `n`"),
      });
    });

    it("sums short vectors to the last digit as it always does", async () => {
      await done("PUT", "", { vectors: { size: 4, distance: "Dot" } });
      const points = [
        { id: 1, vector: [0.05, 0.61, 0.76, 0.74] },
        { id: 2, vector: [0.19, 0.81, 0.75, 0.11] },
      ];
      await done("PUT", "/points?wait=true", { points });
      expect((await call("POST", "/points/search/matrix/pairs", {})).text).toContain('"score":1.1550001');
      expect((await call("POST", "/points/query", { query: 1 })).text).toContain('"score":1.1550001');
    });

    it("cuts a sample of what prefetches gave by the offset, and a sample of the collection not", async () => {
      await line();
      const sample = { query: { sample: "random" } };
      const seen = new Set<unknown>();
      for (let draw = 0; draw < 200 && seen.size < 2; draw++) {
        const found = await ids({ ...sample, prefetch: { limit: 2 }, offset: 1 });
        expect(found).toHaveLength(1);
        seen.add(found[0]);
      }
      expect([...seen].sort()).toEqual([1, 2]);
      expect(await ids({ ...sample, offset: 2 })).toHaveLength(3);
    });

    it("tells of a missing id in a prefetch before it refuses a fused vector's name", async () => {
      await done("PUT", "", { vectors: { a: { size: 1, distance: "Dot" } } });
      const fused = (id: number): object => ({
        prefetch: { query: id, using: "a" },
        query: { fusion: "rrf" },
        using: "a",
      });
      await done("PUT", "/points?wait=true", { points: [{ id: 1, vector: { a: [1] } }] });
      expect(await call("POST", "/points/query", fused(2))).toMatchObject({ status: 404 });
      expect(await call("POST", "/points/query", fused(1))).toMatchObject({
        status: 400,
        error: "Bad request: Fusion queries cannot be combined with the 'using' field.",
      });
    });

    it("weighs a sparse query anew when the modifier changes", async () => {
      await done("PUT", "", { sparse_vectors: { s: { modifier: "idf" } } });
      const sparse = (...indices: number[]): unknown => ({ s: { indices, values: indices.map(() => 1) } });
      const points = [1, 2, 3, 4].map((id) => ({ id, vector: id === 4 ? sparse(9) : sparse(1, 2) }));
      await done("PUT", "/points?wait=true", { points });
      const query = { query: { indices: [1, 2, 9], values: [1, 1, 1.5] }, using: "s", limit: 1 };
      expect(await ids(query)).toEqual([4]);
      await done("PATCH", "", { sparse_vectors: { s: { modifier: "none" } } });
      expect(await ids(query)).not.toEqual([4]);
    });

    it("makes sparse vectors of texts by BM25, in documents and in queries", async () => {
      await done("PUT", "", { sparse_vectors: { s: {} } });
      const text = (words: string, options?: unknown): unknown => ({ text: words, model: "Qdrant/bm25", options });
      const points = [
        { id: 1, vector: { s: text("The mind killers fear; fear is the mind-killer.") } },
        { id: 2, vector: { s: text("A pleasure to burn") } },
        { id: 3, vector: { s: text("the a an and") } },
      ];
      await done("PUT", "/points?wait=true", { points });
      const [hit, ...others] = await hits({ query: text("Should I fear it?"), using: "s" });
      expect([hit?.id, others]).toEqual([1, []]);
      // Two of six words: 2 · 2.2 / (2 + 1.2 · (0.25 + 0.75 · 6 / 256)).
      expect(hit?.score).toBeCloseTo(1.8957, 4);
      expect(await ids({ query: text("the"), using: "s" })).toEqual([]);
      await done("PUT", "/points/vectors?wait=true", {
        points: [{ id: 3, vector: { s: text("the burning", { language: "none" }) } }],
      });
      expect(await ids({ query: text("THE", { language: "none" }), using: "s" })).toEqual([3]);
    });

    it.each<[string, unknown, number, RegExp]>([
      [
        "another model",
        { text: "a", model: "bert" },
        500,
        /^Service internal error: InferenceService URL not configured/,
      ],
      ["an image", { image: "a", model: "bm25" }, 400, /^Wrong input: Only text input is supported for bm25\.$/],
      [
        "a b above 1",
        { text: "a", model: "bm25", options: { b: 2 } },
        400,
        /BM25 b must be finite and in \[0\.0, 1\.0\]/,
      ],
      ["no average", { text: "a", model: "bm25", options: { avg_len: 0 } }, 400, /BM25 avg_doc_len must be finite/],
      [
        "an unknown tokenizer",
        { text: "a", model: "bm25", options: { tokenizer: "no" } },
        400,
        /^Wrong input: Invalid BM25/,
      ],
    ])("refuses a text for a vector: %s", async (_what, query, status, error) => {
      await done("PUT", "", { sparse_vectors: { s: {} } });
      const answer = await call("POST", "/points/query", { query, using: "s" });
      expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(error)]);
      const point = { id: 1, vector: { s: query } };
      expect((await call("PUT", "/points?wait=true", { points: [point] })).status).toBe(status);
    });

    it("needs two points for a matrix", async () => {
      await line();
      const one = { filter: { must: [{ has_id: [1] }] } };
      expect((await call("POST", "/points/search/matrix/pairs", one)).result).toEqual({ pairs: [] });
      const two = { filter: { must: [{ has_id: [1, 3] }] } };
      expect((await call("POST", "/points/search/matrix/offsets", two)).result).toEqual({
        offsets_row: [0, 1],
        offsets_col: [1, 0],
        scores: [3, 3],
        ids: [1, 3],
      });
    });
  });
}
