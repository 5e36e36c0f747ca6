/** Point calls at any Qdrant address: what is easily got wrong at the edges. Bodies are raw text where a JavaScript number
 *  would lose what is tested. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

interface Answer {
  status: number;
  /** As received. */
  text: string;
  /** The parsed body; empty bodies are null. */
  body: { result?: unknown; status?: unknown } | null;
}

/** Calls of one collection that is made anew for each test. */
class Points {
  constructor(
    private readonly target: ContractTarget,
    private readonly name: string,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await request(this.target, method, `/collections/${this.name}${path}`, body);
    const parsed: unknown = text === "" ? null : JSON.parse(text);
    return { status, text, body: typeof parsed === "object" ? parsed : null };
  }
  upsert(body: unknown): Promise<Answer> {
    return this.call("PUT", "/points?wait=true", body);
  }
  retrieve(body: unknown): Promise<Answer> {
    return this.call("POST", "/points", body);
  }
  scroll(body: unknown): Promise<Answer> {
    return this.call("POST", "/points/scroll", body);
  }
  async count(): Promise<unknown> {
    return (await this.call("POST", "/points/count", {})).body?.result;
  }
}

const failure = (text: string): unknown => ({ status: { error: text }, time: expect.any(Number) });
const success = (result: unknown): unknown => ({ result, status: "ok", time: expect.any(Number) });

export function pointsSuite(target: () => ContractTarget): void {
  const made: Points[] = [];
  afterEach(async () => {
    for (const points of made.splice(0)) await points.call("DELETE", "");
  });
  async function collection(config: unknown = { vectors: { size: 2, distance: "Dot" } }): Promise<Points> {
    const points = new Points(target(), uniqueName("suite_points"));
    made.push(points);
    expect((await points.call("PUT", "", config)).status).toBe(200);
    return points;
  }
  const payloadOnly = (): Promise<Points> => collection({});

  describe("point ids", () => {
    it("keep every u64 and stand before all UUIDs, in order", async () => {
      const points = await payloadOnly();
      const ids = [
        '"00000000-0000-0000-0000-000000000000"',
        "18446744073709551615",
        "9007199254740993",
        "9007199254740992",
        "0",
        '"ffffffff-ffff-ffff-ffff-ffffffffffff"',
      ];
      await points.upsert(`{"points":[${ids.map((id) => `{"id":${id},"vector":{}}`).join()}]}`);
      const page = await points.scroll({ with_payload: false });
      expect([...page.text.matchAll(/"id":("[^"]*"|\d+)/g)].map(([, id]) => id)).toEqual([
        "0",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
        '"00000000-0000-0000-0000-000000000000"',
        '"ffffffff-ffff-ffff-ffff-ffffffffffff"',
      ]);
    });

    it("find the neighbour of 2^53 by path and by body", async () => {
      const points = await payloadOnly();
      await points.upsert('{"points":[{"id":9007199254740993,"vector":{},"payload":{"odd":true}}]}');
      expect((await points.call("GET", "/points/9007199254740993")).text).toContain('"id":9007199254740993');
      expect((await points.call("GET", "/points/9007199254740992")).status).toBe(404);
      expect((await points.retrieve('{"ids":[9007199254740992]}')).body?.result).toEqual([]);
    });

    it.each(["18446744073709551616", "-1", "1.0", '"1"', "null", '"nope"', "[]"])(
      "refuse %s in a body, and write nothing",
      async (id) => {
        const points = await payloadOnly();
        const answer = await points.upsert(`{"points":[{"id":7,"vector":{}},{"id":${id},"vector":{}}]}`);
        expect(answer.status).toBe(400);
        expect(answer.body).toEqual(failure(expect.stringMatching(/^Format error in JSON body: /)));
        expect(await points.count()).toEqual({ count: 0 });
      },
    );

    it("take each spelling of a UUID as the same point", async () => {
      const points = await payloadOnly();
      for (const id of ["A1B2C3D4-0000-4000-8000-00000000ABCD", "a1b2c3d400004000800000000000abcd"]) {
        await points.upsert({ points: [{ id, vector: {} }] });
      }
      const page = await points.scroll({ with_payload: false });
      expect(page.body).toEqual(
        success({ points: [{ id: "a1b2c3d4-0000-4000-8000-00000000abcd" }], next_page_offset: null }),
      );
    });
  });

  describe("payloads", () => {
    it("keep any key and any number", async () => {
      const points = await payloadOnly();
      const payload = '{"":1,"a.b":2,"a[0]":3,"__proto__":{"x":4},"ключ":{"🔑":5},"n":[1.0,-0.0,18446744073709551615]}';
      await points.upsert(`{"points":[{"id":1,"vector":{},"payload":${payload}}]}`);
      expect((await points.call("GET", "/points/1")).text).toContain(`"payload":${payload}`);
    });

    it("keep lists of numbers as they are under keys that vectors have, however they come", async () => {
      const points = await collection({ vectors: { payload: { size: 2, distance: "Dot" } } });
      const payload =
        '{"vector":[0.1,1.0,16777217.0],"vectors":{"vector":[[0.30000000000000004]]},"payload":{"vector":[1e-7]}}';
      const vector = '{"payload":[1.5,2.0]}';
      await points.upsert(`{"points":[{"vector":${vector},"id":1,"payload":${payload}},{"id":4,"vector":${vector}}]}`);
      await points.upsert(`{"batch":{"payloads":[${payload}],"ids":[2],"vectors":{"payload":[[1.5,2.0]]}}}`);
      await points.call("PUT", "/points/payload?wait=true", `{"payload":${payload},"points":[4]}`);
      const upsert = `{"upsert":{"points":[{"payload":${payload},"id":3,"vector":${vector}}]}}`;
      await points.call("POST", "/points/batch?wait=true", `{"operations":[${upsert}]}`);
      for (const id of [1, 2, 3, 4]) {
        const { text } = await points.call("GET", `/points/${id}`);
        expect(text).toContain(`"payload":${payload}`);
        expect(text).toContain(`"vector":{"payload":[1.5,2.0]}`);
      }
    });

    it("are reached below unicode and quoted keys", async () => {
      const points = await payloadOnly();
      await points.upsert({ points: [{ id: 1, vector: {}, payload: { ключ: { "a b": 1, c: 2 } } }] });
      await points.call("POST", "/points/payload/delete?wait=true", { keys: ['ключ."a b"'], points: [1] });
      const answer = await points.retrieve({ ids: [1], with_payload: ["ключ"] });
      expect(answer.body?.result).toEqual([{ id: 1, payload: { ключ: { c: 2 } } }]);
    });

    it("change on the points that are there when a listed one is missing", async () => {
      const points = await payloadOnly();
      await points.upsert({ points: [{ id: 1, vector: {}, payload: { a: 1 } }] });
      const answer = await points.call("POST", "/points/payload?wait=true", { payload: { b: 2 }, points: [9, 1] });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(failure("Not found: No point with id 9 found"));
      const after = await points.retrieve({ ids: [1], with_payload: true });
      expect(after.body?.result).toEqual([{ id: 1, payload: { a: 1, b: 2 } }]);
    });

    it.each(["a..b", "", "a[", "a[-1]", "a b"])("refuse the path %j", async (key) => {
      const points = await payloadOnly();
      const answer = await points.call("POST", "/points/payload?wait=true", { payload: {}, points: [1], key });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(failure(expect.stringContaining(`Invalid json path: '${key}'`)));
    });
  });

  describe("an empty collection", () => {
    it("answers every read", async () => {
      const points = await collection();
      expect(await points.count()).toEqual({ count: 0 });
      expect((await points.scroll({})).body?.result).toEqual({ points: [], next_page_offset: null });
      expect((await points.scroll({ offset: 5, filter: { must: [{ has_id: [1] }] } })).body?.result).toEqual({
        points: [],
        next_page_offset: null,
      });
      expect((await points.retrieve({ ids: [1] })).body?.result).toEqual([]);
    });

    it("lets everything be deleted from it", async () => {
      const points = await collection();
      for (const body of [{ points: [1] }, { filter: {} }]) {
        expect((await points.call("POST", "/points/delete?wait=true", body)).status).toBe(200);
      }
    });
  });

  describe("scrolling", () => {
    it("starts at the offset itself, or behind it, and ends with null", async () => {
      const points = await payloadOnly();
      await points.upsert({ points: [1, 3, 5].map((id) => ({ id, vector: {} })) });
      const ids = async (body: object): Promise<unknown> =>
        (await points.scroll({ with_payload: false, ...body })).body?.result;
      expect(await ids({ offset: 3, limit: 1 })).toEqual({ points: [{ id: 3 }], next_page_offset: 5 });
      expect(await ids({ offset: 4 })).toEqual({ points: [{ id: 5 }], next_page_offset: null });
      expect(await ids({ offset: 6 })).toEqual({ points: [], next_page_offset: null });
      expect(await ids({ offset: "ffffffff-ffff-ffff-ffff-ffffffffffff" })).toEqual({
        points: [],
        next_page_offset: null,
      });
    });

    it("visits each of many points once, with a filter and without", async () => {
      const points = await payloadOnly();
      const ids = Array.from({ length: 700 }, (_, i) => i * 3);
      await points.upsert({ points: ids.map((id) => ({ id, vector: {}, payload: { even: id % 2 === 0 } })) });
      const visit = async (filter?: object): Promise<number[]> => {
        const seen: number[] = [];
        let offset: unknown = null;
        do {
          const { body } = await points.scroll({ limit: 64, offset, filter, with_payload: false });
          const result = body?.result;
          if (!isPage(result)) throw new Error(`not a page: ${JSON.stringify(body)}`);
          seen.push(...result.points.map(({ id }) => id));
          offset = result.next_page_offset;
        } while (offset !== null);
        return seen;
      };
      expect(await visit()).toEqual(ids);
      const evens = { must: [{ key: "even", match: { value: true } }] };
      expect(await visit(evens)).toEqual(ids.filter((id) => id % 2 === 0));
      await points.call("PUT", "/index?wait=true", { field_name: "even", field_schema: "bool" });
      expect(await visit(evens)).toEqual(ids.filter((id) => id % 2 === 0));
    });

    it("takes a limit beyond any collection and refuses 0", async () => {
      const points = await payloadOnly();
      await points.upsert({ points: [{ id: 1, vector: {} }] });
      expect((await points.scroll('{"limit":18446744073709551615,"with_payload":false}')).body?.result).toEqual({
        points: [{ id: 1 }],
        next_page_offset: null,
      });
      const none = await points.scroll({ limit: 0 });
      expect(none.status).toBe(422);
      expect(none.body).toEqual(
        failure("Validation error in JSON body: [scroll_request.limit: value 0 invalid, must be 1 or larger]"),
      );
    });
  });

  describe("a repeated key", () => {
    it.each([
      ["alone", (upsert: string) => ["PUT", "/points", upsert] as const],
      ["in a batch", (upsert: string) => ["POST", "/points/batch", `{"operations":[{"upsert":${upsert}}]}`] as const],
    ])("counts with its last value in an upsert %s", async (_, callOf) => {
      const points = await collection();
      await points.upsert({ points: [{ id: 1, vector: [1, 2], payload: { n: 1 } }] });
      const [method, path, body] = callOf(
        '{"points":[],"points":[{"id":7,"id":1,"vector":[1],"vector":[3,4]},{"id":2,"vector":[5,6]}],' +
          '"update_filter":{"must":[{"key":"n","match":{"value":9}}],"must":[{"key":"n","match":{"value":1}}]}}',
      );
      expect((await points.call(method, `${path}?wait=true`, body)).status).toBe(200);
      expect((await points.scroll({ with_vector: true })).body?.result).toEqual({
        points: [
          { id: 1, payload: {}, vector: [3, 4] },
          { id: 2, payload: {}, vector: [5, 6] },
        ],
        next_page_offset: null,
      });
    });

    it.each([
      ["PUT", "/points/vectors", '{"points":[{"id":1,"vector":[3,4],"vector":[5,6]}]}'],
      ["POST", "/points/payload", '{"payload":{"a":1},"payload":{"b":2},"points":[1]}'],
      ["POST", "/points/delete", '{"points":[1],"points":[1]}'],
    ])("is refused by other writes (%s %s)", async (method, path, body) => {
      const points = await collection();
      await points.upsert({ points: [{ id: 1, vector: [1, 2] }] });
      const answer = await points.call(method, `${path}?wait=true`, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(failure(expect.stringMatching(/^Format error in JSON body/)));
      const kept = await points.retrieve({ ids: [1], with_payload: true, with_vector: true });
      expect(kept.body?.result).toEqual([{ id: 1, payload: {}, vector: [1, 2] }]);
    });
  });

  describe("what is refused", () => {
    it.each<[string, string, unknown, number, string]>([
      ["PUT", "/points", { points: [] }, 400, "Bad request: Empty update request"],
      ["PUT", "/points", { points: [{ id: 1, vector: [1] }] }, 400, "Vector dimension error: expected dim: 2, got 1"],
      ["PUT", "/points", { points: [{ id: 1, vector: { x: [1, 2] } }] }, 400, "Not existing vector name error: x"],
      ["PUT", "/points", { points: [{ id: 1, vector: [[1, 2]] }] }, 400, "Conversion between multi and regular"],
      ["PUT", "/points", { points: [{ id: 1, vector: [] }] }, 422, "dense vector must not be empty"],
      ["PUT", "/points", { batch: { ids: [1], vectors: [[]] } }, 422, "[batch.vector: dense vector must not be empty]"],
      [
        "PUT",
        "/points",
        { batch: { ids: [1, 2], vectors: [[1, 2]], payloads: [] } },
        422,
        "vectors must be equal (2 != 1)]",
      ],
      ["PUT", "/points", '{"points":[', 400, "Format error in JSON body"],
      ["PUT", "/points", "", 400, "Format error in JSON body"],
      ["PUT", "/points/vectors", { points: [] }, 422, "points: must specify points to update"],
      ["POST", "/points/delete", {}, 400, "Format error in JSON body"],
      ["POST", "/points/delete", { points: [] }, 400, "Bad request: Empty update request"],
      ["POST", "/points/payload", { payload: {} }, 400, "Either list of point ids or filter must be provided"],
      ["POST", "/points/vectors/delete", { vector: [""] }, 400, "Bad request: No filter or points provided"],
      ["POST", "/points/batch", { operations: [{ merge: {} }] }, 400, "Format error in JSON body"],
    ])("%s %s %j", async (method, path, body, status, text) => {
      const points = await collection();
      const answer = await points.call(method, `${path}?wait=true`, body);
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual(failure(expect.stringContaining(text)));
      expect(await points.count()).toEqual({ count: 0 });
    });

    it.each(["wait=yes", "wait=true&wait=true", "ordering=loose", "timeout=soon", "timeout=-1"])(
      "the query string %s",
      async (query) => {
        const points = await payloadOnly();
        const answer = await points.call("PUT", `/points?${query}`, { points: [{ id: 1, vector: {} }] });
        expect(answer.status).toBe(400);
        expect(answer.body).toEqual(failure(expect.stringMatching(/^Deserialize error in query parameters: /)));
        expect(await points.count()).toEqual({ count: 0 });
      },
    );

    it("a whole upsert for one wrong size, before anything is written", async () => {
      const points = await collection();
      const answer = await points.upsert({
        points: [
          { id: 1, vector: [1, 2] },
          { id: 2, vector: [1, 2, 3] },
        ],
      });
      expect(answer.status).toBe(400);
      expect(await points.count()).toEqual({ count: 0 });
    });

    it("a deletion of vectors by no ids, after the filter beside them has had its effect", async () => {
      const points = await collection();
      await points.upsert({ points: [{ id: 1, vector: [1, 2] }] });
      const answer = await points.call("POST", "/points/vectors/delete?wait=true", {
        points: [],
        filter: {},
        vector: [""],
      });
      expect([answer.status, answer.body]).toEqual([400, failure("Bad request: Empty update request")]);
      expect((await points.retrieve({ ids: [1], with_vector: true })).body?.result).toEqual([{ id: 1, vector: {} }]);
    });

    it("nothing of an unwaited write but wrong sizes", async () => {
      const points = await collection();
      const unknown = await points.call("PUT", "/points", { points: [{ id: 1, vector: { x: [1, 2] } }] });
      expect(unknown.body?.result).toEqual({ operation_id: expect.any(Number), status: "acknowledged" });
      const wrongSize = await points.call("PUT", "/points", { points: [{ id: 1, vector: [1] }] });
      expect(wrongSize.status).toBe(400);
    });
  });

  describe("a shard key, where there are none", () => {
    it.each<[string, string, object, number, string]>([
      ["PUT", "/points", { points: [{ id: 1, vector: {} }] }, 400, 'Wrong input: Shard key "a" not found'],
      ["POST", "/points/delete", { filter: {} }, 400, 'Wrong input: Shard key "a" not found'],
      ["POST", "/points/scroll", {}, 400, 'Bad request: Shard key "a" not found'],
      ["POST", "/points/query", { limit: 3 }, 400, 'Bad request: Shard key "a" not found'],
      ["POST", "/facet", { key: "n" }, 400, 'Bad request: Shard key "a" not found'],
    ])("is refused, and nothing is done (%s %s)", async (method, path, body, status, text) => {
      const points = await payloadOnly();
      await points.upsert({ points: [{ id: 7, vector: {} }] });
      const answer = await points.call(method, `${path}?wait=true`, { ...body, shard_key: "a" });
      expect([answer.status, answer.body]).toEqual([status, failure(text)]);
      expect(await points.count()).toEqual({ count: 1 });
    });

    it("that is null is none", async () => {
      const points = await payloadOnly();
      expect((await points.upsert({ points: [{ id: 7, vector: {} }], shard_key: null })).status).toBe(200);
      expect((await points.scroll({ shard_key: null })).status).toBe(200);
    });
  });

  describe("a strict collection", () => {
    const strict = (limits: object): Promise<Points> =>
      collection({ strict_mode_config: { enabled: true, ...limits } });

    it("counts a read by its ids and by its filter's conditions", async () => {
      const points = await strict({ read_rate_limit: 4 });
      const tooLarge = failure(expect.stringContaining("request larger than rate limiter capacity"));
      const five = await points.retrieve({ ids: [1, 2, 3, 4, 5] });
      expect(five.status).toBe(429);
      expect(five.body).toEqual(tooLarge);
      const conditions = [1, 2, 3, 4].map((value) => ({ key: "n", match: { value } }));
      expect((await points.scroll({ filter: { must: conditions } })).body).toEqual(tooLarge);
      expect((await points.retrieve({ ids: [1, 2, 3, 4] })).status).toBe(200);
      expect((await points.retrieve({ ids: [1] })).status).toBe(429);
      await points.call("PATCH", "", { strict_mode_config: { read_rate_limit: 4 } });
      expect((await points.retrieve({ ids: [1] })).status).toBe(200);
    });

    it("refuses a batch whole when one of its writes is too large", async () => {
      const points = await strict({ upsert_max_batchsize: 1 });
      const upsert = (...ids: number[]): object => ({ upsert: { points: ids.map((id) => ({ id, vector: {} })) } });
      const answer = await points.call("POST", "/points/batch?wait=true", { operations: [upsert(1), upsert(2, 3)] });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(failure(expect.stringContaining('Limit exceeded 2 > 1 for "upsert limit"')));
      expect(await points.count()).toEqual({ count: 0 });
    });

    it("wants an index for what a filter reads, nested fields too", async () => {
      const points = await strict({ unindexed_filtering_retrieve: false, unindexed_filtering_update: false });
      const filter = { must: [{ nested: { key: "l", filter: { must: [{ key: "y", match: { value: 2 } }] } } }] };
      const wanted = failure(expect.stringContaining('Index required but not found for "l[].y"'));
      expect((await points.scroll({ filter })).body).toEqual(wanted);
      expect((await points.call("POST", "/points/delete?wait=true", { filter })).body).toEqual(wanted);
      await points.call("PUT", "/index?wait=true", { field_name: "l[].y", field_schema: "integer" });
      expect((await points.scroll({ filter })).status).toBe(200);
    });
  });

  describe("a batch", () => {
    it("stops at the first operation that fails and keeps what came before", async () => {
      const points = await payloadOnly();
      const upsert = (id: number): object => ({ upsert: { points: [{ id, vector: {} }] } });
      const answer = await points.call("POST", "/points/batch?wait=true", {
        operations: [upsert(1), { set_payload: { payload: {}, points: [9] } }, upsert(2)],
      });
      expect(answer.status).toBe(404);
      expect(await points.count()).toEqual({ count: 1 });
    });
  });
}

function isPage(result: unknown): result is { points: { id: number }[]; next_page_offset: unknown } {
  return typeof result === "object" && result !== null && "points" in result && Array.isArray(result.points);
}
