/** API keys and organisations: what a key may do, until when, and whose data it sees. */
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const user = `${uniqueName("ada")}@example.com`;
const keysOf = (email = user): string => `/v1/organizations/users/${email}/api-keys`;
const qdrant = qdrantView(backend());
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

const call = (method: string, path: string, request?: InletRequest): Promise<InletAnswer> =>
  inlet.call(method, path, request);
const makeKey = (body: Record<string, unknown>): Promise<InletAnswer> => call("POST", keysOf(), { body });
const secretOf = (answer: InletAnswer): string => (answer.body as { key: string }).key;
const listWith = (key: string): Promise<InletAnswer> => call("GET", "/v1/namespaces", { key });

describe("a key", () => {
  it("is shown once, works, and is stored as a hash alone", async () => {
    const made = await makeKey({ name: "shown" });
    expect(made.body).toMatchObject({
      name: "shown",
      permissions: ["read", "write", "delete"],
      status: "active",
      user_id: user,
    });
    expect(secretOf(made)).toMatch(/^sk_[A-Za-z0-9_-]{43}$/);
    expect((await listWith(secretOf(made))).status).toBe(200);
    const listed = await call("GET", keysOf());
    expect(listed.text).not.toContain(secretOf(made));
    const stored = await qdrant.post("/collections/inlet_control/points/scroll", { limit: 10_000 });
    expect(JSON.stringify(stored)).not.toContain(secretOf(made));
  });

  it.each([
    [["read"], 200, 403, 403],
    [["write"], 403, 200, 403],
    [["delete"], 403, 403, 200],
  ])(
    "with the permissions %j reads: %i, writes: %i, deletes: %i, and makes no keys",
    async (permissions, read, write, remove) => {
      const name = `may_${permissions.join()}`;
      const namespace = uniqueName("may");
      await call("POST", "/v1/namespaces", { body: { namespace_name: namespace } });
      const key = secretOf(await makeKey({ name, permissions }));
      expect((await call("GET", `/v1/namespaces/${namespace}`, { key })).status).toBe(read);
      expect((await call("POST", "/v1/collections/c/documents", { key, namespace, body: {} })).status).toBe(write);
      expect((await call("DELETE", `/v1/namespaces/${namespace}`, { key })).status).toBe(remove);
      expect((await call("POST", keysOf(), { key, body: { name: "more" } })).status).toBe(403);
      expect((await call("GET", "/v1/organizations", { key })).status).toBe(403);
    },
  );

  it("is refused as revoked once it is revoked, and its name is free then", async () => {
    const key = secretOf(await makeKey({ name: "revoked" }));
    expect((await listWith(key)).status).toBe(200);
    expect((await call("DELETE", `${keysOf()}/revoked`)).body).toMatchObject({ success: true });
    expect((await listWith(key)).status).toBe(401);
    expect((await call("DELETE", `${keysOf()}/revoked`)).status).toBe(404);
    expect((await makeKey({ name: "revoked" })).status).toBe(200);
  });

  it("is replaced at once by rotation, or after the grace time that was asked for", async () => {
    const first = secretOf(await makeKey({ name: "rotated", description: "kept" }));
    const second = await call("POST", `${keysOf()}/rotated/rotate?grace_seconds=600`);
    expect(second.body).toMatchObject({ name: "rotated", description: "kept" });
    expect((await listWith(first)).status).toBe(200);
    expect((await listWith(secretOf(second))).status).toBe(200);
    const third = await call("POST", `${keysOf()}/rotated/rotate`);
    expect((await listWith(secretOf(second))).status).toBe(401);
    expect((await listWith(secretOf(third))).status).toBe(200);
  });

  it("is revoked with the earlier secrets that are in their grace time", async () => {
    const first = secretOf(await makeKey({ name: "leaked" }));
    const second = secretOf(await call("POST", `${keysOf()}/leaked/rotate?grace_seconds=600`));
    const third = secretOf(await call("POST", `${keysOf()}/leaked/rotate?grace_seconds=600`));
    for (const key of [first, second, third]) expect((await listWith(key)).status).toBe(200);
    await call("PATCH", `${keysOf()}/leaked`, { body: { name: "known_as_leaked" } });
    await call("DELETE", `${keysOf()}/known_as_leaked`);
    for (const key of [first, second, third]) {
      expect((await listWith(key)).body).toMatchObject({ status: 401, error: { code: "revoked_api_key" } });
    }
  });

  it("ends all its earlier secrets with a rotation that gives no grace time", async () => {
    const first = secretOf(await makeKey({ name: "hasty" }));
    const second = secretOf(await call("POST", `${keysOf()}/hasty/rotate?grace_seconds=600`));
    const third = secretOf(await call("POST", `${keysOf()}/hasty/rotate`));
    for (const key of [first, second]) expect((await listWith(key)).status).toBe(401);
    expect((await listWith(third)).status).toBe(200);
  });

  it("never lives longer by a rotation than it would have", async () => {
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    await makeKey({ name: "short", expires_at });
    const rotated = await call("POST", `${keysOf()}/short/rotate?grace_seconds=600`);
    expect(rotated.body).toMatchObject({ expires_at });
    const { results } = (await call("GET", keysOf())).body as { results: { name: string; expires_at?: string }[] };
    expect(results.filter(({ name }) => name === "short").map((each) => each.expires_at)).toEqual([
      expires_at,
      expires_at,
    ]);
  });

  it("has times in UTC, however they were sent", async () => {
    const made = await makeKey({ name: "zoned", expires_at: "2090-01-01T02:00:00+02:00" });
    expect(made.body).toMatchObject({ expires_at: "2090-01-01T00:00:00.000Z" });
    const patched = await call("PATCH", `${keysOf()}/zoned`, { body: { expires_at: "2091-01-01T00:00:00-01:00" } });
    expect(patched.body).toMatchObject({ expires_at: "2091-01-01T01:00:00.000Z" });
    expect((await call("PATCH", `${keysOf()}/zoned`, { body: { expires_at: null } })).body).not.toHaveProperty(
      "expires_at",
    );
  });

  it("goes on under another name when it is renamed, unless that is taken", async () => {
    const key = secretOf(await makeKey({ name: "old_name" }));
    await makeKey({ name: "taken_name" });
    const rename = (name: string): Promise<InletAnswer> => call("PATCH", `${keysOf()}/old_name`, { body: { name } });
    expect((await rename("taken_name")).status).toBe(409);
    expect((await rename("new_name")).body).toMatchObject({ name: "new_name" });
    expect((await listWith(key)).status).toBe(200);
    expect((await call("DELETE", `${keysOf()}/old_name`)).status).toBe(404);
    await call("DELETE", `${keysOf()}/new_name`);
    expect((await listWith(key)).status).toBe(401);
  });

  it("has a name that only one of a user's keys can have, whoever asks at once", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => makeKey({ name: "single" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it.each([
    ["no name", {}, "name"],
    ["an expiry in the past", { name: "late", expires_at: "2001-01-01T00:00:00Z" }, "expires_at"],
    ["an expiry that is no time", { name: "late", expires_at: "soon" }, "expires_at"],
    ["a permission that there is not", { name: "p", permissions: ["fly"] }, "permissions[0]"],
    ["no permission", { name: "p", permissions: [] }, "permissions"],
    [
      "a scope of another kind",
      { name: "s", scopes: [{ resource_type: "bucket", resource_id: "x" }] },
      "scopes[0].resource_type",
    ],
    ["an unknown field", { name: "u", colour: 1 }, "colour"],
  ])("is refused with %s: 422 with the path", async (_what, body, path) => {
    const answer = await makeKey(body);
    expect(answer.body).toMatchObject({ status: 422 });
    expect(answer.text).toContain(JSON.stringify(path));
  });

  it("is not made for what is no address", async () => {
    expect((await call("POST", keysOf("nobody"), { body: { name: "x" } })).status).toBe(422);
  });
});

describe("a key with scopes", () => {
  const [own, foreign] = [uniqueName("own"), uniqueName("foreign")];
  const write = (key: string, namespace: string): Promise<InletAnswer> =>
    call("POST", "/v1/collections/c/documents", { key, namespace, body: {} });

  beforeAll(async () => {
    for (const namespace_name of [own, foreign]) await call("POST", "/v1/namespaces", { body: { namespace_name } });
  });

  it("reaches its namespace by name and by id, and no other, nor makes one", async () => {
    const key = secretOf(await makeKey({ name: "scoped", scopes: [{ resource_type: "namespace", resource_id: own }] }));
    const made = await write(key, own);
    expect(made.status).toBe(200);
    const { namespace_id: id } = (made.body as { _internal: { namespace_id: string } })._internal;
    expect((await write(key, id)).status).toBe(200);
    const fresh = uniqueName("fresh");
    for (const other of [foreign, fresh]) {
      expect((await write(key, other)).body).toMatchObject({ status: 403, error: { code: "out_of_scope" } });
    }
    expect(await qdrant.aliases()).not.toHaveProperty(fresh);
    expect((await call("GET", `/v1/namespaces/${foreign}`, { key })).status).toBe(403);
    expect((await call("DELETE", `/v1/namespaces/${foreign}`, { key })).status).toBe(403);
    expect((await call("GET", "/v1/namespaces", { key })).body).toMatchObject({ total_count: 1 });
  });

  it("does there only what its operations name", async () => {
    const scopes = [{ resource_type: "namespace", resource_id: own, operations: ["read_data"] }];
    const key = secretOf(await makeKey({ name: "reader", scopes }));
    expect((await call("GET", `/v1/namespaces/${own}`, { key })).status).toBe(200);
    expect((await write(key, own)).status).toBe(403);
  });

  it("makes no keys, so that it can't free itself", async () => {
    const scopes = [{ resource_type: "namespace", resource_id: own }];
    const key = secretOf(await makeKey({ name: "escape", permissions: ["admin"], scopes }));
    expect((await call("POST", keysOf(), { key, body: { name: "free" } })).status).toBe(403);
    expect((await call("PATCH", `${keysOf()}/escape`, { key, body: { scopes: null } })).status).toBe(403);
  });

  it("keeps its scopes when it is rotated, and loses them when its owner says so", async () => {
    const scopes = [{ resource_type: "namespace", resource_id: own }];
    await makeKey({ name: "turned", scopes });
    const key = secretOf(await call("POST", `${keysOf()}/turned/rotate`));
    expect((await write(key, foreign)).status).toBe(403);
    await call("PATCH", `${keysOf()}/turned`, { body: { scopes: null } });
    expect((await write(key, foreign)).status).toBe(200);
  });
});

describe("an organisation", () => {
  it("has its own namespaces under its own aliases, and sees nothing of others, not even that it is there", async () => {
    const body = { organization_name: "Other", user_email: user };
    const other = (await call("POST", "/v1/organizations", { body })).body as {
      organization_id: string;
      api_key: { key: string };
    };
    const { key } = other.api_key;
    const name = uniqueName("both");
    const own = await call("POST", "/v1/namespaces", { body: { namespace_name: name } });
    const theirs = await call("POST", "/v1/namespaces", { key, body: { namespace_name: name } });
    const idOf = (answer: InletAnswer): string => (answer.body as { namespace_id: string }).namespace_id;
    expect(idOf(theirs)).not.toBe(idOf(own));
    expect(await qdrant.aliases()).toMatchObject({
      [name]: idOf(own),
      [`${other.organization_id}.${name}`]: idOf(theirs),
    });

    expect((await call("GET", `/v1/namespaces/${idOf(own)}`, { key })).status).toBe(404);
    expect((await call("GET", `/v1/namespaces/${idOf(theirs)}`)).status).toBe(404);
    const write = await call("POST", "/v1/collections/c/documents", { key, namespace: idOf(own), body: {} });
    expect(write.status).toBe(404);
    expect((await call("DELETE", `/v1/namespaces/${idOf(own)}`, { key })).status).toBe(404);
    expect((await call("GET", "/v1/namespaces?limit=1000", { key })).body).toMatchObject({ total_count: 1 });
    expect((await call("GET", "/v1/organizations")).text).toContain(other.organization_id);
  });

  it("has its own users' keys, of which others see and change nothing", async () => {
    const made = await call("POST", "/v1/organizations", { body: { organization_name: "Keys", user_email: user } });
    const { key } = (made.body as { api_key: { key: string } }).api_key;
    await makeKey({ name: "theirs_not" });
    expect((await call("GET", keysOf(), { key })).body).toMatchObject({ total_count: 1, results: [{ name: "admin" }] });
    expect((await call("DELETE", `${keysOf()}/theirs_not`, { key })).status).toBe(404);
    expect((await call("PATCH", `${keysOf()}/theirs_not`, { key, body: { name: "x" } })).status).toBe(404);
    expect((await call("POST", `${keysOf()}/theirs_not/rotate`, { key })).status).toBe(404);
    expect((await call("POST", keysOf(), { key, body: { name: "theirs_not" } })).status).toBe(200);
    expect((await call("GET", "/v1/organizations", { key })).body).toMatchObject({
      status: 403,
      error: { code: "operator_only" },
    });
  });

  it("is made by the operator alone", async () => {
    const key = secretOf(await makeKey({ name: "boss", permissions: ["admin"] }));
    const body = { organization_name: "No", user_email: user };
    expect((await call("POST", "/v1/organizations", { key, body })).body).toMatchObject({ status: 403 });
  });
});
