/** The suites for any Qdrant address, at the embedded engine. */
import { startTemporaryEngine } from "../support/engine";
import { filtersSuite } from "./suite/filters";
import { pointsSuite } from "./suite/points";
import { querySuite } from "./suite/query";
import { ownSnapshotsSuite, snapshotsSuite } from "./suite/snapshots";

describe("the embedded engine", () => {
  let engine: Awaited<ReturnType<typeof startTemporaryEngine>>;
  beforeAll(async () => {
    engine = await startTemporaryEngine();
  });
  afterAll(() => engine.stop());

  filtersSuite(() => engine);
  pointsSuite(() => engine);
  querySuite(() => engine);
  snapshotsSuite(() => engine);
  ownSnapshotsSuite(() => engine);
});
