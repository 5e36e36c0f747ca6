/** Requests and answers of the search calls. Vectors have a loose schema on purpose: request.ts reads them in one pass and
 *  names the place of each fault. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { DocumentPart } from "../documents/schemas";

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

export const MAX_LIMIT = 1_000;
/** How deep a page may lie. */
export const MAX_REACH = 10_000;
export const MAX_QUERIES = 16;
const MAX_EXAMPLES = 100;
export const DEFAULT_LIMIT = 10;
export const DEFAULT_CANDIDATES = 1_000;
export const MAX_GROUP_SIZE = 100;
export const MAX_GROUPS = 1_000;

const VectorInput = Type.Unsafe<unknown>({
  description:
    "[floats], [[floats], …] (multi-dense), {indices, values} (sparse) or {base64_f32} (little-endian float32).",
});
const Example = Type.Unsafe<unknown>({ description: "A document's id, or a vector in any of its forms." });
const DocumentIdText = Type.String({ minLength: 1, maxLength: 128 });

export const SearchQuery = Type.Object(
  {
    vector_name: optional(Type.String({ minLength: 1, maxLength: 200, description: "The named vector to search." })),
    vector: Type.Optional(VectorInput),
    sparse: Type.Optional(
      Type.Unsafe<unknown>({
        description: "A sparse vector, {indices, values}.",
        examples: [{ indices: [7], values: [1] }],
      }),
    ),
    document_id: optional(
      Type.Unsafe<string>({ ...DocumentIdText, description: "Documents like this one; it is not among the results." }),
    ),
    positive: optional(Type.Array(Example, { maxItems: MAX_EXAMPLES, description: "Documents like these." })),
    negative: optional(Type.Array(Example, { maxItems: MAX_EXAMPLES, description: "And unlike these." })),
    strategy: optional(
      Type.Union([Type.Literal("average_vector"), Type.Literal("best_score"), Type.Literal("sum_scores")], {
        description: "How examples are weighed up, as Qdrant's recommend does it; average_vector where left out.",
      }),
    ),
  },
  { additionalProperties: false },
);

const searchFields = {
  queries: Type.Array(SearchQuery, { minItems: 1, maxItems: MAX_QUERIES }),
  fusion: optional(
    Type.Union([Type.Literal("rrf"), Type.Literal("dbsf")], {
      description: "How the results of several queries become one list; rrf where left out.",
    }),
  ),
  candidates: optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_REACH,
      description: `Of several queries, how many hits of each are fused; ${DEFAULT_CANDIDATES} where left out.`,
    }),
  ),
  filters: optional(
    Type.Unsafe<Record<string, unknown>>(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: "AND, OR, NOT of {field, operator, value}, or a native Qdrant filter.",
          examples: [{ AND: [{ field: "language", operator: "eq", value: "en" }] }],
        },
      ),
    ),
  ),
  limit: optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `${DEFAULT_LIMIT} where left out.` })),
  page_size: optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: "The same as limit." })),
  offset: optional(Type.Integer({ minimum: 0, maximum: MAX_REACH })),
  score_threshold: optional(
    Type.Number({
      description: "Hits that score worse are left out: strictly for one query, inclusively for fused ones.",
    }),
  ),
  exact: optional(Type.Boolean({ description: "Compares with every vector instead of asking an approximate index." })),
  group_by: optional(
    Type.String({ minLength: 1, maxLength: 255, description: "A field: hits with one value of it are one group." }),
  ),
  group_size: optional(
    Type.Integer({ minimum: 1, maximum: MAX_GROUP_SIZE, description: "Hits per group; 1 where left out." }),
  ),
  select: optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      maxItems: 100,
      description: "Fields of the documents to answer; the ids always come along.",
    }),
  ),
  return_vectors: optional(Type.Boolean({ description: "Adds `vectors` to each document." })),
  return_vector_names: optional(Type.Boolean({ description: "Adds `_vectors`, their names." })),
  return_url: optional(Type.Boolean({ description: "Adds `presigned_url` to each blob whose url is s3://." })),
  return_presigned_urls: optional(Type.Boolean({ description: "The same as return_url." })),
  explain: optional(Type.Boolean({ description: "Adds the request that was sent to Qdrant." })),
};

const examples = [
  { queries: [{ vector_name: "text_extractor_v1_embedding", vector: [0.12, -0.5, 0.33] }], limit: 5 },
  {
    queries: [
      { vector_name: "text_extractor_v1_embedding", document_id: "doc_1" },
      { vector_name: "bm25", sparse: { indices: [7, 42], values: [0.5, 1.25] } },
    ],
    fusion: "rrf",
    group_by: "_internal.lineage.root_object_id",
  },
];

export const SearchRequest = Type.Object(searchFields, { additionalProperties: false, examples });
export type SearchRequest = Static<typeof SearchRequest>;

export const NamespaceSearchRequest = Type.Object(
  {
    ...searchFields,
    collection_ids: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 1_000,
        description: "Only documents of these collections, by id or name.",
      }),
    ),
  },
  { additionalProperties: false, examples },
);
export type NamespaceSearchRequest = Static<typeof NamespaceSearchRequest>;

const Hit = Type.Object({
  score: Type.Union([Type.Number(), Type.Null()], { description: "null where it is beyond a float32." }),
  document: DocumentPart,
});

export const SearchAnswer = Type.Object({
  results: Type.Optional(Type.Array(Hit, { description: "Best first; equal scores by id. Without group_by." })),
  groups: Type.Optional(
    Type.Array(Type.Object({ group_key: Type.Union([Type.String(), Type.Number()]), results: Type.Array(Hit) }), {
      description: "The group with the best hit first. With group_by.",
    }),
  ),
  next_offset: Type.Union([Type.Integer(), Type.Null()], {
    description: "Of the next page; null where there is none.",
  }),
  explain: Type.Optional(
    Type.Object({
      qdrant: Type.Object({
        method: Type.String(),
        path: Type.String(),
        body: Type.Object({}, { additionalProperties: true, description: "As it was sent, vectors and all." }),
      }),
    }),
  ),
});
