import { startBackend } from "../../support/backend-start";

describe("choosing the backend of a test run", () => {
  test("QDRANT_URL overrides everything else", async () => {
    const running = await startBackend({
      QDRANT_URL: "http://127.0.0.1:1",
      QDRANT_API_KEY: "k",
      INLET_TEST_BACKEND: "container",
    });
    expect(running).toMatchObject({ kind: "address", url: "http://127.0.0.1:1", apiKey: "k" });
  });

  test("an unknown INLET_TEST_BACKEND is an error that names it", async () => {
    await expect(startBackend({ INLET_TEST_BACKEND: "docker" })).rejects.toThrow(/INLET_TEST_BACKEND.*docker/);
  });
});
