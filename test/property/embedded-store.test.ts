import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Store } from "../../src/embedded/storage/store";

type Step =
  | { kind: "put"; key: number; value: number }
  | { kind: "remove"; key: number }
  | { kind: "commit" }
  | { kind: "range"; from: number; to: number; limit: number };

const key = fc.integer({ min: 0, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), key, value: fc.nat(255) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("range" as const),
      from: key,
      to: key,
      limit: fc.integer({ min: 1, max: 12 }),
    }),
  },
);

const bytes = (number: number): Buffer => Buffer.of(number);
const fail = (error: Error): never => {
  throw error;
};

describe("the store", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "inlet-store-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("reads like a sorted map, whatever is committed, being committed or waiting, and after it was opened again", async () => {
    let store = Store.open(folder, fail);
    const model = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        for (const each of steps) {
          if (each.kind === "put") {
            store.put("points", bytes(each.key), bytes(each.value));
            model.set(each.key, each.value);
          } else if (each.kind === "remove") {
            store.remove("points", bytes(each.key));
            model.delete(each.key);
          } else if (each.kind === "commit") {
            await store.committed();
          } else {
            const expected = [...model].filter(([at]) => at >= each.from && at < each.to).sort(([a], [b]) => a - b);
            const found = store.range("points", bytes(each.from), bytes(each.to), each.limit);
            expect(found.map((entry) => [entry.key[0], entry.value[0]])).toEqual(expected.slice(0, each.limit));
            expect(store.count("points", bytes(each.from), bytes(each.to))).toBe(expected.length);
          }
        }
        for (let at = 0; at <= 30; at++) expect(store.get("points", bytes(at))?.[0]).toBe(model.get(at));
      }),
      { numRuns: 60 },
    );
    await store.close();

    store = Store.open(folder, fail);
    for (let at = 0; at <= 30; at++) expect(store.get("points", bytes(at))?.[0]).toBe(model.get(at));
    await store.close();
  });
});
