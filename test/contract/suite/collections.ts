/** Collections, aliases, named vectors and payload indexes at any Qdrant address: what is easily got wrong at the edges. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

interface Answer {
  status: number;
  result: unknown;
  error: unknown;
}
interface Info {
  config: {
    params: Record<string, unknown>;
    hnsw_config: Record<string, unknown>;
    optimizer_config: Record<string, unknown>;
    metadata?: unknown;
  };
  payload_schema: Record<string, unknown>;
  points_count: number;
}

const V = { size: 2, distance: "Dot" };

export function collectionsSuite(target: () => ContractTarget): void {
  const made: string[] = [];
  const newName = (prefix = "suite_collections"): string => {
    const name = uniqueName(prefix);
    made.push(name);
    return name;
  };
  afterEach(async () => {
    for (const name of made.splice(0)) await call("DELETE", `/collections/${encodeURIComponent(name)}`);
  });

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await request(target(), method, path, body);
    const parsed: { result?: unknown; status?: { error?: unknown } } = JSON.parse(text);
    return { status, result: parsed.result, error: parsed.status?.error };
  }
  async function done(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, result, error } = await call(method, path, body);
    expect([status, error]).toEqual([200, undefined]);
    return result;
  }
  const at = (name: string): string => `/collections/${encodeURIComponent(name)}`;
  const info = async (name: string): Promise<Info> => (await done("GET", at(name))) as Info;
  async function collection(config: unknown = { vectors: V }): Promise<string> {
    const name = newName();
    expect(await done("PUT", at(name), config)).toBe(true);
    return name;
  }

  describe("a collection", () => {
    it("keeps a name of any script, spaces and dots too", async () => {
      const name = newName("suite ключ.名前 🔑");
      expect(await done("PUT", at(name), { vectors: V })).toBe(true);
      expect(await done("GET", `${at(name)}/exists`)).toEqual({ exists: true });
      expect(await done("GET", "/collections")).toEqual({ collections: expect.arrayContaining([{ name }]) as unknown });
      expect(await done("DELETE", at(name))).toBe(true);
      expect(await done("DELETE", at(name))).toBe(false);
      expect(await done("GET", `${at(name)}/exists`)).toEqual({ exists: false });
    });

    it.each(["<", ">", ":", '"', "/", "\\", "|", "?", "*", "\u001f"])(
      "takes no name with %j in it, and is not made",
      async (character) => {
        const name = newName(`suite${character}`);
        const { status, error } = await call("PUT", at(name), { vectors: V });
        expect([status, error]).toEqual([
          422,
          `Validation error in path parameters: [collection_name: collection name cannot contain "${character}" char]`,
        ]);
        expect(await done("GET", `${at(name)}/exists`)).toEqual({ exists: false });
      },
    );

    it("is made once", async () => {
      const name = await collection();
      expect(await call("PUT", at(name), { vectors: V })).toMatchObject({
        status: 409,
        error: `Wrong input: Collection \`${name}\` already exists!`,
      });
    });

    it("reads the older names of settings, and each setting once", async () => {
      const name = await collection({
        vectors: V,
        hnsw_config: { full_scan_threshold_kb: 50 },
        optimizers_config: { indexing_threshold_kb: 7, memmap_threshold_kb: 8, max_segment_size_kb: 9 },
      });
      const { hnsw_config, optimizer_config } = (await info(name)).config;
      expect(hnsw_config).toMatchObject({ full_scan_threshold: 50, m: 16 });
      expect(optimizer_config).toMatchObject({ indexing_threshold: 7, memmap_threshold: 8, max_segment_size: 9 });
      const twice = { optimizers_config: { indexing_threshold_kb: 7, indexing_threshold: 7 } };
      expect((await call("PATCH", at(name), twice)).error).toMatch(/^Format error in JSON body: duplicate field/);
    });

    it.each<[string, unknown, number, RegExp]>([
      ["no size", { vectors: { distance: "Dot" } }, 400, /^Format error/],
      ["a size of 0", { vectors: { ...V, size: 0 } }, 400, /^Format error/],
      [
        "a size too large",
        { vectors: { ...V, size: 65_537 } },
        422,
        /vectors\.size: value 65537 invalid, must be from 1/,
      ],
      ["one of several sizes too large", { vectors: { a: V, b: { ...V, size: 70_000 } } }, 422, /vectors\.\?\.size: /],
      ["a distance in lower case", { vectors: { ...V, distance: "dot" } }, 400, /^Format error/],
      ["null for vectors", { vectors: null }, 400, /^Format error/],
      ["another comparator", { vectors: { ...V, multivector_config: { comparator: "sum" } } }, 400, /^Format error/],
      ["one name for two vectors", { vectors: { a: V }, sparse_vectors: { a: {} } }, 400, /duplicate found with 'a'$/],
      ["an empty sparse name", { sparse_vectors: { "": {} } }, 400, /^Wrong input: /],
      ["a modifier of no kind", { sparse_vectors: { a: { modifier: "bm25" } } }, 400, /^Format error/],
      ["no shards", { vectors: V, shard_number: 0 }, 422, /shard_number: value 0 invalid, must be 1 or larger/],
      [
        "a thin graph",
        { vectors: V, hnsw_config: { ef_construct: 3 } },
        422,
        /ef_construct: value 3 invalid, must be 4/,
      ],
      [
        "a share over 1",
        { vectors: V, optimizers_config: { deleted_threshold: 1.5 } },
        422,
        /must be from 0\.0 to 1\.0/,
      ],
      [
        "empty segments",
        { vectors: V, optimizers_config: { max_segment_size_kb: 0 } },
        422,
        /max_segment_size: value 0/,
      ],
      ["a log of no size", { vectors: V, wal_config: { wal_capacity_mb: 0 } }, 422, /wal_capacity_mb: value 0 invalid/],
      [
        "a low quantile",
        { vectors: V, quantization_config: { scalar: { type: "int8", quantile: 0.25 } } },
        422,
        /0\.25/,
      ],
      ["metadata that is a list", { vectors: V, metadata: [] }, 400, /^Format error/],
      [
        "a strict limit of 0",
        { vectors: V, strict_mode_config: { max_timeout: 0 } },
        422,
        /max_timeout: value 0 invalid/,
      ],
    ])("is not made with %s", async (_what, config, status, text) => {
      const name = newName();
      const answer = await call("PUT", at(name), config);
      expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(text)]);
      expect(await done("GET", `${at(name)}/exists`)).toEqual({ exists: false });
    });

    it("merges its metadata, where null takes a key away", async () => {
      const name = await collection({ vectors: V, metadata: { a: 1, b: { c: 2 } } });
      await done("PATCH", at(name), { metadata: { b: { d: 3 }, e: 4, a: null } });
      expect((await info(name)).config.metadata).toEqual({ b: { d: 3 }, e: 4 });
    });
  });

  describe("aliases", () => {
    const alias = (collection_name: string, alias_name: string): unknown => ({
      create_alias: { collection_name, alias_name },
    });
    const change = (...actions: unknown[]): Promise<Answer> => call("POST", "/collections/aliases", { actions });

    it("lead to their collection everywhere, move, and go with it", async () => {
      const [one, two, name] = [await collection(), await collection(), uniqueName("suite_alias")];
      expect((await change(alias(one, name))).result).toBe(true);
      await done("PUT", `${at(name)}/points?wait=true`, { points: [{ id: 1, vector: [1, 2] }] });
      expect((await info(one)).points_count).toBe(1);
      expect(await done("GET", `${at(name)}/exists`)).toEqual({ exists: true });
      expect(await done("GET", `${at(one)}/aliases`)).toEqual({
        aliases: [{ alias_name: name, collection_name: one }],
      });
      // To a collection that is its own already, in one request, in order.
      expect((await change({ delete_alias: { alias_name: name } }, alias(two, name))).result).toBe(true);
      expect((await info(name)).points_count).toBe(0);
      expect(await done("DELETE", at(name))).toBe(false);
      await done("DELETE", at(two));
      expect(await call("GET", at(name))).toMatchObject({
        status: 404,
        error: `Not found: Collection \`${name}\` doesn't exist!`,
      });
    });

    it("keep what went well before an action that fails", async () => {
      const [one, first, second] = [await collection(), uniqueName("suite_alias"), uniqueName("suite_alias")];
      const nowhere = uniqueName("suite_nowhere");
      expect(await change(alias(one, first), alias(nowhere, second))).toMatchObject({
        status: 404,
        error: `Not found: Collection \`${nowhere}\` doesn't exist!`,
      });
      expect(await done("GET", `${at(one)}/aliases`)).toEqual({
        aliases: [{ alias_name: first, collection_name: one }],
      });
      expect(await change({ rename_alias: { old_alias_name: second, new_alias_name: first } })).toMatchObject({
        status: 404,
        error: `Not found: Alias ${second} does not exists!`,
      });
      expect((await change({ delete_alias: { alias_name: second } })).result).toBe(true);
    });

    it("and collections do not take each other's names", async () => {
      const [one, two, name] = [await collection(), await collection(), uniqueName("suite_alias")];
      expect((await change(alias(one, two))).status).toBe(409);
      await change(alias(one, name));
      expect(await call("PUT", at(name), { vectors: V })).toMatchObject({
        status: 400,
        error: `Wrong input: Can't create collection with name ${name}. Alias with the same name already exists`,
      });
    });
  });

  describe("named vectors", () => {
    it("come later, go with their data, and may then have another size", async () => {
      const name = await collection({});
      await done("PUT", `${at(name)}/vectors/ключ?wait=true`, { dense: { size: 2, distance: "Dot" } });
      await done("PUT", `${at(name)}/points?wait=true`, { points: [{ id: 1, vector: { ключ: [1, 2] } }] });
      await done("DELETE", `${at(name)}/vectors/ключ?wait=true`);
      await done("PUT", `${at(name)}/vectors/ключ?wait=true`, { dense: { size: 3, distance: "Dot" } });
      expect(await done("POST", `${at(name)}/points`, { ids: [1], with_vector: true })).toEqual([
        { id: 1, vector: {} },
      ]);
      expect(await call("PUT", `${at(name)}/vectors/ключ`, { dense: { size: 2, distance: "Dot" } })).toMatchObject({
        status: 400,
        error: "Wrong input: Vector `ключ` already exists with a different configuration",
      });
      await done("PUT", `${at(name)}/vectors/ключ?wait=true`, { dense: { size: 3, distance: "Dot" } });
    });

    it.each<[string, unknown, number]>([
      ["x".repeat(201), { dense: V }, 422],
      ["a:b", { dense: V }, 422],
      ["v", { dense: { ...V, size: 0 } }, 422],
      ["v", { dense: { ...V, size: 65_537 } }, 422],
      ["v", {}, 400],
      ["v", { dense: { size: 2 } }, 400],
      ["v", { sparse: { modifier: "x" } }, 400],
    ])("are not added as %s %j", async (vector, body, status) => {
      const name = await collection();
      const before = await info(name);
      expect((await call("PUT", `${at(name)}/vectors/${encodeURIComponent(vector)}`, body)).status).toBe(status);
      expect((await info(name)).config).toEqual(before.config);
    });
  });

  describe("payload indexes", () => {
    it("count the points with a fitting value, arrays by their elements", async () => {
      const name = await collection({});
      const values = [1, 1.5, "1", [2, "x"], [], null, { a: 1 }, true];
      const points = values.map((v, id) => ({ id, vector: {}, payload: { v } }));
      await done("PUT", `${at(name)}/points?wait=true`, { points });
      const counted = async (type: string): Promise<unknown> => {
        await done("PUT", `${at(name)}/index?wait=true`, { field_name: "v", field_schema: type });
        return (await info(name)).payload_schema["v"];
      };
      expect(await counted("integer")).toEqual({ data_type: "integer", points: 2 });
      expect(await counted("float")).toEqual({ data_type: "float", points: 3 });
      expect(await counted("keyword")).toEqual({ data_type: "keyword", points: 2 });
      expect(await counted("bool")).toEqual({ data_type: "bool", points: 1 });
      await done("DELETE", `${at(name)}/index/v?wait=true`);
      await done("DELETE", `${at(name)}/index/v?wait=true`);
      expect((await info(name)).payload_schema).toEqual({});
    });

    it.each<[unknown, number, RegExp]>([
      [{ field_name: "v" }, 400, /^Bad request: Can't auto-detect field type/],
      [{ field_name: "v", field_schema: "number" }, 400, /^Format error/],
      [{ field_name: "a..b", field_schema: "keyword" }, 400, /Invalid json path: 'a\.\.b'/],
      [
        { field_name: "v", field_schema: { type: "integer", lookup: false, range: false } },
        422,
        /can't be both disabled/,
      ],
      [{ field_name: "v", field_schema: { type: "text", tokenizer: "none" } }, 400, /^Format error/],
      [{ field_name: "v", field_schema: { type: "text", tokenizer: null } }, 400, /^Format error/],
      [{ field_name: "v", field_schema: "text", field_type: "text" }, 400, /^Format error.*duplicate field/],
      [
        { field_name: "v", field_type: { type: "integer", lookup: false, range: false } },
        422,
        /field_schema\.lookup: /,
      ],
      [{ field_schema: "keyword" }, 400, /^Format error/],
    ])("are not made of %j", async (body, status, text) => {
      const name = await collection();
      const answer = await call("PUT", `${at(name)}/index?wait=true`, body);
      expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(text)]);
      expect((await info(name)).payload_schema).toEqual({});
    });
  });
}
