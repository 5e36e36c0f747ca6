/** The older calls, `search`, `recommend` and `discover`, read as universal queries. */
import { formatError } from "../../errors";
import { filter } from "../../filter/parse";
import { isObject } from "../../model/json";
import {
  type ContextPair,
  type Example,
  type LookupFrom,
  type QueryRequest,
  type RecommendStrategy,
} from "../../model/query";
import { DEFAULT_VECTOR, type GivenVector } from "../../model/vector";
import { type Decoder, type Fields, listOf, object, oneOf, string, unsigned } from "../decode";
import { aliased, withPayload, withVector } from "./payload-selector";
import { example, float32, lookupFrom, searchParams } from "./query";
import { asVector, noteVectorFaults } from "./vectors";

/** What the older calls share; `limit`, once called `top`, has no default. */
function common(fields: Fields, leastLimit: number | undefined): Omit<QueryRequest, "query" | "scoreThreshold"> {
  return {
    prefetch: [],
    filter: fields.optional("filter", filter),
    params: fields.optional("params", searchParams),
    limit: fields.required(aliased(fields, "limit", "top"), unsigned({ min: leastLimit })),
    offset: fields.withDefault("offset", unsigned(), 0),
    payload: withPayload(fields, "none"),
    vector: withVector(fields, true),
  };
}

/** A dense vector alone, or `{name, vector}` with a dense or a sparse one. */
const namedVector: Decoder<{ name: string; vector: GivenVector }> = (value, at) => {
  const wrong = formatError("data did not match any variant of untagged enum NamedVectorStruct");
  if (Array.isArray(value)) {
    const vector = asVector(value);
    if (vector?.kind !== "dense") throw wrong;
    return { name: DEFAULT_VECTOR, vector };
  }
  const [name, given] = isObject(value) ? [value.get("name"), value.get("vector")] : [];
  const vector = given === undefined ? undefined : asVector(given);
  if (typeof name !== "string" || vector === undefined || vector.kind === "multi") throw wrong;
  if (vector.kind === "sparse" && !isObject(given)) throw wrong;
  noteVectorFaults(vector, at.key("vector"), true);
  return { name, vector };
};

/** Of search and recommend alone: discover knows no threshold. */
const threshold = (fields: Fields): number | undefined => fields.optional("score_threshold", float32);

const search = (fields: Fields, leastLimit?: number): QueryRequest => {
  const { name, vector } = fields.required("vector", namedVector);
  return {
    ...common(fields, leastLimit),
    query: { kind: "nearest", target: { kind: "vector", vector } },
    using: name,
    scoreThreshold: threshold(fields),
  };
};

export const searchRequest: Decoder<QueryRequest> = object((fields) => search(fields, 1));
export const searchFields = (fields: Fields): QueryRequest => search(fields);

/** Ids are looked up under the unnamed vector there where no name is given; the universal query takes the name in `using`. */
const legacyLookup: Decoder<LookupFrom> = (value, at) => {
  const from = lookupFrom(value, at);
  return { ...from, vector: from.vector ?? DEFAULT_VECTOR };
};

export type RecommendRequest = QueryRequest & {
  query: { kind: "recommend"; positive: Example[]; negative: Example[]; strategy: RecommendStrategy };
};

export const recommendFields = (fields: Fields, leastLimit?: number): RecommendRequest => ({
  ...common(fields, leastLimit),
  scoreThreshold: threshold(fields),
  query: {
    kind: "recommend",
    positive: fields.withDefault("positive", listOf(example), []),
    negative: fields.withDefault("negative", listOf(example), []),
    strategy: fields.withDefault("strategy", oneOf("average_vector", "best_score", "sum_scores"), "average_vector"),
  },
  using: fields.optional("using", string),
  lookupFrom: fields.optional("lookup_from", legacyLookup),
});

export const recommendRequest: Decoder<RecommendRequest> = object((fields) => recommendFields(fields, 1));

const contextPair: Decoder<ContextPair<Example>> = object((fields) => ({
  positive: fields.required("positive", example),
  negative: fields.required("negative", example),
}));

/** Without a target it is a context query; with neither there is nothing to look for, which the operation refuses. */
export const discoverRequest: Decoder<QueryRequest> = object((fields) => {
  const target = fields.optional("target", example);
  const context = fields.withDefault("context", listOf(contextPair), []);
  const shared = common(fields, 1);
  const empty = target === undefined && context.length === 0;
  return {
    ...shared,
    query: empty
      ? undefined
      : target === undefined
        ? { kind: "context", context }
        : { kind: "discover", target, context },
    using: fields.optional("using", string),
    lookupFrom: fields.optional("lookup_from", legacyLookup),
    // `with_vectors` is no name of it here.
    vector: fields.present("with_vector") ? shared.vector : { kind: "none" },
  };
});
