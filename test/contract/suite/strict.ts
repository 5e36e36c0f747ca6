/** Which of several faults strict mode names, and which searches count as scans, at any Qdrant address. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

const on = (field: string): object => ({ key: field, match: { value: "x" } });
const SQUARE = [
  { lon: 0, lat: 0 },
  { lon: 1, lat: 0 },
  { lon: 1, lat: 1 },
  { lon: 0, lat: 0 },
];
const SCAN = /^Bad request: Request is forbidden because global vector indexing is disabled \(hnsw_config\.m = 0\)\. /;
const NO_TENANT_GRAPHS =
  /^Bad request: Request is forbidden because vector indexing is disabled \(hnsw_config\.m = 0 and /;
const unindexed = (field: string, type: string, alternative = "filter"): RegExp =>
  new RegExp(
    `^Bad request: Index required but not found for "${field}" of one of the following types: \\[${type}\\]\\. ` +
      `Help: Create an index for this key or use a different ${alternative}\\.$`,
  );
const inFormula = (field: string, type: string): RegExp => unindexed(field, type, "formula expression");

export function strictSuite(target: () => ContractTarget): void {
  describe("a strict collection", () => {
    const made: string[] = [];
    afterEach(async () => {
      for (const name of made.splice(0)) await request(target(), "DELETE", `/collections/${name}`);
    });

    /** Calls of a collection with these limits, whose field `tenant` is indexed. */
    async function strict(limits: object, settings: object = {}) {
      const name = uniqueName("suite_strict");
      made.push(name);
      const call = async (
        method: string,
        path: string,
        body?: unknown,
      ): Promise<{ status: number; error?: string }> => {
        const { status, text } = await request(target(), method, `/collections/${name}${path}`, body);
        const parsed: { status?: { error?: string } } = JSON.parse(text);
        return { status, error: parsed.status?.error };
      };
      const vectors = { size: 2, distance: "Dot" };
      const mode = { enabled: true, ...limits };
      expect((await call("PUT", "", { vectors, strict_mode_config: mode, ...settings })).status).toBe(200);
      const tenant = { field_name: "tenant", field_schema: { type: "keyword", is_tenant: true } };
      expect((await call("PUT", "/index?wait=true", tenant)).status).toBe(200);
      return call;
    }
    const refused = (text: RegExp): object => ({ status: 400, error: expect.stringMatching(text) });

    it("asks for an index before it counts conditions", async () => {
      const call = await strict({ unindexed_filtering_retrieve: false, filter_max_conditions: 1 });
      const scroll = (...must: object[]) => call("POST", "/points/scroll", { filter: { must } });
      expect(await scroll(on("a"), on("a"))).toEqual(refused(unindexed("a", "keyword")));
      expect(await scroll(on("tenant"), on("tenant"))).toEqual(refused(/^Bad request: Filter condition limit reached/));
    });

    it("does not count the corners of a polygon as a condition's size", async () => {
      const call = await strict({ condition_max_size: 3 });
      const polygon = { key: "g", geo_polygon: { exterior: { points: SQUARE } } };
      expect((await call("POST", "/points/count", { filter: { must: [polygon] } })).status).toBe(200);
      const any = { key: "a", match: { any: ["a", "b", "c", "d"] } };
      expect(await call("POST", "/points/count", { filter: { must: [any] } })).toEqual(
        refused(/^Bad request: Condition size limit reached \(4 > 3\)/),
      );
    });

    it.each<[string, unknown, RegExp]>([
      ["a number", { sum: ["$score", "n"] }, inFormula("n", "float, integer")],
      ["a place", { geo_distance: { origin: { lon: 0, lat: 0 }, to: "g" } }, inFormula("g", "geo")],
      ["a date", { exp_decay: { x: { datetime_key: "d" } } }, inFormula("d", "datetime")],
      ["a condition", on("k"), inFormula("k", "keyword")],
    ])("wants the index that serves what a formula reads: %s", async (_, formula, text) => {
      const call = await strict({ unindexed_filtering_retrieve: false });
      expect(await call("POST", "/points/query", { prefetch: { query: [1, 1] }, query: { formula } })).toEqual(
        refused(text),
      );
    });

    it("looks at the search parameters in an order of its own", async () => {
      const call = await strict({ search_max_oversampling: 2, search_max_hnsw_ef: 5, search_allow_exact: false });
      const params = { exact: true, hnsw_ef: 10, quantization: { oversampling: 3 } };
      const search = (given: object) => call("POST", "/points/search", { vector: [1, 1], limit: 1, params: given });
      expect(await search(params)).toEqual(refused(/for "oversampling"/));
      expect(await search({ ...params, quantization: {} })).toEqual(refused(/for "hnsw_ef"/));
    });

    it.each([
      ["query", { query: [1, 1], limit: 3 }],
      ["query/batch", { searches: [{ query: [1, 1], limit: 3 }] }],
      ["search", { vector: [1, 1], limit: 3 }],
      ["search/batch", { searches: [{ vector: [1, 1], limit: 3 }] }],
      ["scroll", { limit: 3 }],
    ])("looks at the timeout last (%s)", async (path, body) => {
      const call = await strict({ max_query_limit: 2, max_timeout: 5 });
      expect(await call("POST", `/points/${path}?timeout=9`, body)).toEqual(refused(/for "limit"/));
      expect(await call("POST", `/points/${path}?timeout=9`, JSON.stringify(body).replace("3", "2"))).toEqual(
        refused(/^Bad request: Limit exceeded 9 > 5 for "timeout"/),
      );
    });

    it.each([
      ["PUT", "/index", { field_name: "b", field_schema: "keyword" }, 400],
      ["PUT", "/vectors/v", { dense: { size: 2, distance: "Dot" } }, 400],
      ["DELETE", "/index/tenant", undefined, 200],
      ["DELETE", "/vectors/v", undefined, 200],
    ])("limits the timeout of what is made, not of what is dropped (%s %s)", async (method, path, body, status) => {
      const call = await strict({ max_timeout: 5 });
      expect((await call(method, `${path}?wait=true&timeout=9`, body)).status).toBe(status);
      expect((await call(method, `${path}?wait=true&timeout=5`, body)).status).toBe(200);
    });

    it.each<[string, string, object, RegExp | undefined]>([
      ["a query", "query", { query: [1, 1] }, SCAN],
      ["a prefetch", "query", { prefetch: { query: [1, 1] }, query: [1, 1] }, SCAN],
      [
        "a prefetch of groups, which nobody looks at",
        "query/groups",
        grouped({ prefetch: { query: [1, 1] } }),
        undefined,
      ],
      ["a query of groups", "query/groups", grouped({}), SCAN],
      ["an older search, which may scan", "search", { vector: [1, 1], limit: 1 }, undefined],
      ["an older search of groups", "search/groups", grouped({ vector: [1, 1], limit: 1, group_size: 1 }), undefined],
      ["a query by a tenant without graphs", "query", filtered({ must: [on("tenant")] }), NO_TENANT_GRAPHS],
      ["a query by another field", "query", filtered({ must: [on("a")] }), SCAN],
    ])("that forbids scans and has no graph: %s", async (_, path, body, text) => {
      const call = await strict({ search_allow_exact: false }, { hnsw_config: { m: 0 } });
      expect(await call("POST", `/points/${path}`, body)).toEqual(
        text === undefined ? { status: 200, error: undefined } : refused(text),
      );
    });

    it.each(["must", "should", "must_not"])("lets tenants with graphs of their own search, by %s", async (part) => {
      const call = await strict({ search_allow_exact: false }, { hnsw_config: { m: 0, payload_m: 8 } });
      for (const condition of [on("tenant"), { is_empty: { key: "tenant" } }, { must: [on("tenant")] }]) {
        expect((await call("POST", "/points/query", filtered({ [part]: [condition] }))).status).toBe(200);
      }
      expect(await call("POST", "/points/query", filtered({ [part]: [on("a")] }))).toEqual(refused(SCAN));
    });

    it("takes no more payload when it has enough, be it by points or by itself", async () => {
      const call = await strict({ max_collection_payload_size_bytes: 50_000, max_points_count: 1 });
      const text = "x".repeat(100_000);
      const upsert = () => call("PUT", "/points?wait=true", { points: [{ id: 1, vector: [1, 1], payload: { text } }] });
      // A server looks at the size at times only.
      let last = await upsert();
      for (let count = 1; count < 100 && last.status === 200; count++) last = await upsert();
      const full = refused(/^Bad request: Max payload storage size limit of /);
      expect(last).toEqual(full);
      expect(await call("POST", "/points/payload?wait=true", { payload: {}, points: [1] })).toEqual(full);
      expect(await call("PUT", "/points/payload?wait=true", { payload: {}, points: [1] })).toEqual(full);
      expect((await call("POST", "/points/payload/delete?wait=true", { keys: ["text"], points: [1] })).status).toBe(
        200,
      );
    });

    it.each([
      [{ sample: 4, limit: 3 }, 12],
      [{ limit: 11 }, 11],
      [{ sample: 11 }, 11],
      [{ sample: 10 }, undefined],
      [{}, undefined],
    ])("counts of a matrix what is given: %j", async (body, counted) => {
      const call = await strict({ max_query_limit: 10 });
      expect(await call("POST", "/points/search/matrix/pairs", body)).toEqual(
        counted === undefined
          ? { status: 200, error: undefined }
          : refused(new RegExp(`Limit exceeded ${counted} > 10`)),
      );
    });

    it.each([
      ["integer", 200],
      [{ type: "integer", lookup: true }, 200],
      [{ type: "integer" }, 400],
      [{ type: "integer", lookup: false, range: true }, 400],
      ["float", 400],
    ])("groups by an index that looks values up (%j)", async (schema, status) => {
      const call = await strict({ unindexed_filtering_retrieve: false });
      await call("PUT", "/index?wait=true", { field_name: "n", field_schema: schema });
      expect((await call("POST", "/points/query/groups", { query: [1, 1], group_by: "n" })).status).toBe(status);
    });

    it.each([
      ["query", { query: [1, 1] }, true],
      ["search", { vector: [1, 1] }, true],
      ["recommend", { positive: [1] }, false],
    ])("asks for an index of the field to group by before it looks at the limit (%s)", async (kind, body, asks) => {
      const call = await strict({ unindexed_filtering_retrieve: false, max_query_limit: 5 });
      const request = { ...body, group_by: "a", limit: 3, group_size: 2 };
      expect(await call("POST", `/points/${kind}/groups`, request)).toEqual(
        refused(asks ? /^Bad request: Index required but not found for "a"\. / : /^Bad request: Limit exceeded 6 > 5 /),
      );
    });

    it("counts its points with every 32nd write only", async () => {
      const call = await strict({ max_points_count: 1 });
      const upsert = (id: number) => call("PUT", "/points?wait=true", { points: [{ id, vector: [1, 1] }] });
      for (let write = 1; write < 32; write++) expect((await upsert(write)).status).toBe(200);
      const full = { status: 400, error: "Bad request: Max points count limit of 1 reached!" };
      expect(await upsert(32)).toEqual(full);
      await call("POST", "/points/delete?wait=true", { filter: {} });
      for (let write = 33; write < 64; write++) expect(await upsert(write)).toEqual(full);
      expect((await upsert(64)).status).toBe(200);
    });
  });
}

const grouped = (rest: object): object => ({ query: [1, 1], group_by: "tenant", ...rest });
const filtered = (filter: object): object => ({ query: [1, 1], filter });
