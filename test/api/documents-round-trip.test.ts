/** Property: whatever a create accepts comes back, user fields exactly and vectors within float32. */
import fc from "fast-check";

import { backend, uniqueName } from "../support/backend";
import { startInlet, type TestInlet } from "../support/inlet";

const namespace = uniqueName("trip");
const SYSTEM = new Set(["_internal", "document_id", "collection_id", "document_blobs", "vectors", "_vectors"]);
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
});
afterAll(() => inlet.close());

// Doubles of 16 and 17 digits may come back one unit off (docs), so numbers here have fewer; -0 is 0 in JSON.
const number = fc
  .oneof(
    fc.maxSafeInteger(),
    fc.integer().map((whole) => whole / 1024),
  )
  .map((value) => value + 0);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    number,
    fc.string({ unit: "grapheme" }),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("json"), { maxKeys: 4 }),
  ),
}));
const metadata = fc
  .dictionary(fc.string({ unit: "grapheme" }), json, { maxKeys: 6 })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([key]) => !SYSTEM.has(key))));
const bound = 2 ** 40;
const vector = fc.array(fc.float({ noNaN: true, min: -bound, max: bound }), { minLength: 4, maxLength: 4 });

it("gives every document back", async () => {
  await fc.assert(
    fc.asyncProperty(
      metadata,
      vector,
      fc.array(vector, { minLength: 1, maxLength: 3 }),
      async (fields, dense, rows) => {
        const body = JSON.stringify({ metadata: fields, vectors: { dense, rows } });
        const created = await inlet.call("POST", "/v1/collections/c/documents", { namespace, body });
        expect(created.status).toBe(200);
        const path = created.headers.get("location") ?? "";
        const read = await inlet.call("GET", `${path}?return_vectors=true`, { namespace });
        const { vectors, ...payload } = JSON.parse(read.text);
        const own = Object.fromEntries(Object.entries(payload).filter(([key]) => !SYSTEM.has(key)));
        expect(own).toEqual(JSON.parse(body).metadata);
        const pairs: [number[], number[]][] = [
          [dense, vectors.dense],
          ...rows.map((row, index): [number[], number[]] => [row, vectors.rows[index]]),
        ];
        for (const [sent, got] of pairs) {
          const tolerance = Math.hypot(...sent) * 2 ** -22;
          sent.forEach((value, index) =>
            expect(Math.abs(value - Math.fround(got[index] ?? NaN))).toBeLessThanOrEqual(tolerance),
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});
