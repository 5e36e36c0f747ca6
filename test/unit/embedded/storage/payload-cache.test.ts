import { PayloadCache } from "../../../../src/embedded/storage/payload-cache";

const payload = (n: number) => new Map([["n", n]]);
/** With its own cost, an entry weighs 100. */
const TEXT = 36;

describe("the payload cache", () => {
  it("gives what was set last, and nothing once it was deleted", () => {
    const cache = new PayloadCache(10_000);
    cache.set(1, payload(1), TEXT);
    cache.set(1, payload(2), TEXT);
    expect(cache.get(1)).toEqual(payload(2));
    cache.delete(1);
    expect(cache.get(1)).toBeUndefined();
  });

  it("never gives an older payload of a slot that was set again, deleted or pushed out", () => {
    const cache = new PayloadCache(1000);
    cache.set(1, payload(1), TEXT);
    for (let slot = 2; slot < 8; slot++) cache.set(slot, payload(slot), TEXT); // 1 is old now
    cache.set(1, payload(100), TEXT);
    expect(cache.get(1)).toEqual(payload(100));
    cache.delete(1);
    expect(cache.get(1)).toBeUndefined();
  });

  it("holds at most its bound, and keeps what is read again and again", () => {
    const cache = new PayloadCache(1000);
    for (let slot = 0; slot < 500; slot++) {
      cache.set(slot, payload(slot), TEXT);
      expect(cache.get(0)).toEqual(payload(0));
    }
    const held = Array.from({ length: 500 }, (_, slot) => slot).filter((slot) => cache.get(slot) !== undefined);
    expect(held.length).toBeLessThanOrEqual(10);
    expect(held).toContain(0);
    expect(held).toContain(499);
  });
});
