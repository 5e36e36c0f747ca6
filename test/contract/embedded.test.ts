/** The suites for any Qdrant address, at the embedded engine. */
import { startTemporaryEngine } from "../support/engine";
import { pointsSuite } from "./suite/points";
import { querySuite } from "./suite/query";

describe("the embedded engine", () => {
  let engine: Awaited<ReturnType<typeof startTemporaryEngine>>;
  beforeAll(async () => {
    engine = await startTemporaryEngine();
  });
  afterAll(() => engine.stop());

  pointsSuite(() => engine);
  querySuite(() => engine);
});
