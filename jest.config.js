/** ts-jest transpiles alone (isolatedModules): types are checked once, by `npm run typecheck`.
 *  Files that talk to a Qdrant share one backend for the whole run, which test/support/backend-setup.ts starts; jest runs
 *  that only where at least one of these files is run. */
const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
};
const WITHOUT_BACKEND = ["unit", "property", "house", "crash"];

module.exports = {
  testTimeout: 60_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: "1GB",
  projects: [
    {
      ...common,
      displayName: "alone",
      testMatch: WITHOUT_BACKEND.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    },
    {
      ...common,
      displayName: "qdrant",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...WITHOUT_BACKEND.map((folder) => `<rootDir>/test/${folder}/`)],
      globalSetup: "<rootDir>/test/support/backend-setup.ts",
      globalTeardown: "<rootDir>/test/support/backend-teardown.ts",
    },
  ],
};
