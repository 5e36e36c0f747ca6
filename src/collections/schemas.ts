/** Bodies and answers of the collection calls. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { EmptyList, EmptyObject, notServed, Pagination } from "../schema/common";

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const anything = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

const Name = Type.String({ minLength: 1, maxLength: 64, description: "Letters, digits, _ and -", examples: ["talks"] });

const SourceTypes = ["bucket", "collection", "taxonomy", "cluster", "direct_upsert", "signals", "none"] as const;
const Source = Type.Object(
  {
    type: Type.Union(SourceTypes.map((type) => Type.Literal(type))),
    bucket_ids: optional(Type.Array(Type.String(), { minItems: 1 })),
    source_namespace_id: optional(Type.String()),
    collection_id: optional(Type.String()),
    collection_ids: optional(Type.Array(Type.String(), { minItems: 1 })),
    inherited_bucket_ids: optional(Type.Array(Type.String())),
    source_filters: notServed(EmptyObject),
    field_map: notServed(EmptyObject),
  },
  { additionalProperties: false, examples: [{ type: "bucket", bucket_ids: ["bkt_talks"] }] },
);

const Extractor = Type.Object(
  {
    feature_extractor_name: Type.String({ minLength: 1, maxLength: 128 }),
    version: Type.String({ minLength: 1, maxLength: 64 }),
    params: optional(anything("The extractor's own settings, kept as given")),
  },
  {
    additionalProperties: true,
    description: "What makes the vectors; further keys are kept as given",
    examples: [{ feature_extractor_name: "text_extractor", version: "v1" }],
  },
);
const ExtractorRead = Type.Composite([Extractor, Type.Object({ feature_extractor_id: Type.String() })], {
  additionalProperties: true,
  description: "With further keys as they were given",
});

const fields = {
  description: optional(Type.String({ maxLength: 10_000 })),
  metadata: optional(anything("The user's own")),
  enabled: optional(Type.Boolean()),
};

export const CollectionCreate = Type.Object(
  {
    collection_name: Name,
    collection_id: optional(Type.String({ maxLength: 64, examples: ["col_talks"] })),
    ...fields,
    source: optional(Source),
    input_schema: optional(
      anything(
        "The fields of documents, `{properties: {name: {type, required, …}}}`: kept as given, and asked by `…/documents/schema/validate` alone",
      ),
    ),
    feature_extractor: optional(Extractor),
    features: notServed(EmptyList),
    schedule: notServed(EmptyObject),
    taxonomy_applications: notServed(EmptyList),
    cluster_applications: notServed(EmptyList),
    alert_applications: notServed(EmptyList),
    retriever_enrichments: notServed(EmptyList),
    retriever_transform: notServed(EmptyObject),
    embedding_task: notServed(),
  },
  {
    additionalProperties: false,
    title: "CollectionCreate",
    examples: [
      {
        collection_name: "talks",
        description: "Recorded talks",
        source: { type: "bucket", bucket_ids: ["bkt_talks"] },
      },
    ],
  },
);
export type CollectionCreate = Static<typeof CollectionCreate>;

export const CollectionUpdate = Type.Object(
  { collection_name: optional(Name), ...fields, feature_extractor: optional(Extractor), source: optional(Source) },
  {
    additionalProperties: false,
    title: "CollectionUpdate",
    examples: [{ description: "Recorded talks", metadata: { owner: "media" } }],
  },
);
export type CollectionUpdate = Static<typeof CollectionUpdate>;

export const CollectionPath = Type.Object({
  collection: Type.String({ minLength: 1, maxLength: 64, description: "Its id or its name" }),
});

export const CollectionRead = Type.Object(
  {
    collection_id: Type.String(),
    collection_name: Type.String(),
    description: Type.Optional(Type.String()),
    metadata: Type.Optional(anything("The user's own")),
    source: Source,
    feature_extractor: ExtractorRead,
    input_schema: Type.Optional(anything("As given")),
    enabled: Type.Boolean(),
    document_count: Type.Integer(),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: "Collection" },
);
export type CollectionRead = Static<typeof CollectionRead>;

export const CollectionList = Type.Object(
  {
    results: Type.Array(CollectionRead),
    pagination: Pagination,
    total_count: Type.Integer(),
    stats: Type.Object({ total_documents: Type.Integer(), avg_documents_per_collection: Type.Number() }),
  },
  { title: "CollectionList" },
);

const VectorIndexRead = Type.Object({
  name: Type.String(),
  description: Type.String({ minLength: 10 }),
  dimensions: Type.Optional(Type.Integer()),
  type: Type.Union([Type.Literal("dense"), Type.Literal("sparse"), Type.Literal("multi_dense")]),
  distance: Type.Optional(Type.String()),
  datatype: Type.Optional(Type.String()),
  document_count: Type.Integer({ description: "Documents of the collection that have it" }),
});
export const CollectionFeatures = Type.Object(
  {
    features: Type.Array(
      Type.Object({
        feature_address: Type.String(),
        feature_extractor_name: Type.String(),
        version: Type.String(),
        vector_index: VectorIndexRead,
        primary: Type.Boolean(),
        feature_uri: Type.String(),
      }),
    ),
  },
  { title: "CollectionFeatures" },
);
export type CollectionFeatures = Static<typeof CollectionFeatures>;
