/** How values must be written so that Qdrant 1.18 reads what was meant, and reads come back as JSON values. */
import { type QdrantFilter, type QdrantQuery, type QdrantVector } from "./gateway";

const MAX_U32 = 4_294_967_295;

/** Qdrant parses two rows, the first all whole numbers, as a sparse vector's indices and values. One number of that row is
 *  moved by the least bit of a double, which is the same float32, so that it no longer looks whole. JSON has no -0 in
 *  JavaScript: it goes as a number that is -0 as a float32. */
export function vectorToSend(vector: QdrantVector): QdrantVector {
  if (!Array.isArray(vector)) return { indices: vector.indices, values: withSignedZeros(vector.values) };
  if (isRow(vector)) return withSignedZeros(vector);
  const rows = vector.map(withSignedZeros);
  const [first, second] = rows;
  if (rows.length !== 2 || first === undefined || second === undefined || !first.every(looksLikeIndex)) return rows;
  return [[notWhole(first[0] ?? 0), ...first.slice(1)], second];
}

const isRow = (vector: number[] | number[][]): vector is number[] => !Array.isArray(vector[0]);

/** As a double not 0, as a float32 -0. */
const NEGATIVE_ZERO = -1e-60;
const isNegativeZero = (value: number): boolean => Object.is(value, -0);
const withSignedZeros = (values: number[]): number[] =>
  values.some(isNegativeZero) ? values.map((value) => (isNegativeZero(value) ? NEGATIVE_ZERO : value)) : values;

const looksLikeIndex = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_U32;

/** The same float32, written with a fraction. Rounded first: 16777217 lies between two float32 and would else move to the
 *  other one. */
const notWhole = (value: number): number => (value === 0 ? 1e-60 : Math.fround(value) * (1 + Number.EPSILON));

export function vectorsToSend(vectors: Record<string, QdrantVector>): Record<string, QdrantVector> {
  return Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vectorToSend(vector)]));
}

/** A query with every vector in it, at any depth, written so. Knows no query's shape: two rows of numbers are a multivector
 *  wherever they stand. */
export function queryToSend(value: unknown): unknown {
  if (isRows(value)) return vectorToSend(value);
  if (Array.isArray(value)) return value.some((item) => typeof item === "object") ? value.map(queryToSend) : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, queryToSend(inner)]));
}

function isRows(value: unknown): value is number[][] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((row) => Array.isArray(row) && row.length > 0 && row.every((item) => typeof item === "number"))
  );
}

/** A `must_not` that repeats a condition driving the scan is ignored by Qdrant 1.18, in deletes too; inside an outer `must`
 *  it is heard. */
export const filterToSend = (filter: QdrantFilter): QdrantFilter => ({ must: [filter] });

/** A universal query with its vectors and its filters, those of prefetches too, as they must be written. */
export function universalQueryToSend(query: QdrantQuery) {
  const { prefetch, filter, query: inner, ...rest } = query;
  return {
    ...rest,
    ...(prefetch === undefined ? {} : { prefetch: prefetch.map(stageToSend) }),
    query: recordToSend(inner),
    ...(filter === undefined ? {} : { filter: filterToSend(filter) }),
  };
}

function stageToSend({ filter, query, ...rest }: Omit<QdrantQuery, "prefetch">) {
  return { ...rest, query: recordToSend(query), ...(filter === undefined ? {} : { filter: filterToSend(filter) }) };
}

const recordToSend = (query: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, queryToSend(value)]));

/** Newer Node versions let the client read integers beyond 2^53 as BigInt, which JSON can't write. Points that others wrote
 *  may hold some; they become the nearest double, as in any JSON reader. Returns the same object where there are none. */
export function withoutBigInts(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  for (const key of Object.keys(value)) {
    const inner: unknown = Reflect.get(value, key);
    const plain = withoutBigInts(inner);
    if (plain !== inner) Reflect.set(value, key, plain);
  }
  return value;
}
