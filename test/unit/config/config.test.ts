import { ConfigError, readConfig, SETTINGS, unknownSettings } from "../../../src/config";

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.setting);
    throw error;
  }
  return [];
}

it("has the contract's defaults, and takes an empty value for none", () => {
  const expected = { host: "127.0.0.1", port: 8080, embeddedPort: 6333, dataDir: "./data", autoProvision: true };
  expect(readConfig({ PORT: "", QDRANT_URL: " " })).toMatchObject({
    ...expected,
    bodyLimitBytes: 33_554_432,
    workers: 1,
    logLevel: "info",
    qdrantUrl: undefined,
    rootKey: undefined,
    corsOrigins: [],
  });
});

it("reads sizes, lists and booleans", () => {
  const config = readConfig({
    INLET_BODY_LIMIT: "1.5MB",
    INLET_AUTO_PROVISION: "False",
    INLET_CORS_ORIGINS: "https://a.example, http://localhost:3000",
    S3_BUCKETS: "one,two",
  });
  expect(config.bodyLimitBytes).toBe(1_572_864);
  expect(config.autoProvision).toBe(false);
  expect(config.corsOrigins).toEqual(["https://a.example", "http://localhost:3000"]);
  expect(config.s3.buckets).toEqual(["one", "two"]);
});

it.each([
  ["https://q.example", "https://q.example"],
  ["https://q.example/prefix/", "https://q.example/prefix"],
  ["http://10.0.0.1:6333", "http://10.0.0.1:6333"],
])("keeps %s as %s", (given, kept) => {
  expect(readConfig({ QDRANT_URL: given }).qdrantUrl).toBe(kept);
});

it.each([
  ["PORT", "eighty"],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["PORT", "8080.5"],
  ["INLET_EMBEDDED_PORT", "0x10"],
  ["QDRANT_URL", "localhost:6333"],
  ["QDRANT_URL", "grpc://q.example"],
  ["QDRANT_URL", "https://user:pass@q.example"],
  ["INLET_ROOT_KEY", "secret"],
  ["INLET_ROOT_KEY", "sk_two words"],
  ["INLET_ROOT_KEY", "sk_short"],
  ["INLET_AUTO_PROVISION", "maybe"],
  ["INLET_BODY_LIMIT", "32 megs"],
  ["INLET_BODY_LIMIT", "0"],
  ["INLET_WORKERS", "0"],
  ["INLET_RATE_LIMIT", "0"],
  ["INLET_RATE_LIMIT", "600/min"],
  ["INLET_LOG_LEVEL", "loud"],
  ["INLET_SHARD_NUMBER", "0"],
  ["INLET_CORS_ORIGINS", "https://a.example/path"],
  ["S3_ENDPOINT", "minio:9000"],
])("refuses %s=%s by name", (name, value) => {
  expect(faultsOf({ [name]: value })).toEqual([name]);
});

it("names every faulty setting in one error, and shows no secret", () => {
  const env = { PORT: "x", INLET_WORKERS: "y", INLET_ROOT_KEY: "my secret", S3_ACCESS_KEY_ID: "id" };
  expect(faultsOf(env).sort()).toEqual(["INLET_ROOT_KEY", "INLET_WORKERS", "PORT", "S3_SECRET_ACCESS_KEY"]);
  expect(() => readConfig(env)).toThrow(/^(?!.*my secret)/s);
});

it("tells unknown INLET_ names, and no known one", () => {
  const known = Object.fromEntries(SETTINGS.map(({ name }) => [name, "x"]));
  expect(unknownSettings({ ...known, INLET_BODY_LIMITS: "1", HOME: "/" })).toEqual(["INLET_BODY_LIMITS"]);
});

it("can't be changed after it was read", () => {
  expect(Object.isFrozen(readConfig({}))).toBe(true);
});
