/** What a Qdrant tells of itself, at any address: its version, its figures by call, its optimizations. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

interface Statistics {
  count: number;
  avg_duration_micros: number;
  last_responded: string;
}
type ByEndpoint = Record<string, Record<string, Statistics>>;

/** The parts of results that are looked into. */
interface Result {
  app?: { version: string };
  collections?: { number_of_collections: number; collections?: Record<string, unknown>[]; snapshots?: unknown[] };
  requests?: { rest: { responses: ByEndpoint; per_collection_responses?: Record<string, ByEndpoint> } };
  summary?: { idle_segments: number };
  idle_segments?: { points_count: number }[];
}
interface Answer {
  status: number;
  text: string;
  result: Result;
  error: unknown;
}

const UPSERT = "PUT /collections/{collection_name}/points";

export function serviceSuite(target: () => ContractTarget): void {
  describe("what a server tells of itself", () => {
    let name = "";

    async function call(method: string, path: string, body?: unknown): Promise<Answer> {
      const { status, text } = await request(target(), method, path, body);
      const parsed: { result?: Result; status?: { error?: unknown } } = /^\{/.test(text) ? JSON.parse(text) : {};
      return { status, text, result: parsed.result ?? {}, error: parsed.status?.error };
    }
    const telemetry = async (query = ""): Promise<Result> => (await call("GET", `/telemetry${query}`)).result;
    const samples = async (metric: string, query = ""): Promise<string[]> =>
      (await call("GET", `/metrics${query}`)).text.split("\n").filter((line) => line.startsWith(`${metric}{`));
    const upsert = (id: number): Promise<Answer> =>
      call("PUT", `/collections/${name}/points?wait=true`, { points: [{ id, vector: [1, 2], payload: { id } }] });

    beforeEach(async () => {
      name = uniqueName("suite_service");
      await call("PUT", `/collections/${name}`, { vectors: { size: 2, distance: "Dot" } });
    });
    afterEach(() => call("DELETE", `/collections/${name}`));

    it("names its version, and the commit that it was made from", async () => {
      const about: unknown = JSON.parse((await call("GET", "/")).text);
      expect(about).toEqual({
        title: "qdrant - vector search engine",
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      });
    });

    it("counts the answers of each call by status, and times them", async () => {
      const before = (await telemetry("?details_level=1")).requests?.rest.responses[UPSERT]?.["200"]?.count ?? 0;
      await upsert(1);
      await upsert(2);
      await call("PUT", `/collections/${name}_none/points`, { points: [{ id: 1, vector: [1, 2] }] });
      const { requests } = await telemetry("?details_level=1");
      const after = requests?.rest.responses[UPSERT];
      expect(after?.["200"]?.count).toBeGreaterThanOrEqual(before + 2);
      expect(after?.["404"]?.count).toBeGreaterThanOrEqual(1);
      expect(after?.["200"]?.avg_duration_micros).toBeGreaterThan(0);
      expect(Date.now() - Date.parse(after?.["200"]?.last_responded ?? "")).toBeLessThan(60_000);
      expect(requests?.rest.per_collection_responses).toBeUndefined();
    });

    it("counts by collection where asked to", async () => {
      await upsert(1);
      const own = async (): Promise<ByEndpoint | undefined> =>
        (await telemetry("?per_collection=true")).requests?.rest.per_collection_responses?.[name];
      expect((await own())?.[UPSERT]?.["200"]?.count).toBe(1);
    });

    it.each([
      [0, undefined],
      [1, ["optimizers_status", "params", "vectors"]],
      [2, ["config", "id", "init_time_ms"]],
      [3, ["config", "id", "init_time_ms", "resharding", "shards", "transfers"]],
    ])("shows of collections what belongs to level %i", async (level, keys) => {
      const { collections } = await telemetry(`?details_level=${level}`);
      expect(collections?.number_of_collections).toBeGreaterThanOrEqual(1);
      expect(collections?.collections?.map((each) => Object.keys(each).sort())[0]).toEqual(keys);
    });

    it("tells the last operation and every point of a collection's segments", async () => {
      const shard = async (): Promise<unknown> => {
        const { collections } = await telemetry("?details_level=10");
        return collections?.collections?.find(({ id }) => id === name)?.["shards"];
      };
      expect(await shard()).toMatchObject([{ local: { num_points: 0, update_queue: { length: 0, op_num: 0 } } }]);
      await upsert(1);
      await upsert(1);
      await upsert(2);
      expect(await shard()).toMatchObject([
        {
          replicate_states: expect.any(Object),
          local: {
            status: "green",
            num_points: 2,
            num_vectors: 2,
            num_vectors_by_name: { "": 2 },
            segments: expect.arrayContaining([expect.objectContaining({ payload_field_indices: [] })]),
            update_queue: { length: 0, op_num: 3 },
          },
        },
      ]);
    });

    it("gives no collection's name away in an anonymised answer", async () => {
      await upsert(1);
      for (const path of ["/telemetry?details_level=10&per_collection=true&", "/metrics?per_collection=true&"]) {
        expect((await call("GET", path)).text).toContain(name);
        expect((await call("GET", `${path}anonymize=true`)).text).not.toContain(name);
      }
    });

    it("gives metrics of points, vectors and calls", async () => {
      await upsert(1);
      expect(await samples("collection_points")).toContain(`collection_points{id="${name}"} 1`);
      const upserts = 'method="PUT",endpoint="/collections/{collection_name}/points",status="200"';
      const metric = "rest_responses_total";
      expect((await samples(metric)).some((line) => line.includes(upserts) && !line.includes("collection="))).toBe(
        true,
      );
      expect(await samples(metric, "?per_collection=true")).toContain(`${metric}{${upserts},collection="${name}"} 1`);
      expect((await samples("rest_responses_duration_seconds_bucket")).some((line) => line.includes(upserts))).toBe(
        true,
      );
    });

    it.each(["/metrics", "/telemetry"])("refuses %s by collection unless it is true or false", async (path) => {
      expect(await call("GET", `${path}?per_collection=yes`)).toMatchObject({
        status: 400,
        error: "Deserialize error in query parameters: provided string was not `true` or `false`",
      });
    });

    it("shows optimizations, and the parts of them that are asked for", async () => {
      await upsert(1);
      const path = `/collections/${name}/optimizations`;
      const short = await call("GET", path);
      expect(Object.keys(short.result).sort()).toEqual(["running", "summary"]);
      const { result } = await call("GET", `${path}?with=queued%20,completed,%20idle_segments&completed_limit=1`);
      expect(result).toMatchObject({ running: [], queued: [], completed: [] });
      expect(result.idle_segments).toHaveLength(result.summary?.idle_segments ?? 0);
      expect(result.idle_segments?.reduce((sum, each) => sum + each.points_count, 0)).toBe(1);
    });

    it.each([
      ["?with=queued,all", 400, "Wrong input: Unknown field in 'with' parameter: all"],
      ["?completed_limit=few", 400, "Deserialize error in query parameters: invalid digit found in string"],
    ])("refuses optimizations %s", async (query, status, error) => {
      expect(await call("GET", `/collections/${name}/optimizations${query}`)).toMatchObject({ status, error });
      expect(await call("GET", `/collections/${name}_none/optimizations`)).toMatchObject({
        status: 404,
        error: `Not found: Collection \`${name}_none\` doesn't exist!`,
      });
    });

    it("takes no more payloads than strict mode's limit, and goes on deleting", async () => {
      const strict = { enabled: true, max_collection_payload_size_bytes: 50_000 };
      await call("PATCH", `/collections/${name}`, { strict_mode_config: strict });
      const text = "x".repeat(2_000);
      const write = (id: number): Promise<Answer> =>
        call("PUT", `/collections/${name}/points?wait=true`, { points: [{ id, vector: [1, 2], payload: { text } }] });
      // A server looks at the size at times only.
      let last = await write(0);
      for (let id = 1; id < 100 && last.status === 200; id++) last = await write(id);
      expect(last).toMatchObject({
        status: 400,
        error: expect.stringMatching(/^Bad request: Max payload storage size limit of 0\.04768\d*MB reached!$/),
      });
      expect(await call("POST", `/collections/${name}/points/delete?wait=true`, { filter: {} })).toMatchObject({
        status: 200,
      });
    });
  });
}
