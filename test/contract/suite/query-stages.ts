/** Queries of several stages at any Qdrant address, and how they score: prefetches, examples, diversity, groups, formulas. */
import { type ContractTarget } from "../target";
import { queryCalls } from "./query-calls";

export function queryStages(target: () => ContractTarget): void {
  describe("queries of several stages", () => {
    const { call, done, hits, ids, line, name } = queryCalls(target);

    it("leaves out of every prefetch, and of the answer, what one of them names", async () => {
      await line();
      const prefetch = [{ query: 3 }, { query: [1, 0] }];
      expect(await ids({ prefetch, query: { fusion: "rrf" } })).toEqual([2, 1]);
      expect(await ids({ prefetch: { prefetch, query: { fusion: "rrf" } }, query: [1, 0] })).toEqual([2, 1]);
    });

    it("tells of missing ids before anything else that is wrong", async () => {
      await line();
      for (const body of [{ prefetch: { query: 77 } }, { prefetch: { query: 77 }, query: [1], score_threshold: 1 }]) {
        expect(await call("POST", "/points/query", body)).toMatchObject({
          status: 404,
          error: "Not found: No point with id 77 found",
        });
      }
    });

    it("knows no shard key to look ids up in, but asks for one only where there is an id", async () => {
      await line();
      const from = (shard_key: unknown): unknown => ({ collection: name(), shard_key });
      const refused = { status: 400, error: 'Bad request: Shard key "a" not found' };
      expect(await call("POST", "/points/query", { query: 1, lookup_from: from("a") })).toMatchObject(refused);
      const recommend = { positive: [1], limit: 1, lookup_from: from(["a"]) };
      expect(await call("POST", "/points/recommend", recommend)).toMatchObject(refused);
      expect(await ids({ query: [1, 0], lookup_from: from("a") })).toEqual([3, 2, 1]);
      expect(await ids({ query: 1, lookup_from: from(null) })).toEqual([3, 2]);
      expect(await call("POST", "/points/query", { query: 1, lookup_from: from({}) })).toMatchObject({ status: 400 });
    });

    it("averages examples of different sizes, and minds the size of what comes out alone", async () => {
      await line();
      const average = (...positive: number[][]): object => ({ query: { recommend: { positive } } });
      expect(await ids(average([1], [1, 1]))).toEqual([3, 2, 1]);
      expect(await call("POST", "/points/query", average([1, 1], [1, 1, 1]))).toMatchObject({
        status: 400,
        error: "Wrong input: Vector dimension error: expected dim: 2, got 3",
      });
    });

    it("takes the last of equally diverse points, with the last of all in the place of one picked", async () => {
      await done("PUT", "", { vectors: { size: 4, distance: "Dot" } });
      const axis = (at: number): number[] => [0, 1, 2, 3].map((i) => (i === at ? 1 : 0));
      await done("PUT", "/points?wait=true", { points: [0, 1, 2, 3].map((i) => ({ id: i + 1, vector: axis(i) })) });
      expect(await ids({ query: { nearest: [4, 3, 2, 1], mmr: { diversity: 1 } } })).toEqual([1, 3, 2, 4]);
    });

    it("picks within a prefetch among all that its sources gave, and keeps their scores", async () => {
      await done("PUT", "", { vectors: { size: 2, distance: "Dot" } });
      const vectors = [
        [3, 0],
        [2.9, 0],
        [0, 1],
      ];
      await done("PUT", "/points?wait=true", { points: vectors.map((vector, i) => ({ id: i + 1, vector })) });
      const picked = { prefetch: {}, query: { nearest: [1, 1], mmr: { diversity: 0.9 } }, limit: 2 };
      expect((await ids({ prefetch: picked, query: [1, 0] })).toSorted()).toEqual([1, 3]);
      expect(await hits({ prefetch: picked, query: { formula: "$score" } })).toMatchObject([
        { score: 1 },
        { score: 1 },
      ]);
    });

    it("weighs relevance against diversity without the modifier that found the candidates", async () => {
      await done("PUT", "", { sparse_vectors: { s: { modifier: "idf" } } });
      const sparse = (weights: Record<number, number>): object => ({
        indices: Object.keys(weights).map(Number),
        values: Object.values(weights),
      });
      const vectors = [sparse({ 1: 1, 2: 0.2 }), sparse({ 1: 1 }), sparse({ 2: 1 }), sparse({ 3: 1 })];
      await done("PUT", "/points?wait=true", { points: vectors.map((s, i) => ({ id: i + 1, vector: { s } })) });
      // 2 is as relevant as 1.9 and like 1 by 1, 3 by 1 and 0.2. The modifier would take a third off both relevances.
      const query = { nearest: sparse({ 1: 1.9, 2: 1 }), mmr: { diversity: 0.5 } };
      expect(await ids({ query, using: "s" })).toEqual([1, 2, 3]);
    });

    it("takes no threshold in a discovery by the older call", async () => {
      await line();
      const { text } = await call("POST", "/points/discover", { target: [1, 0], limit: 3, score_threshold: 100 });
      expect(JSON.parse(text)).toMatchObject({ result: [{ id: 3 }, { id: 2 }, { id: 1 }] });
      const found = await call("POST", "/points/discover", { target: [1, 0], limit: 3, score_threshold: "high" });
      expect(found.status).toBe(200);
    });

    it("lets the prefetches of groups find as many times more points as a group holds", async () => {
      await line();
      const grouped = async (group_size: number): Promise<unknown> => {
        const prefetch = { query: [1, 0], limit: 1 };
        const body = { prefetch, query: { fusion: "rrf" }, group_by: "kind", group_size };
        const { result } = await call("POST", "/points/query/groups", body);
        return result?.groups?.flatMap(({ hits }) => hits.map(({ id, score }) => [id, score]));
      };
      // One at a time, each is the first of its turn.
      expect(await grouped(1)).toEqual(
        expect.arrayContaining([
          [3, 0.5],
          [2, 0.5],
        ]),
      );
      expect(await grouped(2)).toContainEqual([2, expect.closeTo(1 / 3)]);
    });

    it("reads defaults of scores with a point, and refuses a decay's midpoint before its scale", async () => {
      await line();
      const scored =
        '{"prefetch":{"query":[1,0],"limit":1},"query":{"formula":"$score[1]","defaults":{"$score[1]":2.0}}}';
      expect(await hits(scored)).toMatchObject([{ id: 3, score: 2 }]);
      const decay = { exp_decay: { x: "n", midpoint: 1, scale: 0 } };
      expect(await call("POST", "/points/query", { prefetch: {}, query: { formula: decay } })).toMatchObject({
        status: 400,
        error: "Wrong input: Validation failed: Decay midpoint should be in the range (0.0, 1.0), got 1.",
      });
    });

    it.each([
      ["2024", "premature end of input"],
      ["2024-1-", "premature end of input"],
      ["", "premature end of input"],
      ["2024/01/01", "input contains invalid characters"],
      ["12345-01-01", "input contains invalid characters"],
      ["2024-13-01", "input is out of range"],
      ["2024-01-00", "input is out of range"],
      ["2023-02-29", "input is out of range"],
      ["2024-01-01T25:00:00Z", "trailing input"],
    ])("says what is wrong with the date %j in a formula and in a payload", async (datetime, fault) => {
      await line();
      const error = async (formula: unknown): Promise<unknown> =>
        (await call("POST", "/points/query", { prefetch: {}, query: { formula } })).error;
      expect(await error({ datetime })).toBe(
        `Wrong input: Validation failed: failed to parse date-time ${datetime}: ${fault}`,
      );
      await done("PUT", "/points?wait=true", { points: [{ id: 1, vector: [1, 0], payload: { at: datetime } }] });
      expect(await error({ datetime_key: "at" })).toContain(`defaults. Error: ${fault}`);
    });

    it.each<[unknown, string]>([
      [
        { lon: 200, lat: 1.5 },
        "Wrong format of GeoPoint payload: expected `lat` = 1.5 within [-90;90] and `lon` = 200",
      ],
      [{ lon: "x" }, 'invalid type: string "x", expected f64'],
      [{ lon: 1 }, "missing field `lat`"],
      [
        [
          { lon: 1, lat: 1 },
          { lon: 2, lat: 2 },
        ],
        "invalid type: map, expected f64",
      ],
      [[1, 2, 3], "invalid length 3, expected fewer elements in array"],
      [[], "No value found in a payload nor defaults"],
      [null, "invalid type: null, expected struct GeoPointShadow"],
    ])("finds no place in the payload %j", async (at, fault) => {
      await done("PUT", "", { vectors: { size: 1, distance: "Dot" } });
      await done("PUT", "/points?wait=true", { points: [{ id: 1, vector: [1], payload: { at } }] });
      const formula = { geo_distance: { origin: { lon: 0, lat: 0 }, to: "at" } };
      const { status, error } = await call("POST", "/points/query", { prefetch: {}, query: { formula } });
      expect([status, error]).toEqual([400, expect.stringContaining(`defaults. Error: ${fault}`)]);
    });

    it("takes a list of a longitude and a latitude for a place, and an empty list for no value", async () => {
      await done("PUT", "", { vectors: { size: 1, distance: "Dot" } });
      await done("PUT", "/points?wait=true", { points: [{ id: 1, vector: [1], payload: { at: [0, 90], n: [] } }] });
      const formula = { geo_distance: { origin: { lon: 0, lat: 90 }, to: "at" } };
      expect(await hits({ prefetch: {}, query: { formula } })).toMatchObject([{ score: 0 }]);
      expect(await hits({ prefetch: {}, query: { formula: "n", defaults: { n: 7 } } })).toMatchObject([{ score: 7 }]);
    });
  });
}
