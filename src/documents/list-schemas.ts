/** The bodies, queries and answers of lists of documents. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { Filters } from "../filters/schemas";
import { EmptyList, notServed, PageQuery, Pagination } from "../schema/common";
import { DocumentPart } from "./schemas";

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 1_000;
/** How far a page may begin behind the first document; past it the cursor goes on at no cost. */
export const MAX_REACH = 100_000;
/** The most documents in one group of an answer, and in all its groups together. */
export const MAX_GROUP_DOCUMENTS = 100;
export const MAX_GROUPED_DOCUMENTS = 5_000;
export const MAX_BATCH_LISTS = 10;
export const DEFAULT_DISTINCT = 100;
export const MAX_DISTINCT = 10_000;

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const FieldName = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });
const Direction = Type.Union([Type.Literal("asc"), Type.Literal("desc")]);

export const Sort = Type.Object(
  { field: FieldName("A user field (metadata.x is x) or one of _internal."), direction: optional(Direction) },
  {
    additionalProperties: false,
    description: "Order by (value, point id): asc where direction is left out; documents without a value come last.",
    examples: [{ field: "_internal.created_at", direction: "desc" }],
  },
);

const listFields = {
  filters: optional(Filters),
  sort: optional(Sort),
  search: optional(
    Type.String({ maxLength: 1_024, description: "Words that stand in one of the fields with a text index." }),
  ),
  cursor: optional(Type.String({ maxLength: 100_000, description: "`next_cursor` of the page before." })),
  partition: optional(
    Type.Object(
      { index: Type.Integer({ minimum: 0 }), count: Type.Integer({ minimum: 1, maximum: 256 }) },
      {
        additionalProperties: false,
        description:
          "One of `count` parts, which share no document and together have all, whatever is written meanwhile.",
      },
    ),
  ),
  include_total: optional(
    Type.Boolean({
      description: "Counts all that match; left out, where Qdrant can count them itself, on a first page.",
    }),
  ),
  return_url: optional(Type.Boolean()),
  return_presigned_urls: optional(
    Type.Boolean({ description: "Adds `presigned_url` to each blob whose url is s3://." }),
  ),
  return_vectors: optional(Type.Boolean({ description: "Adds `vectors`." })),
  return_vector_names: optional(
    Type.Union([Type.Boolean(), Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1_000 })], {
      description: "Adds `_vectors`, their names; a list of names leaves out all others, from `vectors` too.",
    }),
  ),
  group_by: optional(FieldName("Answers groups of documents with the same value instead, in the order of the values.")),
  select: optional(Type.Array(FieldName("A field to answer; the ids always come along."), { maxItems: 100 })),
  expand: notServed(EmptyList),
  limit: optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `${DEFAULT_LIMIT} where left out.` })),
  page_size: optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: "The same as limit." })),
  offset: optional(Type.Integer({ minimum: 0, maximum: MAX_REACH })),
  page: optional(Type.Integer({ minimum: 1, maximum: MAX_REACH, description: "From 1." })),
};
const examples = [
  {
    filters: { AND: [{ field: "language", operator: "eq", value: "en" }] },
    sort: { field: "year", direction: "desc" },
  },
];

export const ListDocuments = Type.Object(listFields, { additionalProperties: false, examples });
export type ListDocuments = Static<typeof ListDocuments>;

export const ListNamespaceDocuments = Type.Object(
  {
    ...listFields,
    collection_ids: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 1_000,
        description: "Only documents of these collections, by id or name; left out, of all.",
      }),
    ),
  },
  { additionalProperties: false, examples },
);
export type ListNamespaceDocuments = Static<typeof ListNamespaceDocuments>;

/** What of a list may come in the query string, which then rules. */
export const ListQuery = Type.Object({
  ...PageQuery.properties,
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_REACH, description: "Documents to skip" })),
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_REACH, description: "Page to give, from 1" })),
  return_url: Type.Optional(Type.Boolean()),
  return_presigned_urls: Type.Optional(Type.Boolean()),
  return_vectors: Type.Optional(Type.Boolean()),
  return_vector_names: Type.Optional(Type.Boolean()),
  filters: Type.Optional(
    Type.String({
      description: "The filters as JSON; longer ones go into a body, since URLs are bounded",
      maxLength: 8_192,
    }),
  ),
  search: Type.Optional(Type.String({ maxLength: 1_024 })),
  sort: Type.Optional(
    Type.String({ maxLength: 1_100, description: "`field`, `-field`, `field:desc`, or {field, direction} as JSON" }),
  ),
});
export type ListQuery = Static<typeof ListQuery>;

export const ListAnswer = Type.Object({
  results: Type.Optional(Type.Array(DocumentPart)),
  groups: Type.Optional(
    Type.Array(
      Type.Object({
        group_key: Type.Unknown({ description: "null for documents without a value." }),
        documents: Type.Array(DocumentPart, {
          description: `The first of them: at most ${MAX_GROUP_DOCUMENTS}, and in all groups ${MAX_GROUPED_DOCUMENTS}.`,
        }),
        count: Type.Integer({ description: "How many the group has." }),
      }),
    ),
  ),
  group_by_field: Type.Optional(Type.String()),
  unknown_collection_ids: Type.Optional(Type.Array(Type.String())),
  pagination: Pagination,
  total_documents: Type.Optional(Type.Integer()),
  stats: Type.Optional(
    Type.Object({
      total_documents: Type.Integer(),
      total_groups: Type.Integer(),
      avg_documents_per_group: Type.Number(),
    }),
  ),
});
export type ListAnswer = Static<typeof ListAnswer>;

export const ListBatch = Type.Object(
  {
    queries: Type.Array(
      Type.Object(
        {
          key: Type.String({ minLength: 1, maxLength: 128, description: "Names the list in the answer." }),
          request: Type.Unsafe<Record<string, unknown>>(
            Type.Object(
              {},
              {
                additionalProperties: true,
                description: "A list of the namespace, as POST /v1/documents/list takes it.",
              },
            ),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MAX_BATCH_LISTS },
    ),
  },
  { additionalProperties: false, examples: [{ queries: [{ key: "newest", request: { limit: 3 } }] }] },
);
export type ListBatch = Static<typeof ListBatch>;

export const ListBatchAnswer = Type.Object({
  results: Type.Array(
    Type.Object({
      key: Type.String(),
      response: Type.Optional(ListAnswer),
      error: Type.Optional(Type.String({ description: "Why this list could not be had; the others are there." })),
    }),
  ),
});
export type ListBatchAnswer = Static<typeof ListBatchAnswer>;

export const Distinct = Type.Object(
  {
    field: FieldName("A user field (metadata.x is x) or one of _internal; of a list each element counts."),
    filters: optional(Filters),
    limit: optional(
      Type.Integer({ minimum: 1, maximum: MAX_DISTINCT, description: `${DEFAULT_DISTINCT} where left out.` }),
    ),
  },
  { additionalProperties: false, examples: [{ field: "language", limit: 10 }] },
);
export type Distinct = Static<typeof Distinct>;

export const DistinctAnswer = Type.Object({
  field: Type.String(),
  values: Type.Array(
    Type.Object({
      value: Type.Unknown({ description: "A text, number or boolean." }),
      count: Type.Integer({ description: "Documents that have the value." }),
    }),
    { description: "Most frequent first, equals in the order of values." },
  ),
  total_distinct: Type.Integer({ description: "How many values there are, also past the limit." }),
});
export type DistinctAnswer = Static<typeof DistinctAnswer>;
