/** When a key was last used: seen at once where it was asked, on the other replicas soon, and kept when one ends. */
import { ControlStore } from "../../src/control/store";
import { LastUse } from "../../src/keys/last-use";
import { hashOf } from "../../src/keys/secret";
import { connectQdrant } from "../../src/qdrant/connect";
import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const keysPath = `/v1/organizations/users/${uniqueName("last")}@example.com/api-keys`;
const { url, apiKey } = backend();
const { qdrant, close: disconnect } = connectQdrant({
  url: new URL(url),
  apiKey,
  collections: {},
  onMissingCollection: () => undefined,
});
const control = new ControlStore(qdrant);
const options = { signal: new AbortController().signal };
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(async () => {
  await inlet.close();
  await disconnect();
});

async function makeKey(): Promise<{ name: string; key: string; hash: string }> {
  const name = uniqueName("key");
  const made = await inlet.call("POST", keysPath, { body: { name } });
  const { key } = made.body as { key: string };
  return { name, key, hash: hashOf(key) };
}
async function lastUseOf(name: string, at = inlet): Promise<string | undefined> {
  const { results } = (await at.call("GET", keysPath)).body as { results: { name: string; last_used_at?: string }[] };
  return results.find((each) => each.name === name)?.last_used_at;
}
/** A replica's memory of uses, at a time of the test's choosing. */
const replica = (at: string): LastUse => {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  return new LastUse({ control, now: () => new Date(at), flushAfterMs: 3_600_000, onFailure });
};

it("is seen at once where the key was used, and costs no write", async () => {
  const { name, key, hash } = await makeKey();
  expect(await lastUseOf(name)).toBeUndefined();
  const before = await control.get("key", [hash], options);
  const start = Date.now();
  for (let count = 0; count < 10; count += 1) await inlet.call("GET", "/v1/namespaces", { key });
  const seen = await lastUseOf(name);
  expect(seen).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(Date.parse(seen ?? "")).toBeGreaterThanOrEqual(start);
  expect(await control.get("key", [hash], options)).toEqual(before);
});

it("is written when a replica ends", async () => {
  const { name, key } = await makeKey();
  const other = await startInlet(backend());
  await other.call("GET", "/v1/namespaces", { key });
  expect(await lastUseOf(name)).toBeUndefined();
  const seenThere = await lastUseOf(name, other);
  await other.close();
  expect(await lastUseOf(name)).toBe(seenThere);
});

it("is the latest of all replicas, in whichever order they write", async () => {
  const { name, hash } = await makeKey();
  const [early, late] = [replica("2026-01-01T00:00:00.000Z"), replica("2026-01-01T00:05:00.000Z")];
  for (const each of [early, late]) each.note(hash);
  await Promise.all([late, early].map((each) => each.flush(options.signal)));
  expect(await lastUseOf(name)).toBe("2026-01-01T00:05:00.000Z");
  early.note(hash);
  await early.flush(options.signal);
  expect(await lastUseOf(name)).toBe("2026-01-01T00:05:00.000Z");
});

it("takes no change of the key with it, and none is lost to it", async () => {
  const { name, key, hash } = await makeKey();
  const change = async (count: number): Promise<void> => {
    const body = { description: `change ${count}`, rate_limit_override: 1_000 + count };
    expect((await inlet.call("PATCH", `${keysPath}/${name}`, { body })).status).toBe(200);
  };
  const use = async (count: number): Promise<void> => {
    const each = replica(`2030-01-01T00:00:${String(count).padStart(2, "0")}.000Z`);
    each.note(hash);
    await each.flush(options.signal);
  };
  for (let count = 0; count < 10; count += 1) await Promise.all([change(count), use(count)]);
  const { record } = (await control.get("key", [hash], options)) ?? {};
  expect(record).toMatchObject({
    description: "change 9",
    rate_limit_override: 1_009,
    last_used_at: "2030-01-01T00:00:09.000Z",
  });
  const late = replica("2030-01-01T00:01:00.000Z");
  late.note(hash);
  await Promise.all([inlet.call("DELETE", `${keysPath}/${name}`), late.flush(options.signal)]);
  expect((await inlet.call("GET", "/v1/namespaces", { key })).status).toBe(401);
});

it("does not bring a record back that was deleted", async () => {
  const { hash } = await makeKey();
  const stored = await control.get("key", [hash], options);
  if (stored !== undefined) await control.remove("key", [hash], stored, options);
  const each = replica("2030-01-01T00:00:00.000Z");
  each.note(hash);
  await each.flush(options.signal);
  expect(await control.get("key", [hash], options)).toBeUndefined();
});

it("begins anew with a new secret", async () => {
  const { name, key } = await makeKey();
  await inlet.call("GET", "/v1/namespaces", { key });
  const rotated = await inlet.call("POST", `${keysPath}/${name}/rotate`);
  expect(rotated.body).not.toHaveProperty("last_used_at");
});
