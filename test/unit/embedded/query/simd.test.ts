import fc from "fast-check";
import { type DenseParams, type Distance } from "../../../../src/embedded/model/collection";
import { SlicedSearcher } from "../../../../src/embedded/query/dense-search";
import { FloatArena } from "../../../../src/embedded/query/simd/arena";
import { PooledSearcher } from "../../../../src/embedded/query/simd/pooled-search";
import { StoredDenseColumn, sharedFloats } from "../../../../src/embedded/storage/dense-column";

const params = (size: number, distance: Distance, datatype: DenseParams["datatype"] = "float32"): DenseParams => ({
  size,
  distance,
  datatype,
  multi: false,
  given: new Map(),
});

const value = fc.integer({ min: -1000, max: 1000 }).map((whole) => whole / 97);
const rows = (size: number) => fc.array(fc.array(value, { minLength: size, maxLength: size }), { maxLength: 60 });
const column = fc.integer({ min: 1, max: 70 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    distance: fc.constantFrom<Distance>("Cosine", "Dot", "Euclid", "Manhattan"),
    datatype: fc.constantFrom<DenseParams["datatype"]>("float32", "float16", "uint8"),
    rows: rows(size),
    query: fc.array(value, { minLength: size, maxLength: size }),
    removed: fc.array(fc.nat(59)),
    excluded: fc.array(fc.nat(59)),
    among: fc.option(fc.uniqueArray(fc.nat(80), { maxLength: 30 }), { nil: undefined }),
    k: fc.nat(20),
  }),
);

const fail = (error: Error): never => {
  throw error;
};

describe("SIMD search", () => {
  it("finds what the plain loop finds, for every size, distance, datatype and selection", async () => {
    const arena = new FloatArena();
    const simd = new PooledSearcher(arena, fail, 0);
    const plain = new SlicedSearcher();
    await fc.assert(
      fc.asyncProperty(column, async ({ size, distance, datatype, rows, query, removed, excluded, among, k }) => {
        const stored = new StoredDenseColumn(params(size, distance, datatype), arena.allocate);
        rows.forEach((row, slot) => stored.put(slot, Float32Array.from(row)));
        for (const slot of removed) stored.remove(slot);
        const search = { k, exact: true, excluded: new Set(excluded), among: among && Uint32Array.from(among).sort() };
        const target = Float32Array.from(query);
        expect(await simd.search(stored, target, search)).toEqual(await plain.search(stored, target, search));
      }),
      { numRuns: 300 },
    );
  });

  it("searches a column that lies outside the arena as well", async () => {
    const stored = new StoredDenseColumn(params(2, "Dot"), sharedFloats);
    stored.put(3, Float32Array.of(1, 2));
    const simd = new PooledSearcher(new FloatArena(), fail, 0);
    const found = await simd.search(stored, Float32Array.of(1, 1), { k: 5, excluded: new Set(), exact: true });
    expect(found).toEqual([{ slot: 3, score: 3 }]);
  });

  it("gives every chunk its own zeroed room, across memories", () => {
    const arena = new FloatArena();
    const chunks = Array.from({ length: 40 }, () => arena.allocate(1024 * 1024));
    chunks.forEach((chunk, i) => {
      expect(chunk[0]).toBe(0);
      chunk.fill(i + 1);
    });
    chunks.forEach((chunk, i) => expect([chunk[0], chunk[1024 * 1024 - 1]]).toEqual([i + 1, i + 1]));
    expect(arena.partsOf({ chunks, rowsPerChunk: 16 })).toHaveLength(3);
  });
});
