/** How many requests a key may make in a minute, and what it hears past that. */
import { backend, uniqueName } from "../support/backend";
import { type InletAnswer, startInlet, type TestInlet } from "../support/inlet";

const keysPath = `/v1/organizations/users/${uniqueName("rate")}@example.com/api-keys`;
let free: TestInlet;
let limited: TestInlet;

beforeAll(async () => {
  [free, limited] = await Promise.all([startInlet(backend()), startInlet(backend(), { INLET_RATE_LIMIT: "3" })]);
});
afterAll(async () => void (await Promise.all([free.close(), limited.close()])));

async function keyWith(rate?: number): Promise<{ name: string; key: string }> {
  const name = uniqueName("key");
  const body = { name, ...(rate === undefined ? {} : { rate_limit_override: rate }) };
  const made = await free.call("POST", keysPath, { body });
  expect(made.body).toMatchObject({ status: "active", ...body });
  return { name, key: (made.body as { key: string }).key };
}
const ask = (inlet: TestInlet, key: string): Promise<InletAnswer> => inlet.call("GET", "/v1/namespaces", { key });
/** How many of `most` requests in a row were answered before the first that was refused. */
async function answered(inlet: TestInlet, key: string, most: number): Promise<number> {
  for (let count = 0; count < most; count += 1) if ((await ask(inlet, key)).status !== 200) return count;
  return most;
}

it("refuses what comes past a key's own limit, says when to come again, and leaves other keys alone", async () => {
  const [{ key }, other] = [await keyWith(2), await keyWith()];
  expect(await answered(free, key, 5)).toBe(2);
  const refused = await ask(free, key);
  expect(refused.body).toEqual({
    success: false,
    status: 429,
    error: {
      message: "This API key may make 2 requests per minute.",
      type: "rate_limited",
      details: { requests_per_minute: 2 },
    },
  });
  const seconds = Number(refused.headers.get("Retry-After"));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(await answered(free, other.key, 5)).toBe(5);
});

it("counts refused requests of whatever kind, and none of strangers", async () => {
  const { key } = await keyWith(3);
  expect((await free.call("GET", "/v1/organizations", { key })).status).toBe(403);
  expect((await free.call("GET", "/v1/nowhere", { key })).status).toBe(404);
  expect((await free.call("GET", "/v1/namespaces", { key: `${key}x` })).status).toBe(401);
  expect(await answered(free, key, 5)).toBe(1);
});

it("gives keys without a limit of their own that of INLET_RATE_LIMIT, but the operator none", async () => {
  expect(await answered(limited, (await keyWith()).key, 10)).toBe(3);
  expect(await answered(limited, (await keyWith(5)).key, 10)).toBe(5);
  for (let count = 0; count < 10; count += 1) {
    expect((await limited.call("GET", "/v1/namespaces?limit=1")).status).toBe(200);
  }
});

it("counts in each process by itself", async () => {
  const { key } = await keyWith(2);
  expect(await answered(free, key, 5)).toBe(2);
  expect(await answered(limited, key, 5)).toBe(2);
});

it("goes by a changed limit at once where it was changed; null gives the usual one back", async () => {
  const { name, key } = await keyWith(1);
  const patch = (rate: number | null): Promise<InletAnswer> =>
    free.call("PATCH", `${keysPath}/${name}`, { body: { rate_limit_override: rate } });
  expect(await answered(free, key, 5)).toBe(1);
  expect((await patch(10)).body).toMatchObject({ rate_limit_override: 10 });
  expect(await answered(free, key, 5)).toBe(5);
  expect((await patch(null)).body).not.toHaveProperty("rate_limit_override");
  expect(await answered(free, key, 20)).toBe(20);
});

it("keeps its limit when it is rotated", async () => {
  const { name } = await keyWith(2);
  const rotated = await free.call("POST", `${keysPath}/${name}/rotate`);
  expect(rotated.body).toMatchObject({ rate_limit_override: 2 });
  expect(await answered(free, (rotated.body as { key: string }).key, 5)).toBe(2);
});

it.each([0, -1, 1.5, "10", 1e12, true])("is refused with %j as its limit", async (rate) => {
  const answer = await free.call("POST", keysPath, { body: { name: "bad", rate_limit_override: rate } });
  expect(answer.body).toMatchObject({ status: 422 });
  expect(answer.text).toContain('"path":"rate_limit_override"');
});
