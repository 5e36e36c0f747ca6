/** Queries over HTTP against the naive oracle: the same scores in the same order, and for each point the score that it has. */
import fc from "fast-check";
import {
  type Column,
  type Example,
  type Hit,
  type OraclePoint,
  type OracleQuery,
  type OracleRequest,
  type Vector,
  oracleQuery,
  unit,
} from "../oracle/query";
import { startTemporaryEngine } from "../support/engine";

const SIZE = 5;
const COLUMNS: Record<string, Column> = {
  c: { kind: "dense", distance: "Cosine" },
  d: { kind: "dense", distance: "Dot" },
  e: { kind: "dense", distance: "Euclid" },
  m: { kind: "dense", distance: "Manhattan" },
  mc: { kind: "multi", distance: "Cosine" },
  me: { kind: "multi", distance: "Euclid" },
  s: { kind: "sparse", idf: false },
  i: { kind: "sparse", idf: true },
};

const collectionBody = {
  vectors: Object.fromEntries(
    Object.entries(COLUMNS).flatMap(([name, column]) =>
      column.kind === "sparse"
        ? []
        : [
            [
              name,
              {
                size: SIZE,
                distance: column.distance,
                ...(column.kind === "multi" ? { multivector_config: { comparator: "max_sim" } } : {}),
              },
            ],
          ],
    ),
  ),
  sparse_vectors: { s: {}, i: { modifier: "idf" } },
};

/** Never whole (the two-row trap), never 0, and fine enough that scores do not tie. */
const number = fc
  .integer({ min: 1, max: 199_999 })
  .map((value) => (value % 2 === 0 ? value + 0.5 : -value - 0.5) / 1e5);
const row = fc.array(number, { minLength: SIZE, maxLength: SIZE });
const sparse = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }).chain((indices) =>
  fc.record({
    indices: fc.constant(indices.sort((a, b) => a - b)),
    values: fc.array(number, { minLength: indices.length, maxLength: indices.length }),
  }),
);
const vectorFor = (column: Column | undefined): fc.Arbitrary<Vector> =>
  column?.kind === "sparse" ? sparse : column?.kind === "multi" ? fc.array(row, { minLength: 1, maxLength: 3 }) : row;

/** Some points lack some vectors. */
const point = (id: number): fc.Arbitrary<OraclePoint> =>
  fc
    .tuple(...Object.entries(COLUMNS).map(([name, column]) => fc.tuple(fc.constant(name), vectorFor(column))))
    .chain((all) =>
      fc.record({ id: fc.constant(id), n: number, vectors: fc.subarray(all).map((some) => Object.fromEntries(some)) }),
    );

const points = fc
  .integer({ min: 1, max: 25 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => point(i + 1))));

function vectorQuery(all: OraclePoint[], using: string, withContext: boolean): fc.Arbitrary<OracleQuery> {
  const having = all.filter(({ vectors }) => using in vectors).map(({ id }) => id);
  const raw: fc.Arbitrary<Example> = vectorFor(COLUMNS[using]);
  const example = having.length === 0 ? raw : fc.oneof(raw, fc.constantFrom(...having));
  const examples = (minLength: number): fc.Arbitrary<Example[]> => fc.array(example, { minLength, maxLength: 3 });
  const pairs = fc.array(fc.record({ positive: example, negative: example }), { maxLength: 3 });
  const isDense = COLUMNS[using]?.kind === "dense";
  return fc.oneof(
    example.map((nearest) => ({ nearest })),
    fc
      .record({
        positive: examples(1),
        negative: examples(0),
        strategy: fc.constantFrom("best_score", "sum_scores", ...(isDense ? ["average_vector"] : [])),
      })
      .map((recommend) => ({ recommend })),
    fc.record({ target: example, context: pairs }).map((discover) => ({ discover })),
    // Many points have the score 0, so what a limit leaves of them is anyone's guess.
    ...(withContext ? [pairs.map((context) => ({ context }))] : []),
  );
}

const limit = fc.integer({ min: 1, max: 12 });
const filterOf = (all: OraclePoint[]) =>
  fc.option(
    fc
      .subarray(
        all.map(({ id }) => id),
        { minLength: 1 },
      )
      .map((ids) => ({ must: [{ has_id: ids }] })),
    { nil: undefined },
  );

const leaf = (all: OraclePoint[], isRoot: boolean): fc.Arbitrary<OracleRequest> =>
  fc.constantFrom(...Object.keys(COLUMNS)).chain((using) =>
    fc.record({
      query: vectorQuery(all, using, isRoot),
      using: fc.constant(using),
      filter: filterOf(all),
      limit,
    }),
  );

function nested(all: OraclePoint[], depth: number, isRoot = false): fc.Arbitrary<OracleRequest> {
  if (depth === 0) return leaf(all, isRoot);
  const sources = fc.array(nested(all, depth - 1), { minLength: 1, maxLength: 3 });
  const merged = sources.chain((prefetch) =>
    fc.record({
      prefetch: fc.constant(prefetch),
      filter: filterOf(all),
      limit,
      query: fc.oneof(
        fc.record({
          rrf: fc.record({
            k: fc.integer({ min: 1, max: 60 }),
            weights: fc.array(
              fc.integer({ min: 1, max: 9999 }).map((w) => w / 3001),
              {
                minLength: prefetch.length,
                maxLength: prefetch.length,
              },
            ),
          }),
        }),
        number.map((factor): OracleQuery => ({ formula: { sum: ["$score", { mult: [factor, "n"] }] } })),
      ),
    }),
  );
  const rescored = fc
    .tuple(sources, leaf(all, isRoot))
    .map(([prefetch, rest]): OracleRequest => ({ ...rest, prefetch }));
  return fc.oneof(leaf(all, isRoot), merged, rescored);
}

const scenario = points.chain((all) =>
  fc.record({
    all: fc.constant(all),
    requests: fc.array(
      fc
        .tuple(nested(all, 2, true), fc.integer({ min: 0, max: 3 }))
        .map(([request, offset]) => ({ ...request, offset })),
      { minLength: 4, maxLength: 8 },
    ),
  }),
);

describe("queries", () => {
  let engine: Awaited<ReturnType<typeof startTemporaryEngine>>;
  beforeAll(async () => {
    engine = await startTemporaryEngine();
  });
  afterAll(() => engine.stop());

  async function call(method: string, path: string, body?: unknown): Promise<{ result: { points: Hit[] } }> {
    const answer = await fetch(`${engine.url}/collections/q${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} ${JSON.stringify(body)}: ${text}`);
    const parsed: { result: { points: Hit[] } } = JSON.parse(text);
    return parsed;
  }

  it("answer what the oracle says, whatever is nested in whatever", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ all, requests }) => {
        await call("DELETE", "");
        await call("PUT", "", collectionBody);
        const sent = all.map(({ id, n, vectors }) => ({ id, vector: vectors, payload: { n } }));
        await call("PUT", "/points?wait=true", { points: sent });
        // Cosine vectors are kept normalised, which averages of stored ones show.
        const kept = all.map((each) => ({
          ...each,
          vectors: Object.fromEntries(
            Object.entries(each.vectors).map(([name, vector]) => [
              name,
              name === "c" && Array.isArray(vector) ? unit(vector.flat()) : vector,
            ]),
          ),
        }));
        for (const request of requests) {
          const { result } = await call("POST", "/points/query", request);
          const everything = { ...request, limit: request.limit + request.offset + 100, offset: 0 };
          expectAgreement(result.points, oracleQuery(kept, COLUMNS, request), oracleQuery(kept, COLUMNS, everything));
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Scores agree rank by rank, so that points of one score may stand in any order; each point has its own score. */
function expectAgreement(got: Hit[], expected: Hit[], everything: Hit[]): void {
  const near = (score: number): unknown => expect.closeTo(score, 4);
  expect(got.map(({ score }) => score)).toEqual(expected.map(({ score }) => near(score)));
  const scores = new Map(everything.map(({ id, score }) => [id, score]));
  expect(got).toEqual(got.map(({ id }) => expect.objectContaining({ id, score: near(scores.get(id) ?? NaN) })));
}
