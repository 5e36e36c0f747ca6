/** Filters at any Qdrant address: what is easily got wrong at the edges, with and without indexes. Bodies are raw text where a
 *  JavaScript number would lose what is tested. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

interface Answer {
  status: number;
  body: { result?: unknown; status?: unknown };
}
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const field = (value: unknown, name: string): unknown => (isFields(value) ? value[name] : undefined);

/** Calls of one collection that is made anew for each test. */
class Points {
  constructor(
    private readonly target: ContractTarget,
    private readonly name: string,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await request(this.target, method, `/collections/${this.name}${path}`, body);
    const parsed: unknown = JSON.parse(text);
    return { status, body: isFields(parsed) ? parsed : {} };
  }

  /** Points 1, 2, … with these payloads, as JSON text. */
  async hold(...payloads: string[]): Promise<void> {
    const points = payloads.map((payload, at) => `{"id":${at + 1},"vector":[${at},1],"payload":${payload}}`);
    const { status } = await this.call("PUT", "/points?wait=true", `{"points":[${points.join(",")}]}`);
    expect(status).toBe(200);
  }
  async index(name: string, schema: unknown): Promise<void> {
    const body = { field_name: name, field_schema: schema };
    expect((await this.call("PUT", "/index?wait=true", body)).status).toBe(200);
  }

  /** The ids that match, after a look whether count and scroll agree. */
  async matching(filter: string): Promise<unknown[]> {
    const scrolled = await this.call("POST", "/points/scroll", `{"limit":1000,"filter":${filter}}`);
    expect(scrolled.status).toBe(200);
    const points = field(scrolled.body.result, "points");
    const ids = Array.isArray(points) ? points.map((point) => field(point, "id")) : [];
    const counted = await this.call("POST", "/points/count", `{"exact":true,"filter":${filter}}`);
    expect(counted.body.result).toEqual({ count: ids.length });
    return ids;
  }
  async refusal(filter: string): Promise<{ status: number; text: unknown }> {
    const { status, body } = await this.call("POST", "/points/scroll", `{"filter":${filter}}`);
    return { status, text: field(body.status, "error") };
  }
}

const must = (...conditions: string[]): string => `{"must":[${conditions.join(",")}]}`;

export function filtersSuite(target: () => ContractTarget): void {
  const made: Points[] = [];
  afterEach(async () => {
    for (const points of made.splice(0)) await points.call("DELETE", "");
  });
  async function collection(): Promise<Points> {
    const points = new Points(target(), uniqueName("suite_filters"));
    made.push(points);
    expect((await points.call("PUT", "", { vectors: { size: 2, distance: "Dot" } })).status).toBe(200);
    return points;
  }

  describe("filters over integers", () => {
    it.each(["plain", "integer", "keyword"])("tell neighbours beyond 2^53 apart (%s)", async (kind) => {
      const points = await collection();
      await points.hold(
        '{"n":9007199254740993}',
        '{"n":9007199254740992}',
        '{"n":-9223372036854775808}',
        '{"n":18446744073709551615}',
      );
      if (kind !== "plain") await points.index("n", kind);
      expect(await points.matching(must('{"key":"n","match":{"value":9007199254740993}}'))).toEqual([1]);
      expect(
        await points.matching(must('{"key":"n","match":{"any":[9007199254740992,-9223372036854775808]}}')),
      ).toEqual([2, 3]);
    });

    it("see true as no number, and a number as no text", async () => {
      const points = await collection();
      await points.hold('{"v":1}', '{"v":true}', '{"v":"1"}', '{"v":"true"}');
      for (const type of [undefined, "integer", "bool", "keyword"]) {
        if (type) await points.index("v", type);
        expect(await points.matching(must('{"key":"v","match":{"value":1}}'))).toEqual([1]);
        expect(await points.matching(must('{"key":"v","match":{"value":true}}'))).toEqual([2]);
        expect(await points.matching(must('{"key":"v","match":{"value":"1"}}'))).toEqual([3]);
      }
    });
  });

  describe("filters by keys", () => {
    it("take odd keys in quotes and any script without", async () => {
      const points = await collection();
      await points.hold('{"a b":1,"a.b":2,"ключ":3,"":4,"__proto__":5,"x[0]":6}', '{"a":{"b":2}}');
      expect(await points.matching(must('{"key":"\\"a b\\"","match":{"value":1}}'))).toEqual([1]);
      expect(await points.matching(must('{"key":"\\"a.b\\"","match":{"value":2}}'))).toEqual([1]);
      expect(await points.matching(must('{"key":"a.b","match":{"value":2}}'))).toEqual([2]);
      expect(await points.matching(must('{"key":"ключ","match":{"value":3}}'))).toEqual([1]);
      expect(await points.matching(must('{"key":"\\"\\"","match":{"value":4}}'))).toEqual([1]);
      expect(await points.matching(must('{"key":"__proto__","match":{"value":5}}'))).toEqual([1]);
      expect(await points.matching(must('{"key":"constructor","match":{"except":[]}}'))).toEqual([]);
      expect(await points.matching(must('{"key":"\\"x[0]\\"","match":{"value":6}}'))).toEqual([1]);
    });

    it.each(["", "a b", "a..b", "a[", "[0]", "a.", '\\"a'])("refuse the path %j", async (path) => {
      const points = await collection();
      expect((await points.refusal(must(`{"key":"${path}","match":{"value":1}}`))).status).toBe(400);
    });
  });

  describe("filters under change", () => {
    it("follow updates, deletions and payload calls by index", async () => {
      const points = await collection();
      await points.hold('{"k":"a","n":1}', '{"k":"a","n":2}', '{"k":"b","n":3}');
      await points.index("k", "keyword");
      await points.index("n", "integer");
      const a = must('{"key":"k","match":{"value":"a"}}');
      const low = must('{"key":"n","range":{"lt":3}}');
      expect([await points.matching(a), await points.matching(low)]).toEqual([
        [1, 2],
        [1, 2],
      ]);

      await points.call("POST", "/points/payload?wait=true", { payload: { k: "b", n: 9 }, points: [1] });
      expect([await points.matching(a), await points.matching(low)]).toEqual([[2], [2]]);
      await points.call("POST", "/points/delete?wait=true", { points: [2] });
      expect([await points.matching(a), await points.matching(low)]).toEqual([[], []]);
      await points.hold('{"k":["a","b"],"n":[1,5]}');
      expect([await points.matching(a), await points.matching(low)]).toEqual([[1], [1]]);
      await points.call("POST", "/points/payload/clear?wait=true", { points: [1] });
      expect([await points.matching(a), await points.matching(low)]).toEqual([[], []]);
      expect(await points.matching(must('{"is_empty":{"key":"k"}}'))).toEqual([1]);
    });

    it("give plain answers again once an index is dropped", async () => {
      const points = await collection();
      await points.hold('{"t":"Quick fox"}');
      const half = must('{"key":"t","match":{"text":"uick"}}');
      expect(await points.matching(half)).toEqual([1]);
      await points.index("t", "text");
      expect(await points.matching(half)).toEqual([]);
      expect((await points.call("DELETE", "/index/t?wait=true")).status).toBe(200);
      expect(await points.matching(half)).toEqual([1]);
    });

    it("delete by filter what they match, and nothing else", async () => {
      const points = await collection();
      await points.hold('{"n":1}', '{"n":2}', '{"n":"1"}', "{}");
      const filter = { must: [{ key: "n", match: { value: 1 } }] };
      await points.call("POST", "/points/delete?wait=true", { filter });
      expect(await points.matching("{}")).toEqual([2, 3, 4]);
    });
  });

  describe("combined conditions", () => {
    it("constrain nothing where they are empty, and match nothing where they can't", async () => {
      const points = await collection();
      await points.hold("{}", "{}");
      expect(
        await points.matching('{"must":[],"should":[],"must_not":[],"min_should":{"conditions":[],"min_count":3}}'),
      ).toEqual([1, 2]);
      expect(
        await points.matching('{"min_should":{"conditions":[{"has_id":[1]},{"has_id":[1,2]}],"min_count":3}}'),
      ).toEqual([]);
      expect(
        await points.matching('{"min_should":{"conditions":[{"has_id":[1]},{"has_id":[1,2]}],"min_count":2}}'),
      ).toEqual([1]);
      expect(await points.matching('{"must":{"has_id":[]}}')).toEqual([]);
      expect(await points.matching('{"must_not":{"has_id":[2,99]}}')).toEqual([1]);
    });

    it("hold for one and the same element inside nested", async () => {
      const points = await collection();
      await points.hold(
        '{"l":[{"a":1,"b":2},{"a":3,"b":4}]}',
        '{"l":[{"a":1,"b":4}]}',
        '{"l":{"a":1,"b":4}}',
        '{"l":[]}',
      );
      const both = '{"key":"a","match":{"value":1}},{"key":"b","match":{"value":4}}';
      expect(await points.matching(must(`{"nested":{"key":"l","filter":${must(both)}}}`))).toEqual([2]);
      expect(
        await points.matching(must('{"key":"l[].a","match":{"value":1}}', '{"key":"l[].b","match":{"value":4}}')),
      ).toEqual([1, 2]);
      expect(
        await points.matching(must('{"nested":{"key":"l[]","filter":{"must_not":[{"key":"a","match":{"value":1}}]}}}')),
      ).toEqual([1]);
      expect(await points.matching(must('{"nested":{"key":"l","filter":{"should":[]}}}'))).toEqual([]);
      expect(await points.matching(must('{"nested":{"key":"l","filter":{"must":[{"has_id":[1,2]}]}}}'))).toEqual([]);
    });

    it("note each condition without a clause with its place", async () => {
      const points = await collection();
      const { status, text } = await points.refusal('{"must":[{"key":"a","match":{"value":1}},{"key":"b"}]}');
      expect(status).toBe(422);
      expect(text).toBe(
        "Validation error in JSON body: [scroll_request.filter.must[1].__all__: Validation error: At least one field condition must be specified [{}]]",
      );
    });
  });

  describe("dates", () => {
    it.each(["plain", "datetime"])("are one instant in every spelling (%s)", async (kind) => {
      const points = await collection();
      await points.hold(
        '{"d":"2021-03-04T05:06:07Z"}',
        '{"d":"2021-03-04T07:06:07+02:00"}',
        '{"d":"2021-03-04 05:06:07"}',
        '{"d":"2021-03-04"}',
        '{"d":"04.03.2021"}',
        '{"d":1614834367}',
      );
      if (kind !== "plain") await points.index("d", kind);
      const at = "2021-03-04T05:06:07Z";
      expect(await points.matching(must(`{"key":"d","range":{"gte":"${at}","lte":"${at}"}}`))).toEqual([1, 2, 3]);
      expect(await points.matching(must(`{"key":"d","range":{"lt":"${at}"}}`))).toEqual([4]);
      expect((await points.refusal(must('{"key":"d","range":{"gt":"soon"}}'))).status).toBe(400);
    });
  });

  describe("places", () => {
    it.each(["plain", "geo"])("meet boxes across the antimeridian, circles and polygons (%s)", async (kind) => {
      const points = await collection();
      await points.hold(
        '{"g":{"lon":179,"lat":1}}',
        '{"g":{"lon":-179,"lat":1}}',
        '{"g":{"lon":0,"lat":1}}',
        '{"g":[{"lon":50,"lat":50},{"lon":0.5,"lat":0.5}]}',
        '{"g":{"lon":"0","lat":1}}',
      );
      if (kind !== "plain") await points.index("g", kind);
      const corner = (lon: number, lat: number): string => `{"lon":${lon},"lat":${lat}}`;
      expect(
        await points.matching(
          must(`{"key":"g","geo_bounding_box":{"top_left":${corner(170, 10)},"bottom_right":${corner(-170, -10)}}}`),
        ),
      ).toEqual([1, 2]);
      expect(
        await points.matching(must(`{"key":"g","geo_radius":{"center":${corner(0, 0)},"radius":100000}}`)),
      ).toEqual([4]);
      const ring = [corner(-1, -1), corner(2, -1), corner(2, 2), corner(-1, 2), corner(-1, -1)].join(",");
      expect(await points.matching(must(`{"key":"g","geo_polygon":{"exterior":{"points":[${ring}]}}}`))).toEqual([
        3, 4,
      ]);
      expect(
        (await points.refusal(must(`{"key":"g","geo_radius":{"center":${corner(0, 91)},"radius":1}}`))).status,
      ).toBe(400);
    });
  });

  describe("order_by", () => {
    it("gives a row per distinct value, none without a value, and starts where it is told", async () => {
      const points = await collection();
      await points.hold('{"n":[3,1,3]}', '{"n":2}', '{"n":"2"}', "{}");
      await points.index("n", "integer");
      const rows = async (order: unknown): Promise<unknown[]> => {
        const { body } = await points.call("POST", "/points/scroll", { order_by: order });
        const listed = field(body.result, "points");
        return Array.isArray(listed) ? listed.map((row) => [field(row, "id"), field(row, "order_value")]) : [];
      };
      expect(await rows("n")).toEqual([
        [1, 1],
        [2, 2],
        [1, 3],
      ]);
      expect(await rows({ key: "n", direction: "desc", start_from: 2.5 })).toEqual([
        [2, 2],
        [1, 1],
      ]);
      const refused = await points.call("POST", "/points/scroll", { order_by: "other" });
      expect(refused.status).toBe(400);
      expect(field(refused.body.status, "error")).toContain("No range index for `order_by` key: `other`");
    });
  });
}
