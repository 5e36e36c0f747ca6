/** The point table against a Map: random writes, then everything that can be asked of it, before and after the folder was
 *  closed and opened again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { type CollectionConfig, type DenseParams } from "../../src/embedded/model/collection";
import { type JsonObject, type JsonValue } from "../../src/embedded/model/json";
import { type PointId, comparePointIds } from "../../src/embedded/model/point-id";
import { type DenseColumn, type MultiColumn, type PointTable, type SparseColumn } from "../../src/embedded/model/table";
import { type StoredVector } from "../../src/embedded/model/vector";
import { type ColumnFiller } from "../../src/embedded/storage/fill";
import { type OpenFolder, openFolder } from "../../src/embedded/storage/open";

interface ModelPoint {
  payload: JsonObject;
  vectors: Map<string, StoredVector>;
  version: number;
}
type Model = Map<PointId, ModelPoint>;

type Step =
  | { kind: "upsert"; id: PointId; payload: JsonObject; vectors: Map<string, StoredVector> }
  | { kind: "payload"; id: PointId; payload: JsonObject }
  | { kind: "vectors"; id: PointId; vectors: Map<string, StoredVector> }
  | { kind: "touch" | "delete"; id: PointId }
  | { kind: "commit" };

const IDS: PointId[] = [
  0,
  1,
  2,
  300,
  Number.MAX_SAFE_INTEGER,
  9_007_199_254_740_993n,
  18_446_744_073_709_551_615n,
  "00000000-0000-0000-0000-000000000001",
  "c0ffee00-1234-4abc-8def-0123456789ab",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
];
const id = fc.constantFrom(...IDS);
const payload: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "é"), fc.oneof(fc.string(), fc.integer(), fc.constant<JsonValue>(null))))
  .map((pairs) => new Map<string, JsonValue>(pairs));
const floats = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.float({ noNaN: true, min: -4, max: 4 }), { minLength: length, maxLength: length })
    .map((row) => Float32Array.from(row));
const dense = floats(3).map((data): StoredVector => ({ kind: "dense", data }));
const multi = fc
  .integer({ min: 1, max: 3 })
  .chain((rows) => floats(rows * 2))
  .map((data): StoredVector => ({ kind: "multi", multi: { size: 2, data } }));
const sparse = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }).chain((indices) =>
  floats(indices.length).map((values): StoredVector => ({
    kind: "sparse",
    sparse: { indices: Uint32Array.from(indices.sort((a, b) => a - b)), values },
  })),
);
const vectors = fc
  .record({ d: dense, m: multi, s: sparse }, { requiredKeys: [] })
  .map((named) => new Map<string, StoredVector>(Object.entries(named)));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("upsert" as const), id, payload, vectors }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("payload" as const), id, payload }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("vectors" as const), id, vectors }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("touch" as const, "delete" as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit" as const) }) },
);

const params = (size: number, isMulti: boolean): DenseParams => ({
  size,
  distance: "Dot",
  datatype: "float32",
  multi: isMulti,
  given: new Map(),
});
const config = (): CollectionConfig => ({
  dense: new Map([
    ["d", params(3, false)],
    ["m", params(2, true)],
  ]),
  sparse: new Map([["s", { idf: false, datatype: "float32" as const, given: new Map() }]]),
  singleVector: false,
  params: new Map(),
  hnsw: new Map(),
  optimizers: new Map(),
  wal: new Map(),
  quantization: null,
  strictMode: undefined,
  metadata: undefined,
  indexes: new Map(),
});

const columnsOf = (table: PointTable): Promise<[DenseColumn, MultiColumn, SparseColumn]> =>
  Promise.all([table.denseColumn("d"), table.multiColumn("m"), table.sparseColumn("s")]);

/** All that the table tells of its points, in the order of ids. */
async function seen(table: PointTable): Promise<unknown> {
  const [d, m, s] = await columnsOf(table);
  const points = [...table.slotsById()].map((slot) => {
    const own = table.vectorsAt(slot);
    for (const name of ["d", "m", "s"]) expect(table.hasVector(slot, name)).toBe(own.has(name));
    const fromColumns = new Map<string, StoredVector>();
    const [row, multiRow, sparseRow] = [d.row(slot), m.row(slot), s.row(slot)];
    if (row) fromColumns.set("d", { kind: "dense", data: Float32Array.from(row) });
    if (multiRow) fromColumns.set("m", { kind: "multi", multi: multiRow });
    if (sparseRow) fromColumns.set("s", { kind: "sparse", sparse: sparseRow });
    expect(fromColumns).toEqual(own);
    return [table.idAt(slot), { payload: table.payloadAt(slot), vectors: own, version: table.versionAt(slot) }];
  });
  expect(table.pointCount).toBe(points.length);
  for (const dimension of [0, 1, 2, 3, 4, 5, 6]) {
    const { slots, values, length } = s.postings(dimension);
    const found = Array.from({ length }, (_, at) => [slots[at], values[at]]).sort();
    const expected = [...table.slotsById()].flatMap((slot) => {
      const at = s.row(slot)?.indices.indexOf(dimension) ?? -1;
      return at < 0 ? [] : [[slot, s.row(slot)?.values[at]]];
    });
    expect(found).toEqual(expected.sort());
  }
  return points;
}

const expected = (model: Model): unknown => [...model].sort(([a], [b]) => comparePointIds(a, b));

/** Lets others write after every row. */
const slowFiller: ColumnFiller = {
  async fill(column, { records }) {
    for (const [slot, bytes] of records()) {
      column.putBytes(slot, Buffer.from(bytes));
      await setImmediate();
    }
  },
};

describe("the point table", () => {
  let dataDir: string;
  let folder: OpenFolder;
  const open = (): Promise<OpenFolder> => {
    const noIndexes = (): never => {
      throw new Error("no index is declared");
    };
    return openFolder(
      dataDir,
      { createPayloadIndex: noIndexes, allocate: (floats) => new Float32Array(floats), filler: slowFiller },
      noIndexes,
    );
  };
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "inlet-points-"));
    folder = await open();
  });
  afterEach(async () => {
    await folder.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("shows what was written, at once and after a restart", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(40), async (steps, columnsAt) => {
        const name = `c${runs++}`;
        folder.catalog.create(name, config());
        let { table } = folder.catalog.stored(name);
        const model: Model = new Map();
        let version = 0;
        // From here on the columns are read in while the rest is written.
        let reading: Promise<unknown> | undefined;
        for (const [at, each] of steps.entries()) {
          if (at === columnsAt) reading = Promise.all([columnsOf(table), table.countVectors("s")]);
          if (reading !== undefined && at % 3 === 0) await setImmediate();
          version++;
          if (each.kind === "commit") await folder.catalog.committed();
          else apply(each, table, model, version);
        }
        await reading;
        expect(await seen(table)).toEqual(expected(model));
        const withSparse = [...model.values()].filter(({ vectors }) => vectors.has("s")).length;
        expect([table.vectorCount("s"), await table.countVectors("s")]).toEqual([withSparse, withSparse]);

        if (runs % 10 !== 0) return;
        await folder.close();
        folder = await open();
        ({ table } = folder.catalog.stored(name));
        expect(await seen(table)).toEqual(expected(model));
        const from = IDS[runs % IDS.length] ?? 0;
        const after = [...model.keys()].filter((each) => comparePointIds(each, from) >= 0).sort(comparePointIds);
        expect([...table.slotsById(from)].map((slot) => table.idAt(slot))).toEqual(after);
      }),
      { numRuns: 100 },
    );
  });

  it("forgets a deleted collection's records, and gives a new one of that name none of them", async () => {
    for (let round = 0; round < 3; round++) {
      const { table } = folder.catalog.create("c", config());
      expect(table.pointCount).toBe(0);
      for (let each = 0; each < 3000; each++) table.upsert(each, new Map([["n", each]]), new Map(), 1);
      await folder.catalog.committed();
      expect(folder.catalog.delete("c")).toBe(true);
      await folder.catalog.committed();
    }
    await folder.close();
    folder = await open();
    expect(folder.catalog.collectionNames()).toEqual([]);
  });

  it("lets no stale holder write to a deleted collection", () => {
    const collection = folder.catalog.create("c", config());
    folder.catalog.delete("c");
    expect(() => collection.table).toThrow("Collection `c` doesn't exist!");
    expect(() => collection.nextOperationId()).toThrow("Collection `c` doesn't exist!");
  });
});

function apply(
  each: Exclude<Step, { kind: "commit" }>,
  table: ReturnType<OpenFolder["catalog"]["stored"]>["table"],
  model: Model,
  version: number,
): void {
  if (each.kind === "upsert") {
    table.upsert(each.id, each.payload, each.vectors, version);
    model.set(each.id, { payload: each.payload, vectors: each.vectors, version });
    return;
  }
  const slot = table.slotOf(each.id);
  const point = model.get(each.id);
  expect(slot === undefined).toBe(point === undefined);
  if (slot === undefined || point === undefined) return;
  switch (each.kind) {
    case "payload":
      table.replacePayload(slot, each.payload, version);
      model.set(each.id, { ...point, payload: each.payload, version });
      return;
    case "vectors":
      table.replaceVectors(slot, each.vectors, version);
      model.set(each.id, { ...point, vectors: each.vectors, version });
      return;
    case "touch":
      table.touch(slot, version);
      model.set(each.id, { ...point, version });
      return;
    case "delete":
      table.delete(slot);
      model.delete(each.id);
  }
}
