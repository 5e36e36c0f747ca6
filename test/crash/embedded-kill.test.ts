/** The engine is killed with SIGKILL at random moments while writers of every kind write; afterwards every acknowledged write is
 *  there, no request is there in part, and nothing had to be repaired. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import canonicalize from "canonicalize";
import { type EngineProcess, call, engineProcess } from "../support/engine-process";

const ROUNDS = 10;
const SIZE = 64;
const COLLECTION = "/collections/crash";
const INDEX_TYPES = ["keyword", "integer", "float", "datetime"];

type Sent = [method: string, path: string, body?: unknown];

/** Something that one writer moves from one generation to the next, by one request each. Generation 0 is before any. */
interface Register {
  name: string;
  request(generation: number): Sent;
  /** What `observe` sees when that request, and none after it, took effect. */
  expected(generation: number): unknown;
  observe(engine: EngineProcess): Promise<unknown>;
  /** False where the writer does not wait for the disk: then an earlier generation may be what is left, but a whole one. */
  waits?: false;
}

const resultOf = async (engine: EngineProcess, ...sent: Sent): Promise<unknown> => {
  const answer = await call(engine, ...sent);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { result: unknown }).result;
};
/** Points by ids with all that they hold, in that order. */
const points = (engine: EngineProcess, ids: number[]): Promise<unknown> =>
  resultOf(engine, "POST", `${COLLECTION}/points`, { ids, with_payload: true, with_vector: true });
const payloads = async (engine: EngineProcess, ids: number[]): Promise<unknown[]> =>
  ((await points(engine, ids)) as { payload: unknown }[]).map(({ payload }) => payload);

const pointOf = (id: number, generation: number): unknown => ({
  id,
  vector: {
    v: Array.from({ length: SIZE }, (_, place) => generation + place),
    w: { indices: [1, 1000 + (generation % 7)], values: [generation, 0.5] },
  },
  payload: { generation, text: `generation ${generation} `.repeat(1 + (generation % 5)) },
});

function upserts(name: string, ids: number[], waits: boolean): Register {
  const held = (generation: number): unknown[] => ids.map((id) => pointOf(id, generation));
  return {
    name,
    request: (generation) => ["PUT", `${COLLECTION}/points?wait=${waits}`, { points: held(generation) }],
    expected: (generation) => (generation === 0 ? [] : held(generation)),
    observe: (engine) => points(engine, ids),
    ...(waits ? {} : { waits: false }),
  };
}

const deletions: Register = {
  name: "points that come and go",
  request: (generation) =>
    generation % 2 === 1
      ? ["PUT", `${COLLECTION}/points?wait=true`, { points: [30, 31].map((id) => pointOf(id, generation)) }]
      : ["POST", `${COLLECTION}/points/delete?wait=true`, { filter: { must: [{ has_id: [30, 31] }] } }],
  expected: (generation) => (generation % 2 === 1 ? [30, 31].map((id) => pointOf(id, generation)) : []),
  observe: (engine) => points(engine, [30, 31]),
};

/** Three fixed points, whose payload is set at a path, changed by key, replaced and cleared in turn. */
const payloadChanges: Register = {
  name: "payloads",
  request: (generation) => {
    const path = `${COLLECTION}/points/payload`;
    const at = { points: [1, 2, 3] };
    const turns: Sent[] = [
      ["POST", `${path}/clear?wait=true`, at],
      ["POST", `${path}?wait=true`, { ...at, payload: { at: generation }, key: "deep.er" }],
      ["PUT", `${path}?wait=true`, { ...at, payload: { all: generation, more: [generation] } }],
      ["POST", `${path}/delete?wait=true`, { ...at, keys: ["more"] }],
    ];
    return turns[generation % turns.length] ?? ["GET", "/"];
  },
  expected: (generation) => {
    const turns = [
      {},
      { deep: { er: { at: generation } } },
      { all: generation, more: [generation] },
      { all: generation - 1 },
    ];
    const payload = turns[generation % turns.length];
    return [payload, payload, payload];
  },
  observe: (engine) => payloads(engine, [1, 2, 3]),
};

const vectorChanges: Register = {
  name: "vectors",
  request: (generation) =>
    generation % 2 === 1
      ? [
          "PUT",
          `${COLLECTION}/points/vectors?wait=true`,
          { points: [4, 5].map((id) => ({ id, vector: { v: Array.from({ length: SIZE }, () => generation) } })) },
        ]
      : ["POST", `${COLLECTION}/points/vectors/delete?wait=true`, { points: [4, 5], vector: ["v"] }],
  expected: (generation) =>
    [4, 5].map((id) => ({
      id,
      payload: {},
      vector: generation % 2 === 1 ? { v: Array.from({ length: SIZE }, () => generation) } : {},
    })),
  observe: (engine) => points(engine, [4, 5]),
};

const batches: Register = {
  name: "batches of updates",
  request: (generation) => [
    "POST",
    `${COLLECTION}/points/batch?wait=true`,
    {
      operations: [
        { upsert: { points: [{ id: 6, vector: {}, payload: { generation } }] } },
        { set_payload: { payload: { after: generation }, points: [6] } },
        { overwrite_payload: { payload: { generation }, points: [7] } },
      ],
    },
  ],
  expected: (generation) => (generation === 0 ? [{}, {}] : [{ generation, after: generation }, { generation }]),
  observe: (engine) => payloads(engine, [6, 7]),
};

const indexes: Register = {
  name: "payload indexes",
  request: (generation) =>
    generation % 2 === 1
      ? [
          "PUT",
          `${COLLECTION}/index?wait=true`,
          { field_name: "generation", field_schema: INDEX_TYPES[(generation >> 1) % INDEX_TYPES.length] },
        ]
      : ["DELETE", `${COLLECTION}/index/generation?wait=true`],
  expected: (generation) => (generation % 2 === 1 ? INDEX_TYPES[(generation >> 1) % INDEX_TYPES.length] : undefined),
  observe: async (engine) => {
    const { payload_schema } = (await resultOf(engine, "GET", COLLECTION)) as {
      payload_schema: { generation?: { data_type: string } };
    };
    return payload_schema.generation?.data_type;
  },
};

const vectorNames: Register = {
  name: "named vectors",
  request: (generation) =>
    generation % 2 === 1
      ? ["PUT", `${COLLECTION}/vectors/extra?wait=true`, { dense: { size: 1 + (generation % 100), distance: "Dot" } }]
      : ["DELETE", `${COLLECTION}/vectors/extra?wait=true`],
  expected: (generation) => (generation % 2 === 1 ? { size: 1 + (generation % 100), distance: "Dot" } : undefined),
  observe: async (engine) => {
    const { config } = (await resultOf(engine, "GET", COLLECTION)) as {
      config: { params: { vectors: { extra?: unknown } } };
    };
    return config.params.vectors.extra;
  },
};

const metadata: Register = {
  name: "a collection's settings",
  request: (generation) => [
    "PATCH",
    COLLECTION,
    { metadata: { generation }, optimizers_config: { indexing_threshold: 1000 + generation } },
  ],
  expected: (generation) => (generation === 0 ? [undefined, 10_000] : [{ generation }, 1000 + generation]),
  observe: async (engine) => {
    const { config } = (await resultOf(engine, "GET", COLLECTION)) as {
      config: { metadata?: unknown; optimizer_config: { indexing_threshold: number } };
    };
    return [config.metadata, config.optimizer_config.indexing_threshold];
  },
};

const collections: Register = {
  name: "collections",
  request: (generation) =>
    generation % 2 === 1
      ? ["PUT", "/collections/passing", { sparse_vectors: { s: {} }, metadata: { generation } }]
      : ["DELETE", "/collections/passing"],
  expected: (generation) => (generation % 2 === 1 ? { generation } : undefined),
  observe: async (engine) => {
    const { status, body } = await call(engine, "GET", "/collections/passing");
    if (status === 404) return undefined;
    const { config, points_count } = (body as { result: { config: { metadata: unknown }; points_count: number } })
      .result;
    expect(points_count).toBe(0);
    return config.metadata;
  },
};

const aliases: Register = {
  name: "aliases",
  request: (generation) => {
    const collection_name = generation % 2 === 1 ? "crash" : "other";
    const actions = ["left", "right"].map((alias_name) => ({ create_alias: { collection_name, alias_name } }));
    return ["POST", "/collections/aliases", { actions }];
  },
  expected: (generation) => {
    const collection_name = generation % 2 === 1 ? "crash" : "other";
    return generation === 0 ? [] : ["left", "right"].map((alias_name) => ({ alias_name, collection_name }));
  },
  observe: async (engine) => ((await resultOf(engine, "GET", "/aliases")) as { aliases: unknown }).aliases,
};

const REGISTERS: Register[] = [
  upserts("points", [10, 11, 12, 13, 14], true),
  upserts("more points", [20, 21, 22, 23, 24], true),
  upserts("points that no one waits for", [40, 41, 42], false),
  deletions,
  payloadChanges,
  vectorChanges,
  batches,
  indexes,
  vectorNames,
  metadata,
  collections,
  aliases,
];

class Writer {
  private acknowledged = 0;
  private sent = 0;

  constructor(readonly register: Register) {}

  get wrote(): boolean {
    return this.acknowledged > 0;
  }

  async writeUntilKilled(engine: EngineProcess): Promise<void> {
    for (;;) {
      const generation = this.sent + 1;
      this.sent = generation;
      const answer = await call(engine, ...this.register.request(generation)).catch(() => undefined);
      if (answer === undefined) return; // the connection broke: it was killed
      expect(answer).toMatchObject({ status: 200 });
      this.acknowledged = generation;
    }
  }

  /** What is there must be one of the states that it may be in, whole. Writing goes on from that one. */
  async look(engine: EngineProcess, floor: number): Promise<void> {
    const { name, expected, observe, waits = true } = this.register;
    const seen = canonicalize({ seen: await observe(engine) });
    const least = waits ? this.acknowledged : floor;
    for (let generation = this.sent; generation >= least; generation--) {
      if (canonicalize({ seen: expected(generation) }) !== seen) continue;
      this.sent = generation;
      this.acknowledged = generation;
      return;
    }
    throw new Error(`${name}: neither of ${least} to ${this.sent}: ${seen}`);
  }

  get generation(): number {
    return this.acknowledged;
  }
}

describe("the embedded engine, killed while it writes", () => {
  let folder: string;
  let engine: EngineProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-kill-"));
    engine = await engineProcess(folder);
  });
  afterAll(async () => {
    await engine.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it("keeps every acknowledged request whole, and shows no other in part", async () => {
    await resultOf(engine, "PUT", "/collections/other", {});
    await resultOf(engine, "PUT", COLLECTION, {
      vectors: { v: { size: SIZE, distance: "Dot" } },
      sparse_vectors: { w: {} },
    });
    const empty = [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, vector: {} }));
    await resultOf(engine, "PUT", `${COLLECTION}/points?wait=true`, { points: empty });
    const writers = REGISTERS.map((register) => new Writer(register));

    for (let round = 0; round < ROUNDS; round++) {
      const floors = writers.map(({ generation }) => generation);
      const writing = writers.map((writer) => writer.writeUntilKilled(engine));
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 600));
      await engine.kill();
      await Promise.all(writing);
      engine = await engineProcess(folder);
      for (const [at, writer] of writers.entries()) await writer.look(engine, floors[at] ?? 0);

      const { count } = (await resultOf(engine, "POST", `${COLLECTION}/points/count`, {})) as { count: number };
      const page = await resultOf(engine, "POST", `${COLLECTION}/points/scroll`, { limit: 1000 });
      expect((page as { points: unknown[] }).points).toHaveLength(count);
      // What a writer changed in memory alone would now be found by its index, or not at all.
      const search = { query: Array.from({ length: SIZE }, () => 1), using: "v", limit: 100 };
      expect((await call(engine, "POST", `${COLLECTION}/points/query`, search)).status).toBe(200);
    }
    expect(writers.filter(({ wrote }) => !wrote).map(({ register }) => register.name)).toEqual([]);
  }, 120_000);

  it("does not bring a collection back that was deleted just before the kill", async () => {
    expect((await call(engine, "DELETE", COLLECTION)).body).toMatchObject({ result: true });
    await engine.kill();

    engine = await engineProcess(folder);
    const exists = await call(engine, "GET", `${COLLECTION}/exists`);
    expect(exists.body).toMatchObject({ result: { exists: false } });
    await resultOf(engine, "PUT", COLLECTION, { vectors: { size: 2, distance: "Dot" } });
    expect(await resultOf(engine, "POST", `${COLLECTION}/points/count`, {})).toEqual({ count: 0 });
  });
});
