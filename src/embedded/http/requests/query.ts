/** The universal query: `POST …/points/query`, its batch, and what groups share with it. */
import { type QdrantError, formatError } from "../../errors";
import { filter } from "../../filter/parse";
import { type JsonValue, asDouble, isObject } from "../../model/json";
import {
  type ContextPair,
  type Example,
  type Fusion,
  type LookupFrom,
  type Mmr,
  type Query,
  type QueryRequest,
  type QueryStage,
  type SearchParams,
} from "../../model/query";
import { type Selectors } from "../../model/selector";
import { unknownShardKey } from "../../operations/shard-keys";
import { orderBy } from "../../query/order-by";
import {
  type Decoder,
  type Fields,
  type Place,
  boolean,
  double,
  listOf,
  object,
  oneOf,
  oneOrMany,
  string,
  unsigned,
  wrongType,
} from "../decode";
import { formulaQuery } from "./formula";
import { withPayload, withVector } from "./payload-selector";
import { asPointId } from "./point-id";
import { vector } from "./vectors";

const noQuery = (): QdrantError => formatError("Expected some form of vector, id, or a type of query");

/** A number as Qdrant's f32 holds it. */
export const float32: Decoder<number> = (value, at) => Math.fround(double(value, at));

const anyVector = vector(true);

/** A vector in any form, or a point's id. */
export const example: Decoder<Example> = (value, at) => {
  const id = asPointId(value);
  return id === undefined ? { kind: "vector", vector: anyVector(value, at) } : { kind: "id", id };
};

/** null counts as none. */
export const nullable =
  <T>(decode: Decoder<T>, ifNull: T): Decoder<T> =>
  (value, at) =>
    value === null ? ifNull : decode(value, at);

/** A float with Qdrant's way of showing limits: always with a point. */
export const float =
  (limits: { min: number; max?: number }): Decoder<number> =>
  (value, at) => {
    const read = double(value, at);
    noteOutside(read, limits, at);
    return read;
  };

function noteOutside(read: number, { min, max }: { min: number; max?: number }, at: Place): void {
  const shown = (number: number): string => (Number.isInteger(number) ? number.toFixed(1) : String(number));
  if (max === undefined) {
    if (!(read >= min)) at.fault(`value ${shown(read)} invalid, must be ${shown(min)} or larger`);
  } else if (!(read >= min && read <= max)) {
    at.fault(`value ${shown(read)} invalid, must be from ${shown(min)} to ${shown(max)}`);
  }
}

/** The same for a value that Qdrant keeps as f32, and shows as the double of that. */
const narrowFloat =
  (limits: { min: number; max?: number }): Decoder<number> =>
  (value, at) => {
    const read = float32(value, at);
    noteOutside(read, limits, at);
    return read;
  };

const mmr: Decoder<Mmr> = object((fields) => ({
  diversity: fields.withDefault("diversity", narrowFloat({ min: 0, max: 1 }), 0.5),
  candidatesLimit: fields.optional("candidates_limit", unsigned({ max: 16_384 })),
}));

const contextPair: Decoder<ContextPair<Example>> = object((fields) => ({
  positive: fields.required("positive", example),
  negative: fields.required("negative", example),
}));

/** One pair, a list of pairs, or null. */
const context: Decoder<ContextPair<Example>[]> = nullable(oneOrMany(contextPair), []);

const recommend: Decoder<Query> = object((fields) => {
  const positive = fields.withDefault("positive", listOf(example), []);
  const negative = fields.withDefault("negative", listOf(example), []);
  if (positive.length + negative.length === 0) {
    fields.at
      .key("positives, negatives")
      .fault("Validation error: At least one positive or negative vector/id must be provided [{}]");
  }
  const strategy = fields.withDefault(
    "strategy",
    oneOf("average_vector", "best_score", "sum_scores"),
    "average_vector",
  );
  return { kind: "recommend", positive, negative, strategy };
});

const discover: Decoder<Query> = object((fields) => ({
  kind: "discover",
  target: fields.required("target", example),
  context: fields.required("context", context),
}));

const feedbackStrategy = object((fields) =>
  fields.required(
    "naive",
    object((naive) => ({
      a: naive.required("a", float32),
      b: naive.required("b", narrowFloat({ min: 0 })),
      c: naive.required("c", float32),
    })),
  ),
);

const feedbackItem = object((fields) => ({
  example: fields.required("example", example),
  score: fields.required("score", float32),
}));

const relevanceFeedback: Decoder<Query> = object((fields) => {
  const target = fields.required("target", example);
  const feedback = fields.required("feedback", listOf(feedbackItem));
  if (feedback.length === 0) fields.at.key("__all__").fault("feedback elements must be non-empty");
  return { kind: "feedback", target, feedback, ...fields.required("strategy", feedbackStrategy) };
});

const DEFAULT_RRF_K = 2;

const rrf: Decoder<Fusion> = object((fields) => ({
  kind: "rrf",
  k: fields.withDefault("k", unsigned({ min: 1 }), DEFAULT_RRF_K),
  weights: fields.optional("weights", listOf(float32)),
}));

const fusion: Decoder<Fusion> = (value, at) =>
  oneOf("rrf", "dbsf")(value, at) === "rrf" ? { kind: "rrf", k: DEFAULT_RRF_K } : { kind: "dbsf" };

/** The kinds of query that are told by their key, in the order in which Qdrant tries them. */
const KINDS: Record<string, (fields: Fields) => Query> = {
  nearest: (fields) => ({
    kind: "nearest",
    target: fields.required("nearest", example),
    mmr: fields.optional("mmr", mmr),
  }),
  recommend: (fields) => fields.required("recommend", recommend),
  discover: (fields) => fields.required("discover", discover),
  context: (fields) => ({ kind: "context", context: fields.required("context", context) }),
  order_by: (fields) => ({ kind: "order_by", orderBy: fields.required("order_by", orderBy) }),
  fusion: (fields) => ({ kind: "fusion", fusion: fields.required("fusion", fusion) }),
  rrf: (fields) => ({ kind: "fusion", fusion: fields.required("rrf", rrf) }),
  formula: (fields) => ({ kind: "formula", formula: formulaQuery(fields) }),
  sample: (fields) => {
    fields.required("sample", oneOf("random"));
    return { kind: "sample" };
  },
  relevance_feedback: (fields) => fields.required("relevance_feedback", relevanceFeedback),
};

const ofKind = object((fields): Query => {
  const kind = Object.entries(KINDS).find(([name]) => fields.present(name));
  if (kind === undefined) throw noQuery();
  return kind[1](fields);
});

const isInference = (value: JsonValue): boolean =>
  isObject(value) && ["text", "image", "object"].some((key) => value.has(key)) && value.has("model");

/** A vector, an id, or one of the kinds. A list that is no vector may still be read as a query by position, which is what
 *  Qdrant's parser does: `[[…]]` is then a formula alone, `["text", "model"]` a text for an inference service. */
export const query: Decoder<Query> = (value, at) => {
  if (isObject(value) && !isInference(value) && !value.has("indices")) return ofKind(value, at);
  if (typeof value === "boolean" || value === null) throw noQuery();
  if (Array.isArray(value)) {
    if (value.length === 2 && value.every((each) => typeof each === "string")) {
      return {
        kind: "nearest",
        target: example(
          new Map([
            ["text", ""],
            ["model", ""],
          ]),
          at,
        ),
      };
    }
    const isVector = value.every((each) => asDouble(each) !== undefined || Array.isArray(each));
    const tooDeep = value.length === 1 && Array.isArray(value[0]) && value[0].some(Array.isArray);
    if (!isVector || tooDeep) {
      if (value.length !== 1) throw noQuery();
      return ofKind(new Map([["formula", value[0] ?? null]]), at);
    }
  }
  return { kind: "nearest", target: example(value, at) };
};

export const searchParams: Decoder<SearchParams> = object((fields) => {
  const quantization = fields.optional(
    "quantization",
    object((inner) => {
      inner.optional("ignore", boolean);
      inner.optional("rescore", boolean);
      return inner.optional("oversampling", float({ min: 1 }));
    }),
  );
  fields.optional(
    "acorn",
    object((inner) => {
      inner.optional("enable", boolean);
      inner.optional("max_selectivity", float({ min: 0, max: 1 }));
    }),
  );
  return {
    hnswEf: fields.optional("hnsw_ef", unsigned()),
    exact: fields.withDefault("exact", boolean, false),
    oversampling: quantization,
    indexedOnly: fields.optional("indexed_only", boolean),
  };
});

/** A shard key is kept as it is: no collection has any, so all that can be said of it is that it is not there. */
const shardKey: Decoder<JsonValue> = (value) => {
  unknownShardKey(value, "read");
  return value;
};

export const lookupFrom: Decoder<LookupFrom> = object((fields) => ({
  collection: fields.required("collection", string),
  vector: fields.optional("vector", string),
  shardKey: fields.optional("shard_key", shardKey),
}));

const DEFAULT_LIMIT = 10;

const atLeastOne = unsigned({ min: 1 });

/** What a query and its prefetches share, without the limit, which not all call by the same path. */
const stage = (fields: Fields): Omit<QueryStage, "limit"> => ({
  prefetch: fields.withDefault("prefetch", prefetches, []),
  query: fields.optional("query", query),
  using: fields.optional("using", string),
  filter: fields.optional("filter", filter),
  params: fields.optional("params", searchParams),
  scoreThreshold: fields.optional("score_threshold", float32),
  lookupFrom: fields.optional("lookup_from", lookupFrom),
});

/** One prefetch is a list of one, in the paths of its faults too. */
const prefetches: Decoder<QueryStage[]> = (value, at) => {
  if (isObject(value)) return [prefetch(value, at.item(0))];
  if (!Array.isArray(value)) throw wrongType(value, "null, array or map");
  return listOf(prefetch)(value, at);
};
const prefetch: Decoder<QueryStage> = object((fields) => ({
  ...stage(fields),
  limit: fields.withDefault("limit", atLeastOne, DEFAULT_LIMIT),
}));

/** A stage and what an answer shows of its points. */
export const queryFields = (fields: Fields): Omit<QueryStage, "limit"> & Selectors => ({
  ...stage(fields),
  payload: withPayload(fields, "none"),
  vector: withVector(fields, true),
});

export const queryRequest: Decoder<QueryRequest> = object((fields) => ({
  ...queryFields(fields),
  limit: fields.withDefault("limit", atLeastOne, DEFAULT_LIMIT),
  offset: fields.withDefault("offset", unsigned(), 0),
}));

/** `{searches: […]}`; `name` is how Qdrant's validator calls one of them. */
export const batchOf = <T>(request: Decoder<T>, name: string): Decoder<T[]> =>
  object((fields) =>
    fields.required(
      "searches",
      listOf((value, at) => request(value, at.key(name))),
    ),
  );
