/** The suites for any Qdrant address, at the embedded engine. */
import { startTemporaryEngine } from "../support/engine";
import { collectionsSuite } from "./suite/collections";
import { filtersSuite } from "./suite/filters";
import { pointsSuite } from "./suite/points";
import { querySuite } from "./suite/query";
import { refusalsSuite } from "./suite/refusals";
import { serviceSuite } from "./suite/service";
import { ownSnapshotsSuite, snapshotsSuite } from "./suite/snapshots";
import { keysSuite, transportSuite } from "./suite/transport";
import { request } from "./target";

describe("the embedded engine", () => {
  let engine: Awaited<ReturnType<typeof startTemporaryEngine>>;
  beforeAll(async () => {
    engine = await startTemporaryEngine();
  });
  afterAll(() => engine.stop());

  collectionsSuite(() => engine);
  filtersSuite(() => engine);
  pointsSuite(() => engine);
  querySuite(() => engine);
  refusalsSuite(() => engine);
  serviceSuite(() => engine);
  snapshotsSuite(() => engine);
  ownSnapshotsSuite(() => engine);
  transportSuite(() => engine);

  it.each([
    ["GET", "/logger"],
    ["POST", "/logger"],
    ["GET", "/stacktrace"],
    ["GET", "/profiler/slow_requests"],
    ["POST", "/audit/logs"],
    ["POST", "/collections/any/truncate_unapplied_wal"],
    ["GET", "/collections/any/shards"],
    ["PUT", "/cluster/metadata/keys/any"],
  ])("says that it does not do %s %s", async (method, path) => {
    const { status, text } = await request(engine, method, path);
    expect({ status, body: JSON.parse(text) as unknown }).toEqual({
      status: 501,
      body: { status: { error: expect.stringContaining("not") }, time: expect.any(Number) },
    });
  });
});

describe("the embedded engine with a key", () => {
  const apiKey = "a key of its own";
  let engine: Awaited<ReturnType<typeof startTemporaryEngine>>;
  beforeAll(async () => {
    engine = await startTemporaryEngine({ apiKey });
  });
  afterAll(() => engine.stop());

  keysSuite(() => ({ ...engine, apiKey }));
});
