/** What the API key calls refuse, each with the path of what is wrong. */
import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../../support/inlet";

const keysPath = `/v1/organizations/users/${uniqueName("bad")}@example.com/api-keys`;
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
  await inlet.call("POST", keysPath, { body: { name: "there" } });
});
afterAll(() => inlet.close());

function expectFault(answer: InletAnswer, path: string): void {
  expect(answer.body).toMatchObject({ status: 422, error: { type: "validation_error" } });
  const { errors } = (answer.body as { error: { details: { errors: { path: string }[] } } }).error.details;
  expect(errors.map((fault) => fault.path)).toContain(path);
}
const collection = (resource_id: unknown, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  scopes: [{ resource_type: "collection", resource_id, ...rest }],
});
const namespace = (resource_id: unknown): Record<string, unknown> => ({
  scopes: [{ resource_type: "namespace", resource_id }],
});
const soon = new Date(Date.now() + 3_600_000).toISOString();

const FAULTS: [string, Record<string, unknown>, string][] = [
  ["a name that is no text", { name: 7 }, "name"],
  ["an empty name", { name: "" }, "name"],
  ["a name of 101 characters", { name: "n".repeat(101) }, "name"],
  ["a description of 501 characters", { description: "d".repeat(501) }, "description"],
  ["permissions that are no list", { permissions: "read" }, "permissions"],
  ["a permission twice", { permissions: ["read", "read"] }, "permissions"],
  ["an expiry that is over", { expires_at: "2001-01-01T00:00:00Z" }, "expires_at"],
  ["an expiry without a time", { expires_at: "2040-01-01" }, "expires_at"],
  ["an expiry that there is not", { expires_at: "2040-02-30T00:00:00Z" }, "expires_at"],
  ["scopes that are no list", { scopes: {} }, "scopes"],
  ["101 scopes", { scopes: Array.from({ length: 101 }, () => collection("a").scopes).flat() }, "scopes"],
  ["a scope without a kind", { scopes: [{ resource_id: "a" }] }, "scopes[0].resource_type"],
  [
    "a scope of a kind that Inlet has not",
    { scopes: [{ resource_type: "retriever", resource_id: "a" }] },
    "scopes[0].resource_type",
  ],
  ["a scope of nothing", { scopes: [{ resource_type: "collection" }] }, "scopes[0].resource_id"],
  ["a scope of an empty id", collection(""), "scopes[0].resource_id"],
  ["a scope of an id of 101 characters", collection("c".repeat(101)), "scopes[0].resource_id"],
  ["a collection that can't be called so", collection("no such name"), "scopes[0].resource_id"],
  ["a collection under a reserved word", collection("constructor"), "scopes[0].resource_id"],
  ["a collection with an id's prefix alone", collection("col_"), "scopes[0].resource_id"],
  ["a collection in a namespace that can't be called so", collection("a b/frames"), "scopes[0].resource_id"],
  ["a collection three deep", collection("a/b/c"), "scopes[0].resource_id"],
  ["a namespace with a collection behind it", namespace("prod/frames"), "scopes[0].resource_id"],
  ["a namespace that can't be called so", namespace("*"), "scopes[0].resource_id"],
  ["no operation", collection("a", { operations: [] }), "scopes[0].operations"],
  ["an operation that Inlet has not", collection("a", { operations: ["execute_job"] }), "scopes[0].operations[0]"],
  ["an unknown field in a scope", collection("a", { colour: 1 }), "scopes[0].colour"],
  ["a rate limit of nothing", { rate_limit_override: 0 }, "rate_limit_override"],
  ["a principal", { principal_id: "p" }, "principal_id"],
  ["origins", { allowed_origins: ["https://example.com"] }, "allowed_origins"],
  ["an unknown field", { colour: 1 }, "colour"],
];

it.each(FAULTS)("refuses to make a key with %s", async (_what, body, path) => {
  expectFault(await inlet.call("POST", keysPath, { body: { name: "new", ...body } }), path);
  expect((await inlet.call("GET", keysPath)).body).toMatchObject({ total_count: 1 });
});

it.each(FAULTS)("refuses to change a key to %s", async (_what, body, path) => {
  const before = await inlet.call("GET", keysPath);
  expectFault(await inlet.call("PATCH", `${keysPath}/there`, { body }), path);
  expect((await inlet.call("GET", keysPath)).body).toEqual(before.body);
});

it.each([["a status that there is not", { status: "expired" }, "status"]])(
  "refuses to change a key to %s",
  async (_what, body, path) => {
    expectFault(await inlet.call("PATCH", `${keysPath}/there`, { body }), path);
  },
);

it.each(["-1", "1.5", "soon", "2592001", ""])("refuses to rotate with the grace time %j", async (grace) => {
  expectFault(await inlet.call("POST", `${keysPath}/there/rotate?grace_seconds=${grace}`), "grace_seconds");
});

it.each([
  ["GET", "/v1/organizations/users/nobody/api-keys"],
  ["GET", `/v1/organizations/users/${"a".repeat(65)}@example.com/api-keys`],
  ["DELETE", "/v1/organizations/users/a%20b@example.com/api-keys/x"],
])("refuses %s %s, which names no user", async (method, path) => {
  expectFault(await inlet.call(method, path), "user_email");
});

it.each([
  ["PATCH", "/nowhere", { description: "x" }],
  ["DELETE", "/nowhere", undefined],
  ["POST", "/nowhere/rotate", undefined],
])("answers 404 to %s of a key that is not there", async (method, path, body) => {
  const answer = await inlet.call(method, keysPath + path, body === undefined ? {} : { body });
  expect(answer.body).toMatchObject({ status: 404, error: { details: { name: "nowhere" } } });
});

it("takes names that the path has to escape", async () => {
  const name = "a/b c?é";
  await inlet.call("POST", keysPath, { body: { name, expires_at: soon } });
  const one = `${keysPath}/${encodeURIComponent(name)}`;
  expect((await inlet.call("PATCH", one, { body: { description: "x" } })).body).toMatchObject({ name });
  expect((await inlet.call("DELETE", one)).status).toBe(200);
});
