/** The universal query as decoded from a request, before ids are looked up and vectors are prepared for their column. */
import { type Condition, type Filter, type PayloadPath } from "./filter";
import { type JsonValue } from "./json";
import { type PointId } from "./point-id";
import { type Selectors } from "./selector";
import { type GivenVector } from "./vector";

/** What a query names as an example: a vector itself, or a point whose vector is meant. */
export type Example = { kind: "id"; id: PointId } | { kind: "vector"; vector: GivenVector };

export interface ContextPair<T> {
  positive: T;
  negative: T;
}

/** Maximal marginal relevance: `diversity` 0 … 1 (0: plain nearest), over the `candidatesLimit` nearest points. */
export interface Mmr {
  diversity: number;
  /** Left out: as many as the query's limit. */
  candidatesLimit?: number;
}

/** A query that scores points by a named vector. `T` is an example in a request, a prepared vector in a plan. */
export type VectorQuery<T> =
  | { kind: "nearest"; target: T; mmr?: Mmr }
  | { kind: "recommend"; strategy: RecommendStrategy; positive: T[]; negative: T[] }
  | { kind: "discover"; target: T; context: ContextPair<T>[] }
  | { kind: "context"; context: ContextPair<T>[] }
  | { kind: "feedback"; target: T; feedback: { example: T; score: number }[]; a: number; b: number; c: number };

export type RecommendStrategy = "average_vector" | "best_score" | "sum_scores";

export type Fusion = { kind: "rrf"; k: number; weights?: number[] } | { kind: "dbsf" };

/** `startFrom` as the key's index counts: a number, or microseconds since 1970 (bigint) for a date. */
export interface OrderBy {
  path: PayloadPath;
  direction: "asc" | "desc";
  startFrom?: number | bigint;
}

export type Query =
  | VectorQuery<Example>
  | { kind: "order_by"; orderBy: OrderBy }
  | { kind: "fusion"; fusion: Fusion }
  | { kind: "formula"; formula: Formula }
  | { kind: "sample" };

/** `defaults` by the variable's text, `$score[i]` included. */
export interface Formula {
  expression: Expression;
  defaults: Map<string, JsonValue>;
}

/** A formula's tree as written; texts of variables and dates are checked by query/formula-check.ts. */
export type Expression =
  | { kind: "constant"; value: number }
  | { kind: "variable"; text: string }
  | { kind: "condition"; condition: Condition }
  | { kind: "geo_distance"; origin: { lon: number; lat: number }; to: string }
  | { kind: "datetime"; text: string }
  | { kind: "datetime_key"; text: string }
  | { kind: "mult" | "sum"; of: Expression[] }
  | { kind: "neg" | "abs" | "sqrt" | "exp" | "log10" | "ln"; of: Expression }
  | { kind: "div"; left: Expression; right: Expression; byZeroDefault?: number }
  | { kind: "pow"; base: Expression; exponent: Expression }
  | {
      kind: "decay";
      curve: "lin" | "exp" | "gauss";
      x: Expression;
      target?: Expression;
      scale?: number;
      midpoint?: number;
    };

/** Where the ids of a query are looked up instead of its own collection. */
export interface LookupFrom {
  collection: string;
  vector?: string;
  /** As it was sent. */
  shardKey?: JsonValue;
}

export interface SearchParams {
  hnswEf?: number;
  exact: boolean;
  oversampling?: number;
  indexedOnly?: boolean;
}

/** What a request and each of its prefetches have in common. */
export interface QueryStage {
  prefetch: QueryStage[];
  query?: Query;
  using?: string;
  filter?: Filter;
  params?: SearchParams;
  scoreThreshold?: number;
  limit: number;
  lookupFrom?: LookupFrom;
}

export interface QueryRequest extends QueryStage, Selectors {
  offset: number;
}

/** For each group also the point whose id is the group's key. */
export interface WithLookup extends Selectors {
  collection: string;
}

export interface GroupRequest extends QueryRequest {
  groupBy: PayloadPath;
  groupSize: number;
  withLookup?: WithLookup;
}
