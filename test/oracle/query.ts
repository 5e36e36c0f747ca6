/** What a query answers, written down from the facts sheet (section 4) for clarity, not speed, and without any code of the
 *  engine. It covers what the property test asks: vector queries of every kind over dense, sparse and multi vectors, prefetches
 *  of any depth, fusion, and one form of formula; filters are `has_id` alone. */

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";
export interface Sparse {
  indices: number[];
  values: number[];
}
export type Vector = number[] | number[][] | Sparse;
export type Column = { kind: "dense" | "multi"; distance: Distance } | { kind: "sparse"; idf: boolean };
export interface OraclePoint {
  id: number;
  n: number;
  vectors: Record<string, Vector>;
}
export type Example = number | Vector;
export type OracleQuery =
  | { nearest: Example }
  | { recommend: { positive: Example[]; negative: Example[]; strategy: string } }
  | { discover: { target: Example; context: { positive: Example; negative: Example }[] } }
  | { context: { positive: Example; negative: Example }[] }
  | { fusion: "dbsf" }
  | { rrf: { k: number; weights: number[] } }
  | { formula: { sum: ["$score", { mult: [number, "n"] }] } };
export interface OracleRequest {
  prefetch?: OracleRequest[];
  query?: OracleQuery;
  using?: string;
  filter?: { must: { has_id: number[] }[] };
  limit: number;
  offset?: number;
  score_threshold?: number;
}
export interface Hit {
  id: number;
  score: number;
}

export function oracleQuery(points: OraclePoint[], columns: Record<string, Column>, request: OracleRequest): Hit[] {
  const wanted = { ...request, limit: request.limit + (request.offset ?? 0) };
  // What any prefetch names is left out of all of them.
  const named = idsNamedIn(request);
  const visible = points.filter(({ id }) => !named.includes(id));
  return stage(visible, columns, wanted, points).slice(request.offset ?? 0);
}

const idsNamedIn = ({ query, prefetch = [] }: OracleRequest): number[] => [
  ...(query === undefined ? [] : idsNamed(query)),
  ...prefetch.flatMap(idsNamedIn),
];

function stage(
  visible: OraclePoint[],
  columns: Record<string, Column>,
  request: OracleRequest,
  all: OraclePoint[],
): Hit[] {
  const { query, using = "", filter, prefetch = [], limit } = request;
  const allowed = filter?.must.flatMap(({ has_id }) => has_id);
  const points = visible.filter(({ id }) => allowed?.includes(id) ?? true);
  const lists = prefetch.map((source) => stage(points, columns, source, all));
  const found = new Set(lists.flatMap((list) => list.map(({ id }) => id)));
  const candidates = prefetch.length > 0 ? points.filter(({ id }) => found.has(id)) : points;
  return scored(
    candidates,
    all,
    columns,
    query,
    using,
    lists,
    prefetch.length > 0 || allowed !== undefined,
    request,
  ).slice(0, limit);
}

function scored(
  candidates: OraclePoint[],
  all: OraclePoint[],
  columns: Record<string, Column>,
  query: OracleQuery | undefined,
  using: string,
  lists: Hit[][],
  isFiltered: boolean,
  request: OracleRequest,
): Hit[] {
  if (query === undefined) return candidates.map(({ id }) => ({ id, score: 1 })).sort((a, b) => a.id - b.id);
  if ("fusion" in query || "rrf" in query) return fused(lists, query);
  if ("formula" in query) {
    const [, { mult }] = query.formula.sum;
    const first = new Map(lists[0]?.map(({ id, score }) => [id, score]));
    return descending(candidates.map(({ id, n }) => ({ id, score: (first.get(id) ?? 0) + mult[0] * n })));
  }
  const column = columns[using];
  if (column === undefined) throw new Error(`no column ${using}`);
  const raw = (a: Vector, b: Vector): number | undefined => similarity(column, a, b, all, using);
  const own = candidates.filter(({ vectors }) => using in vectors);
  const vectorOf = (example: Example): Vector => {
    if (typeof example !== "number") return example;
    const vector = all.find(({ id }) => id === example)?.vectors[using];
    if (vector === undefined) throw new Error(`no vector for ${example}`);
    return vector;
  };
  if ("nearest" in query || ("recommend" in query && query.recommend.strategy === "average_vector")) {
    const target = "nearest" in query ? vectorOf(query.nearest) : average(query.recommend, vectorOf);
    const hits = own.flatMap(({ id, vectors }) => {
      const score = raw(target, vectors[using] ?? []);
      if (score === undefined || (score === 0 && column.kind === "sparse" && !isFiltered)) return [];
      return [{ id, score }];
    });
    const shown = descending(hits).map(({ id, score }) => ({ id, score: asShown(column, score) }));
    const threshold = request.score_threshold;
    if (threshold === undefined) return shown;
    return shown.filter(({ score }) => (growsWithDistance(column) ? score < threshold : score > threshold));
  }
  const near = (vector: Vector, example: Example): number => raw(vectorOf(example), vector) ?? 0;
  return descending(own.map(({ id, vectors }) => ({ id, score: custom(query, vectors[using] ?? [], near) })));
}

function custom(
  query: Extract<OracleQuery, { recommend: unknown } | { discover: unknown } | { context: unknown }>,
  vector: Vector,
  near: (vector: Vector, example: Example) => number,
): number {
  if ("recommend" in query) {
    const positive = query.recommend.positive.map((example) => near(vector, example));
    const negative = query.recommend.negative.map((example) => near(vector, example));
    if (query.recommend.strategy === "sum_scores") return sum(positive) - sum(negative);
    const [best, worst] = [Math.max(...positive), Math.max(...negative)];
    return best > worst ? sigmoid(best) : -sigmoid(worst);
  }
  const pairs = "discover" in query ? query.discover.context : query.context;
  const margins = pairs.map(({ positive, negative }) => near(vector, positive) - near(vector, negative));
  if ("discover" in query) return sum(margins.map(Math.sign)) + sigmoid(near(vector, query.discover.target));
  return sum(margins.map((margin) => Math.min(margin - 1.1920929e-7, 0)).map((loss) => loss / (1 + Math.abs(loss))));
}

function fused(lists: Hit[][], query: { fusion: "dbsf" } | { rrf: { k: number; weights: number[] } }): Hit[] {
  const sums = new Map<number, number>();
  lists.forEach((list, index) => {
    const scores = list.map(({ score }) => score);
    const mean = sum(scores) / scores.length;
    const deviation = Math.sqrt(sum(scores.map((score) => (score - mean) ** 2)) / (scores.length - 1));
    list.forEach(({ id, score }, rank) => {
      let part: number;
      if ("rrf" in query) {
        const weight = query.rrf.weights[index] ?? 1;
        part = weight <= 0 ? 0 : 1 / ((rank + 1) / weight + query.rrf.k - 1);
      } else part = scores.length < 2 || deviation === 0 ? 0.5 : (score - (mean - 3 * deviation)) / (6 * deviation);
      sums.set(id, (sums.get(id) ?? 0) + part);
    });
  });
  return descending([...sums].map(([id, score]) => ({ id, score })));
}

/** The larger the nearer; undefined where sparse vectors share no index. */
function similarity(column: Column, a: Vector, b: Vector, all: OraclePoint[], using: string): number | undefined {
  if (column.kind === "sparse") {
    if (!isSparse(a) || !isSparse(b)) throw new Error("not sparse");
    const shared = a.indices.filter((index) => b.indices.includes(index));
    if (shared.length === 0) return undefined;
    const value = (vector: Sparse, index: number): number => vector.values[vector.indices.indexOf(index)] ?? 0;
    return sum(shared.map((index) => value(a, index) * value(b, index) * (column.idf ? idf(all, using, index) : 1)));
  }
  if (isSparse(a) || isSparse(b)) throw new Error("sparse");
  if (column.kind === "dense") return between(column.distance, a.flat(), b.flat());
  const [queryRows, rows] = [rowsOf(a), rowsOf(b)];
  return sum(queryRows.map((row) => Math.max(...rows.map((other) => between(column.distance, row, other)))));
}

const idf = (all: OraclePoint[], using: string, index: number): number => {
  const having = all.map(({ vectors }) => vectors[using]).filter((vector) => vector !== undefined && isSparse(vector));
  const frequency = having.filter((vector) => vector.indices.includes(index)).length;
  return Math.log((having.length - frequency + 0.5) / (frequency + 0.5) + 1);
};

function between(distance: Distance, a: number[], b: number[]): number {
  const zipped = a.map((value, i) => [value, b[i] ?? 0] as const);
  switch (distance) {
    case "Cosine":
      return sum(zipped.map(([x, y]) => x * y)) * scaleOf(a) * scaleOf(b);
    case "Dot":
      return sum(zipped.map(([x, y]) => x * y));
    case "Euclid":
      return -sum(zipped.map(([x, y]) => (x - y) ** 2));
    case "Manhattan":
      return -sum(zipped.map(([x, y]) => Math.abs(x - y)));
  }
}

/** What a cosine vector is multiplied by before it is stored or searched with: one that is almost 0, or of length 1 already,
 *  stays as it is. */
function scaleOf(vector: readonly number[]): number {
  const squaredNorm = sum(vector.map((value) => value * value));
  return squaredNorm < 1.19e-7 || Math.abs(squaredNorm - 1) <= 1e-6 ? 1 : 1 / Math.sqrt(squaredNorm);
}

export const unit = (vector: readonly number[]): number[] => vector.map((value) => value * scaleOf(vector));

/** Of dense vectors alone: twice the average of the positives, less that of the negatives. Stored cosine vectors are of length 1. */
function average(
  { positive, negative }: { positive: Example[]; negative: Example[] },
  vectorOf: (example: Example) => Vector,
): Vector {
  const mean = (examples: Example[]): number[] => {
    const vectors = examples
      .map((example) => vectorOf(example))
      .map((vector) => (isSparse(vector) ? [] : vector.flat()));
    return (vectors[0] ?? []).map((_, i) => sum(vectors.map((vector) => vector[i] ?? 0)) / vectors.length);
  };
  const toward = mean(positive);
  if (negative.length === 0) return toward;
  const away = mean(negative);
  return toward.map((value, i) => 2 * value - (away[i] ?? 0));
}

function asShown(column: Column, raw: number): number {
  if (column.kind === "sparse" || column.distance === "Cosine" || column.distance === "Dot") return raw;
  return column.distance === "Euclid" ? Math.sqrt(Math.abs(raw)) : Math.abs(raw);
}

const growsWithDistance = (column: Column): boolean =>
  column.kind !== "sparse" && (column.distance === "Euclid" || column.distance === "Manhattan");
const isSparse = (vector: Vector): vector is Sparse => !Array.isArray(vector);
const rowsOf = (vector: number[] | number[][]): number[][] =>
  vector.some((row) => Array.isArray(row)) ? vector.filter((row) => Array.isArray(row)) : [vector.flat()];
const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
const sigmoid = (x: number): number => 0.5 * (x / (1 + Math.abs(x)) + 1);
const descending = (hits: Hit[]): Hit[] => [...hits].sort((a, b) => b.score - a.score);

function idsNamed(query: OracleQuery): number[] {
  const examples: Example[] =
    "nearest" in query
      ? [query.nearest]
      : "recommend" in query
        ? [...query.recommend.positive, ...query.recommend.negative]
        : "discover" in query
          ? [query.discover.target, ...query.discover.context.flatMap(({ positive, negative }) => [positive, negative])]
          : "context" in query
            ? query.context.flatMap(({ positive, negative }) => [positive, negative])
            : [];
  return examples.filter((example) => typeof example === "number");
}
