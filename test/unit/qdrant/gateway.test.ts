/** The gateway against a scripted server over real sockets: what it sends, how often, and what its user hears. */
import { type InletError } from "../../../src/errors";
import { connectQdrant, type QdrantLimits } from "../../../src/qdrant/connect";
import { type Qdrant } from "../../../src/qdrant/gateway";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy";

const DONE = { status: 200, body: { result: { operation_id: 1, status: "completed" }, status: "ok", time: 0 } };
const POINT = { id: "6a2f41a3-c54c-fce8-32d2-0324e1c32e22", payload: { a: 1 }, vector: { v: [0.5, 1.5] } };
const strong = { ordering: "strong" as const, signal: new AbortController().signal };
const always = () => true;

let server: FaultProxy;
let close: () => Promise<void> = async () => undefined;

function connected(limits: Partial<QdrantLimits> = {}, path = ""): Qdrant {
  const connection = connectQdrant({
    url: new URL(`${server.url}${path}`),
    apiKey: "the-key",
    collections: {},
    onMissingCollection: () => undefined,
    limits: { attemptTimeoutMs: 300, callBudgetMs: 1_500, unreachableBudgetMs: 200, ...limits },
  });
  close = connection.close;
  return connection.qdrant;
}

async function refusal(call: Promise<unknown>): Promise<InletError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: "InletError" });
  return error as InletError;
}

beforeEach(async () => {
  server = await startFaultProxy(() => DONE);
});
afterEach(async () => {
  await close();
  await server.close();
});

describe("what is sent", () => {
  it("keeps the path of the address and sends the key, without a word on the console", async () => {
    const warn = jest.spyOn(console, "warn").mockImplementation();
    await connected({}, "/behind/a/proxy/").upsert("c", [POINT], strong);
    expect(server.seen.map(({ path }) => path)).toEqual([
      "/behind/a/proxy/collections/c/points?wait=true&ordering=strong",
    ]);
    expect(server.seen[0]?.headers["api-key"]).toBe("the-key");
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it("writes one point with one request", async () => {
    await connected().upsert("c", [POINT], strong);
    expect(server.seen).toHaveLength(1);
  });

  it("puts a filter into an outer must, in deletes too", async () => {
    const filter = { must_not: [{ has_id: [POINT.id] }] };
    await connected().delete("c", { filter }, strong);
    expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual({ filter: { must: [filter] } });
  });

  it("cuts an upsert that is too large for one request, in order, each point once", async () => {
    const points = Array.from({ length: 3 }, (_, at) => ({
      ...POINT,
      id: `6a2f41a3-c54c-fce8-32d2-0324e1c32e2${at}`,
      payload: { text: "x".repeat(12 * 1024 * 1024) },
    }));
    await connected({ attemptTimeoutMs: 20_000 }).upsert("c", points, strong);
    const ids = server.seen.map(({ body }) =>
      (JSON.parse(body) as { points: { id: string }[] }).points.map(({ id }) => id),
    );
    expect(ids.flat()).toEqual(points.map(({ id }) => id));
    expect(ids).toHaveLength(2);
  });

  it("refuses a point that no request can hold with 413, its index, its bytes and the limit, and sends nothing", async () => {
    const huge = { ...POINT, payload: { text: "x".repeat(32 * 1024 * 1024) } };
    const error = await refusal(connected().upsert("c", [huge, POINT], strong));
    expect(error).toMatchObject({ status: 413, details: { index: 0, limit: 31 * 1024 * 1024 } });
    expect(server.seen).toHaveLength(0);
  });
});

describe("when Qdrant fails", () => {
  it("sends a write again after a 500, and once only", async () => {
    server.fail(always, { kind: "status", status: 500, text: "Service internal error: x" });
    await connected().upsert("c", [POINT], strong);
    expect(server.seen).toHaveLength(2);
  });

  it("sends a write again after the connection broke", async () => {
    server.fail(always, { kind: "cut" });
    await connected().upsert("c", [POINT], strong);
    expect(server.seen).toHaveLength(2);
  });

  it("gives a call up when it is closed, whatever time the call had left", async () => {
    const fault = { kind: "status" as const, status: 500, text: "Service internal error: x" };
    const failed = new Promise<void>((resolve) => {
      const matching = (): boolean => {
        resolve();
        return true;
      };
      server.fail(matching, fault, Infinity);
    });
    const answered = refusal(connected({ callBudgetMs: 600_000 }).upsert("c", [POINT], strong));
    await failed;
    await close();
    expect(await answered).toMatchObject({ status: 503, details: { outcome: "unknown" } });
  });

  it("says that the outcome is unknown when a write gets 500 until its time is over", async () => {
    server.fail(
      always,
      { kind: "status", status: 500, text: "Service internal error: shard 3 of secret_collection" },
      Infinity,
    );
    const error = await refusal(connected().upsert("c", [POINT], strong));
    expect(error).toMatchObject({ status: 503, retryAfterSeconds: 1, details: { outcome: "unknown" } });
    expect(error.message).toMatch(/unknown; sending it again is safe/);
    expect(error.message).not.toMatch(/shard|secret/);
  });

  it("says the same when no answer comes", async () => {
    server.fail(always, { kind: "silence" }, Infinity);
    const error = await refusal(connected({ callBudgetMs: 400 }).upsert("c", [POINT], strong));
    expect(error).toMatchObject({ status: 503, details: { outcome: "unknown" } });
  });

  it("says that nothing was written when nothing can be reached, then answers at once, and recovers by itself", async () => {
    await server.stop();
    const qdrant = connected({ unreachableBudgetMs: 1 });
    for (let call = 0; call < 6; call += 1) {
      const error = await refusal(qdrant.upsert("c", [POINT], strong));
      expect(error).toMatchObject({ status: 503, code: "qdrant_unavailable", details: { outcome: "not_written" } });
    }
    await server.start();
    let written = false;
    while (!written) {
      written = await qdrant.upsert("c", [POINT], strong).then(
        () => true,
        () => false,
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.seen.length).toBeGreaterThan(0);
  });

  it("passes on a Retry-After that is longer than the request may wait, whole", async () => {
    const headers = { "retry-after": "37" };
    server.fail(always, { kind: "status", status: 429, headers, text: "Rate limiting exceeded: x" }, Infinity);
    const error = await refusal(connected().upsert("c", [POINT], strong));
    expect(error).toMatchObject({ status: 503, retryAfterSeconds: 37, details: { outcome: "not_written" } });
    expect(server.seen).toHaveLength(1);
  });

  it("does not repeat what Qdrant refuses, and keeps other collections out of the answer", async () => {
    server.fail(always, { kind: "status", status: 400, text: "Wrong input: Collection `ns_of_others` is odd" });
    const error = await refusal(connected().upsert("c", [POINT], strong));
    expect(error).toMatchObject({ status: 422, code: "qdrant_refused" });
    expect(error.message).not.toContain("ns_of_others");
    expect(server.seen).toHaveLength(1);
  });

  it("calls a wrong key by its name", async () => {
    server.fail(always, { kind: "status", status: 401, text: "Invalid API key or JWT" });
    const error = await refusal(connected().ready(strong));
    expect(error).toMatchObject({ status: 503, code: "qdrant_credentials" });
    expect(error.message).toContain("QDRANT_API_KEY");
  });

  it("says that this Qdrant is too old when it has no named-vector endpoint", async () => {
    server.fail(always, { kind: "status", status: 404, text: "" });
    const error = await refusal(connected().addNamedVector("c", "v", { kind: "sparse" }, strong));
    expect(error).toMatchObject({ status: 501, code: "qdrant_too_old" });
    expect(error.message).toContain("1.18");
  });
});

describe("bounds", () => {
  it("lets no more calls through than allowed, and refuses what finds the queue full", async () => {
    server.fail(always, { kind: "silence" }, 2);
    const qdrant = connected({ inFlight: 2, waiting: 1, callBudgetMs: 10 });
    const calls = [1, 2, 3].map(() => qdrant.upsert("c", [POINT], strong));
    const ended = Promise.allSettled(calls);
    const error = await refusal(qdrant.upsert("c", [POINT], strong));
    expect(error).toMatchObject({ status: 503, code: "qdrant_overloaded", details: { outcome: "not_written" } });
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });

  it("ends a wait for a place with its request", async () => {
    server.fail(always, { kind: "silence" });
    const qdrant = connected({ inFlight: 1, waiting: 1, callBudgetMs: 10 });
    const first = refusal(qdrant.upsert("c", [POINT], strong));
    const leaving = new AbortController();
    const second = refusal(qdrant.upsert("c", [POINT], { ...strong, signal: leaving.signal }));
    leaving.abort();
    expect(await second).toMatchObject({ status: 503, details: { outcome: "not_written" } });
    await first;
    expect(server.seen).toHaveLength(1);
  });
});
