import { ControlCache } from "../../../src/control/cache";

const signal = new AbortController().signal;

describe("what is kept of the control plane", () => {
  it("is asked for once by all who ask at once", async () => {
    const cache = new ControlCache<string>();
    const load = jest.fn(async () => "value");
    const values = await Promise.all([1, 2, 3].map(() => cache.get("key", signal, load)));
    expect(values).toEqual(["value", "value", "value"]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("is asked for anew within 5 s of the start of its load", async () => {
    let nowMs = 0;
    const cache = new ControlCache<number>(() => nowMs);
    const load = jest.fn(async () => nowMs);
    await cache.get("key", signal, load);
    nowMs = 3_999;
    expect(await cache.get("key", signal, load)).toBe(0);
    nowMs = 4_999;
    expect(await cache.get("key", signal, load)).toBe(4_999);
  });

  it("does not hold failures or absences", async () => {
    const cache = new ControlCache<string>();
    await expect(cache.get("key", signal, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await cache.get("key", signal, async () => undefined)).toBeUndefined();
    expect(await cache.get("key", signal, async () => "there")).toBe("there");
  });

  it("does not hold what was being loaded when it was dropped", async () => {
    const cache = new ControlCache<string>();
    let finish: (value: string) => void = () => undefined;
    const old = cache.get("key", signal, () => new Promise((resolve) => (finish = resolve)));
    cache.drop("key");
    finish("old");
    expect(await old).toBe("old");
    expect(await cache.get("key", signal, async () => "new")).toBe("new");
  });

  it("goes on loading for the others when one who waits goes away", async () => {
    const cache = new ControlCache<string>();
    let finish: (value: string) => void = () => undefined;
    const leaving = new AbortController();
    const load = (): Promise<string> => new Promise((resolve) => (finish = resolve));
    const first = cache.get("key", leaving.signal, load);
    const second = cache.get("key", signal, load);
    leaving.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    finish("value");
    expect(await second).toBe("value");
  });
});
