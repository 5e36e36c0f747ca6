/** Two replicas over one Qdrant: what is done to a key on one of them holds on both, within 5 s. */
import { setTimeout as pause } from "node:timers/promises";

import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";

const keysPath = `/v1/organizations/users/${uniqueName("both")}@example.com/api-keys`;
const namespace = uniqueName("replicas");
/** The contract's. */
const SEEN_WITHIN_MS = 5_000;
let one: TestInlet;
let other: TestInlet;
/** Has looked at no key before it is asked. */
let startedLater: TestInlet;

beforeAll(async () => {
  [one, other, startedLater] = await Promise.all([startInlet(backend()), startInlet(backend()), startInlet(backend())]);
  await one.call("POST", "/v1/collections", { namespace, body: { collection_name: "frames" } });
});
afterAll(async () => void (await Promise.all([one, other, startedLater].map((inlet) => inlet.close()))));

async function makeKey(body: Record<string, unknown> = {}): Promise<{ name: string; key: string }> {
  const name = uniqueName("key");
  const made = await one.call("POST", keysPath, { body: { name, ...body } });
  return { name, key: (made.body as { key: string }).key };
}
const ask = (inlet: TestInlet, key: string): Promise<InletAnswer> =>
  inlet.call("GET", "/v1/collections/frames", { key, namespace });

/** What `inlet` answers once it no longer answers 200, which it may go on with for so long. */
async function refusal(inlet: TestInlet, key: string, sinceMs: number): Promise<InletAnswer> {
  for (;;) {
    const askedAfterMs = performance.now() - sinceMs;
    const answer = await ask(inlet, key);
    if (answer.status !== 200) return answer;
    expect(askedAfterMs).toBeLessThan(SEEN_WITHIN_MS);
    await pause(50);
  }
}

const patch = (name: string, body: Record<string, unknown>): Promise<InletAnswer> =>
  one.call("PATCH", `${keysPath}/${name}`, { body });
const collection = (id: string): Record<string, unknown> => ({ resource_type: "collection", resource_id: id });

const CHANGES: [(name: string) => Promise<InletAnswer>, number, string][] = [
  [(name) => one.call("DELETE", `${keysPath}/${name}`), 401, "revoked_api_key"],
  [(name) => patch(name, { status: "revoked" }), 401, "revoked_api_key"],
  [(name) => one.call("POST", `${keysPath}/${name}/rotate`), 401, "revoked_api_key"],
  [(name) => patch(name, { permissions: ["write"] }), 403, "missing_permission"],
  [(name) => patch(name, { scopes: [collection("videos")] }), 403, "out_of_scope"],
];

it("a key that is revoked, rotated or bound is refused here at once, and there within 5 s", async () => {
  const changeOne = async ([change, status, code]: (typeof CHANGES)[number]): Promise<void> => {
    const { name, key } = await makeKey();
    for (const inlet of [one, other]) expect((await ask(inlet, key)).status).toBe(200);
    expect((await change(name)).status).toBe(200);
    const doneMs = performance.now();
    expect((await ask(one, key)).body).toMatchObject({ status, error: { code } });
    expect((await refusal(other, key, doneMs)).body).toMatchObject({ status, error: { code } });
  };
  await Promise.all(CHANGES.map(changeOne));
});

it("a new key, and a rotated one's new secret, work on the other replica at once", async () => {
  const { name, key } = await makeKey();
  expect((await ask(other, key)).status).toBe(200);
  const rotated = await one.call("POST", `${keysPath}/${name}/rotate?grace_seconds=60`);
  expect((await ask(other, (rotated.body as { key: string }).key)).status).toBe(200);
  expect((await ask(other, key)).status).toBe(200);
});

it("an old secret ends with its grace time on both, the new one goes on", async () => {
  const { name, key } = await makeKey();
  const rotated = await one.call("POST", `${keysPath}/${name}/rotate?grace_seconds=1`);
  const endsMs = performance.now() + 1_000;
  for (const inlet of [one, other]) {
    expect((await refusal(inlet, key, endsMs)).body).toMatchObject({ status: 401, error: { code: "expired_api_key" } });
    expect((await ask(inlet, (rotated.body as { key: string }).key)).status).toBe(200);
    const listed = await inlet.call("GET", keysPath);
    expect((listed.body as { results: { name: string }[] }).results.filter((each) => each.name === name)).toHaveLength(
      1,
    );
  }
});

it("a key ends at its expiry on both, and shows as expired", async () => {
  const expiresMs = Date.now() + 3_000;
  const { name, key } = await makeKey({ expires_at: new Date(expiresMs).toISOString() });
  expect((await ask(other, key)).status).toBe(200);
  const endsMs = performance.now() + (expiresMs - Date.now());
  for (const inlet of [one, other]) {
    expect((await refusal(inlet, key, endsMs)).body).toMatchObject({ status: 401, error: { code: "expired_api_key" } });
  }
  const listed = (await other.call("GET", keysPath)).body as { results: { name: string }[] };
  expect(listed.results.find((each) => each.name === name)).toMatchObject({ status: "expired" });
});

it("the same rotation on both at once gives one new secret", async () => {
  const { name } = await makeKey();
  const answers = await Promise.all([one, other].map((inlet) => inlet.call("POST", `${keysPath}/${name}/rotate`)));
  const made = answers.filter(({ status }) => status === 200);
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  expect(made.length).toBeGreaterThan(0);
  const keys = made.map(({ body }) => (body as { key: string }).key);
  const working = await Promise.all(keys.map(async (key) => (await ask(one, key)).status === 200));
  expect(working.filter(Boolean)).toHaveLength(1);
});

describe("at the same time as a rotation on the other replica", () => {
  const ROUNDS = 12;
  const rotate = (name: string): Promise<InletAnswer> =>
    other.call("POST", `${keysPath}/${name}/rotate?grace_seconds=600`);
  const secretOf = ({ body }: InletAnswer): string[] => {
    const { key } = body as { key?: string };
    return key === undefined ? [] : [key];
  };

  it("a revocation ends every secret that there is then", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { name, key } = await makeKey();
      const [rotated, revoked] = await Promise.all([rotate(name), one.call("DELETE", `${keysPath}/${name}`)]);
      expect([200, 404, 409]).toContain(rotated.status);
      expect(revoked.status).toBe(200);
      const listed = await one.call("GET", keysPath);
      const { results } = listed.body as { results: { name: string }[] };
      expect(results.filter((each) => each.name === name)).toEqual([]);
      for (const secret of [key, ...secretOf(rotated)]) {
        const fresh = await startedLater.call("GET", "/v1/namespaces", { key: secret });
        expect(fresh.status).toBe(401);
      }
    }
  });

  it("a change is the new secret's too", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { name } = await makeKey();
      const scopes = [collection(`round_${round}`)];
      const [rotated, patched] = await Promise.all([rotate(name), patch(name, { scopes })]);
      expect([rotated.status, patched.status]).toEqual([200, 200]);
      const listed = await one.call("GET", keysPath);
      const { results } = listed.body as { results: { name: string; key_hash: string; scopes: unknown }[] };
      const { key_hash: hash } = rotated.body as { key_hash: string };
      expect(results.find((each) => each.key_hash === hash)).toMatchObject({ scopes });
    }
  });
});
