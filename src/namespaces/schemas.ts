/** Bodies and answers of the namespace calls: the published API's fields, and `vectors` beyond it. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { EmptyList, EmptyObject, notServed, Pagination } from "../schema/common";

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const literals = <T extends string>(...values: T[]) => Type.Union(values.map((value) => Type.Literal(value)));
const anything = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

/** Checked by names.ts through `inspect`, which says what is wrong in words. */
const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "Letters, digits, _ and -",
  examples: ["articles"],
});
const Description = Type.String({ maxLength: 10_000 });

export const FeatureExtractor = Type.Object(
  {
    feature_extractor_name: Type.String({ minLength: 1, maxLength: 128 }),
    version: Type.String({ minLength: 1, maxLength: 64 }),
    params: optional(anything("The extractor's own settings, kept as given")),
  },
  { additionalProperties: false, examples: [{ feature_extractor_name: "text_extractor", version: "v1" }] },
);

const INDEX_TYPES = ["keyword", "integer", "float", "bool", "geo", "datetime", "text", "uuid"] as const;
export const PayloadIndex = Type.Object(
  {
    field_name: Type.String({ minLength: 1, maxLength: 255, description: "A user field, as `x` or `metadata.x`" }),
    type: literals(...INDEX_TYPES),
    field_schema: optional(anything("Qdrant's parameters of the index")),
    is_protected: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, examples: [{ field_name: "language", type: "keyword" }] },
);

export const VectorConfig = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    dimension: Type.Integer({ minimum: 1, maximum: 65_536 }),
    metric: Type.Optional(literals("cosine", "dot", "euclid", "euclidean", "manhattan")),
  },
  { additionalProperties: false, examples: [{ name: "embedding", dimension: 384, metric: "cosine" }] },
);

const Distance = literals("Cosine", "Dot", "Euclid", "Manhattan");
/** A vector as Qdrant takes it. */
export const VectorDeclaration = Type.Union([
  Type.Object(
    {
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_536, description: "Left out: the first vector's" })),
      distance: Type.Optional(Distance),
      on_disk: Type.Optional(Type.Boolean()),
      datatype: Type.Optional(literals("float32", "float16", "uint8")),
      multivector_config: Type.Optional(
        Type.Object({ comparator: Type.Literal("max_sim") }, { additionalProperties: false }),
      ),
      hnsw_config: Type.Optional(anything("Handed on to Qdrant")),
      quantization_config: Type.Optional(anything("Handed on to Qdrant")),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      sparse: Type.Object(
        { modifier: Type.Optional(literals("none", "idf")), index: Type.Optional(anything("Handed on to Qdrant")) },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
]);

const settings = {
  description: optional(Description),
  feature_extractors: optional(Type.Array(FeatureExtractor, { maxItems: 100 })),
  payload_indexes: optional(Type.Array(PayloadIndex, { maxItems: 256 })),
  auto_create_indexes: optional(Type.Boolean()),
};

export const NamespaceCreate = Type.Object(
  {
    namespace_id: optional(Type.String({ maxLength: 64, examples: ["ns_articles"] })),
    namespace_name: Name,
    ...settings,
    mode: optional(literals("managed", "standalone")),
    namespace_type: notServed(Type.Literal("standard")),
    scope: notServed(Type.Literal("org")),
    features: notServed(EmptyList),
    vector_configs: optional(Type.Array(VectorConfig, { maxItems: 256 })),
    vectors: optional(Type.Record(Type.String({ minLength: 1, maxLength: 200 }), VectorDeclaration)),
    adaptive_indexing: notServed(Type.Literal(false)),
    ttl_seconds: notServed(),
    infrastructure: notServed(EmptyObject),
    trusted_issuers: notServed(EmptyList),
    tiering: notServed(EmptyObject),
    spend_budget: notServed(EmptyObject),
    cost_cap_override: notServed(EmptyObject),
  },
  {
    additionalProperties: false,
    title: "NamespaceCreate",
    examples: [
      {
        namespace_name: "articles",
        payload_indexes: [{ field_name: "language", type: "keyword" }],
        vectors: { embedding: { size: 384, distance: "Cosine" } },
      },
    ],
  },
);
export type NamespaceCreate = Static<typeof NamespaceCreate>;

export const NamespaceUpdate = Type.Object(
  {
    namespace_name: optional(Name),
    ...settings,
    adaptive_indexing: notServed(Type.Literal(false)),
    repair_vectors: notServed(Type.Literal(false)),
    infrastructure: notServed(EmptyObject),
    trusted_issuers: notServed(EmptyList),
    spend_budget: notServed(EmptyObject),
    pinned: notServed(EmptyObject),
    tiering: notServed(EmptyObject),
    expires_at: notServed(),
    ttl_seconds: notServed(),
    cost_cap_override: notServed(EmptyObject),
  },
  {
    additionalProperties: false,
    title: "NamespaceUpdate",
    examples: [
      { description: "Articles in all languages", payload_indexes: [{ field_name: "year", type: "integer" }] },
    ],
  },
);
export type NamespaceUpdate = Static<typeof NamespaceUpdate>;

export const StandaloneCreate = Type.Object(
  {
    namespace_id: optional(
      Type.String({ minLength: 1, maxLength: 64, description: "An id (`ns_…`) or a name; this or namespace_name" }),
    ),
    namespace_name: optional(Name),
    vector_configs: optional(Type.Array(VectorConfig, { maxItems: 256 })),
    storage: notServed(EmptyObject),
    config: notServed(EmptyObject),
    auto_create_indexes: optional(Type.Boolean()),
  },
  {
    additionalProperties: false,
    title: "StandaloneCreate",
    examples: [
      { namespace_id: "own_vectors", vector_configs: [{ name: "embedding", dimension: 384, metric: "cosine" }] },
    ],
  },
);
export type StandaloneCreate = Static<typeof StandaloneCreate>;

export const NamespacePath = Type.Object({
  namespace: Type.String({ minLength: 1, maxLength: 64, description: "Its id or its name" }),
});

const FeatureExtractorRead = Type.Composite([FeatureExtractor, Type.Object({ feature_extractor_id: Type.String() })]);

/** As they were declared; control/records.ts keeps them. */
const VectorConfigs = Type.Unsafe<Record<string, unknown>[]>(Type.Array(VectorConfig));

export const NamespaceRead = Type.Object(
  {
    object: Type.Literal("namespace"),
    namespace_id: Type.String(),
    namespace_name: Type.String(),
    namespace_type: Type.Literal("standard"),
    description: Type.Optional(Type.String()),
    infrastructure: Type.Object({ qdrant_collection: Type.String(), qdrant_alias: Type.Optional(Type.String()) }),
    feature_extractors: Type.Array(FeatureExtractorRead),
    payload_indexes: Type.Array(PayloadIndex),
    payload_index_count: Type.Integer(),
    document_count: Type.Integer(),
    collection_count: Type.Integer(),
    auto_create_indexes: Type.Boolean(),
    mode: Type.String(),
    vector_configs: VectorConfigs,
    vectors: Type.Optional(
      Type.Unsafe<Record<string, Record<string, unknown>>>(Type.Record(Type.String(), VectorDeclaration)),
    ),
    namespace_ready: Type.Boolean(),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: "Namespace" },
);
export type NamespaceRead = Static<typeof NamespaceRead>;

export const NamespaceList = Type.Object(
  {
    results: Type.Array(NamespaceRead),
    pagination: Pagination,
    total_count: Type.Integer(),
    stats: Type.Object({ total_documents: Type.Integer(), total_collections: Type.Integer() }),
  },
  { title: "NamespaceList" },
);

export const NamespaceStats = Type.Object(
  { namespace_id: Type.String(), document_count: Type.Integer(), collection_count: Type.Integer() },
  { title: "NamespaceStats" },
);

export const StandaloneRead = Type.Object(
  {
    namespace_id: Type.String(),
    mode: Type.Literal("standalone"),
    status: Type.Literal("active"),
    vector_configs: VectorConfigs,
    document_count: Type.Integer(),
  },
  { title: "StandaloneNamespace" },
);

export const IndexesRead = Type.Object(
  { namespace_id: Type.String(), created: Type.Array(Type.String()), indexes: Type.Array(Type.String()) },
  { title: "NamespaceIndexes" },
);

export const Deleted = Type.Object({ message: Type.String(), success: Type.Boolean() }, { title: "Deleted" });
