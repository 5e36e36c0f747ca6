/** The bodies and answers of the document calls. Vectors have a loose schema on purpose: their numbers are checked in one
 *  pass by vector-input.ts (through the operation's `inspect`), which also names the place of each fault. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { Blob, BlobRead } from "../blobs/schemas";
import { DOCUMENT_ID_PATTERN } from "../ids";
import { NOT_SERVED } from "../schema/common";

/** May be left out or null. */
export const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const literals = <T extends string>(...values: T[]) => Type.Union(values.map((value) => Type.Literal(value)));

const MAX_TEXT = 1024;
const Text = (description: string) => Type.String({ minLength: 1, maxLength: MAX_TEXT, description });

export const DocumentId = Type.String({
  pattern: DOCUMENT_ID_PATTERN,
  maxLength: 128,
  wanted: "`doc_` and then up to 124 letters, digits, `_` or `-`",
  description: "`doc_` and then letters, digits, `_` or `-`; at most 128 characters.",
});

const VECTOR_FORMS =
  "A vector is [floats], [[floats], …] (multi-dense), {indices, values} (sparse) or {base64_f32} (little-endian float32).";

export const Vectors = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: `Vectors by name; or one bare sparse vector, whose key is then \`sparse\`. ${VECTOR_FORMS}`,
      examples: [{ embedding: [0.12, -0.5, 0.33] }, { indices: [7, 42], values: [0.5, 1.25] }],
    },
  ),
);

export const UserFields = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description:
        "The user's own fields. Each lies at the root of the Qdrant payload under the key as given, nulls included.",
      examples: [{ title: "A talk", language: "en", score: 0.5 }],
    },
  ),
);

export const Feature = Type.Object(
  {
    feature_extractor_id: Text("What made the vectors, such as text_extractor_v1; it starts their names in Qdrant."),
    payload: optional(UserFields),
    vectors: optional(Vectors),
  },
  { additionalProperties: false },
);
export type Feature = Static<typeof Feature>;

export const LineageStep = Type.Object(
  {
    collection_id: Text("The collection of this step."),
    feature_extractor_id: Text("What made the next document from this one."),
    document_id: optional(Type.String({ minLength: 1, maxLength: MAX_TEXT })),
    timestamp: optional(Type.String({ format: "date-time" })),
  },
  { additionalProperties: false },
);
export type LineageStep = Static<typeof LineageStep>;

export const SourceType = literals("bucket", "collection", "direct_upsert", "signal");

/** Where a document comes from. */
export const lineageFields = {
  root_object_id: optional(Text("The object at the root of the chain.")),
  root_bucket_id: optional(Text("The bucket of that object.")),
  source_type: optional(SourceType),
  source_collection_id: optional(Text("The collection of the parent document.")),
  source_document_id: optional(Text("The parent document.")),
  source_object_id: optional(Text("The object that the document was made from.")),
  lineage_path: optional(Text("Left out, it is derived: <root_bucket_id>/<collection_id>, or below the parent's.")),
  lineage_chain: optional(Type.Array(LineageStep, { maxItems: 10_000 })),
};

/** What describes a document beside its user fields; the part of the system fields that an update may change. */
export const descriptionFields = {
  document_schema_version: optional(literals("v1", "v2")),
  document_blobs: optional(Type.Array(Blob, { maxItems: 1_000 })),
  source_blobs: optional(Type.Array(Blob, { maxItems: 1_000 })),
  modality: optional(Text("text, image, video, audio or another.")),
  mime_type: optional(Text("The media type of the content.")),
  size_bytes: optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  content_hash: optional(Text("The caller's hash of the content.")),
};

export const DocumentCreate = Type.Object(
  {
    document_id: optional(DocumentId),
    collection_id: optional(Text("Where given, it must name the collection of the path.")),
    ...lineageFields,
    ...descriptionFields,
    metadata: optional(UserFields),
    features: optional(Type.Array(Feature, { maxItems: 1_000 })),
    vectors: optional(Vectors),
  },
  {
    additionalProperties: false,
    unknownKeyHint: "put it under metadata",
    examples: [
      {
        root_object_id: "obj_7f3a",
        root_bucket_id: "bkt_talks",
        source_type: "bucket",
        metadata: { title: "A talk", language: "en" },
        features: [{ feature_extractor_id: "text_extractor_v1", vectors: { embedding: [0.12, -0.5, 0.33] } }],
      },
    ],
  },
);
export type DocumentCreate = Static<typeof DocumentCreate>;

const updateFields = Type.Object({
  ...descriptionFields,
  metadata: optional(UserFields),
  features: optional(Type.Array(Feature, { maxItems: 1_000 })),
  vectors: optional(Vectors),
});

/** A partial update: what is left out stays, null removes, and other keys (`metadata.a.b` too) are user fields. */
export const DocumentUpdate = Type.Unsafe<Static<typeof updateFields> & Record<string, unknown>>(
  Type.Object(updateFields.properties, {
    additionalProperties: true,
    description:
      "What is left out stays. A user field is set under metadata (null removes it); `metadata.a.b` sets one nested field.",
    examples: [{ metadata: { language: "de", draft: null }, "metadata.review.score": 4 }],
  }),
);
export type DocumentUpdate = Static<typeof DocumentUpdate>;

const Anything = (description: string) => Type.Object({}, { additionalProperties: true, description });
const Id = Type.Optional(Type.String());

/** What an answer says of a document's lineage, without its chain. */
export const lineageReadFields = {
  root_object_id: Id,
  root_bucket_id: Id,
  source_type: Type.Optional(SourceType),
  source_object_id: Id,
  source_document_id: Id,
  source_collection_id: Id,
  path: Id,
};
const Lineage = Type.Object({
  ...lineageReadFields,
  chain: Type.Optional(Type.Array(LineageStep)),
});

const Numbers = Type.Array(Type.Number());
const FeatureRead = Type.Object({
  feature_extractor_id: Type.Optional(Type.String({ description: "None: vectors of the document itself." })),
  payload: Type.Optional(Anything("The user's own fields of the feature.")),
  vectors: Type.Optional(Type.Array(Type.String(), { description: "The names of its vectors in Qdrant." })),
  norms: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.Number(), Numbers]), {
      description: "Lengths that vectors under cosine had before Qdrant normalised them; of a multivector one per row.",
    }),
  ),
});

const Internal = Type.Object({
  internal_id: Type.String({ description: "The organisation." }),
  namespace_id: Type.String(),
  document_id: Type.String(),
  collection_id: Type.String(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
  lineage: Type.Optional(Lineage),
  features: Type.Optional(Type.Array(FeatureRead)),
  metadata: Type.Optional(
    Type.Object(
      { ingestion_status: Type.Optional(Type.Literal("COMPLETED")), revision: Id, request_hash: Id },
      { description: "The system's own: not the request's `metadata`, whose fields stand at the root." },
    ),
  ),
  document_schema_version: Type.Optional(literals("v1", "v2")),
  modality: Id,
  mime_type: Id,
  size_bytes: Type.Optional(Type.Integer({ minimum: 0 })),
  content_hash: Id,
  source_blobs: Type.Optional(Type.Array(BlobRead)),
  document_blobs: Type.Optional(Type.Array(BlobRead)),
  processing: Type.Optional(Anything("What another system notes of its work.")),
});

const VectorRead = Type.Union([
  Numbers,
  Type.Array(Numbers),
  Type.Object({ indices: Type.Array(Type.Integer({ minimum: 0 })), values: Numbers }),
]);
const onTop = {
  vectors: Type.Optional(Type.Record(Type.String(), VectorRead, { description: "By name (return_vectors)." })),
  _vectors: Type.Optional(Type.Array(Type.String(), { description: "Names (return_vector_names)." })),
};
const ids = { document_id: Type.String(), collection_id: Type.String() };

/** A document as calls answer it: the payload as it lies in Qdrant, and what the request asked for on top. */
export const DocumentRead = Type.Object(
  { ...ids, _internal: Type.Optional(Internal), document_blobs: Type.Optional(Type.Array(BlobRead)), ...onTop },
  { additionalProperties: true, title: "Document", description: "User fields stand at the root." },
);
export type DocumentRead = Static<typeof DocumentRead>;

/** The same where the request may `select` parts of it. */
export const DocumentPart = Type.Object(
  {
    ...ids,
    _internal: Type.Optional(
      Type.Object({
        ...Type.Partial(Internal).properties,
        lineage: Type.Optional(
          Type.Object({ ...Lineage.properties, chain: Type.Optional(Type.Array(Type.Partial(LineageStep))) }),
        ),
        source_blobs: Type.Optional(Type.Array(Type.Partial(BlobRead))),
        document_blobs: Type.Optional(Type.Array(Type.Partial(BlobRead))),
      }),
    ),
    document_blobs: Type.Optional(Type.Array(Type.Partial(BlobRead))),
    ...onTop,
  },
  {
    additionalProperties: true,
    title: "DocumentPart",
    description: "User fields stand at the root. With `select`, what it does not name is left out.",
  },
);
export type DocumentPart = Static<typeof DocumentPart>;

export const GenericDelete = Type.Object({ message: Type.String(), success: Type.Literal(true) });

export const CollectionPath = Type.Object({ collection: Type.String({ minLength: 1, maxLength: 64 }) });
export const DocumentPath = Type.Object({
  document_id: Type.String({ minLength: 1, maxLength: 128, everyId: DOCUMENT_ID_PATTERN }),
});
export const CollectionDocumentPath = Type.Object({ ...CollectionPath.properties, ...DocumentPath.properties });

export const DeleteQuery = Type.Object({
  cascade: Type.Optional(Type.Boolean({ description: "Deletes all documents that were made from it, too." })),
});

export const ReadQuery = Type.Object({
  return_vectors: Type.Optional(Type.Boolean({ description: "Adds `vectors`." })),
  return_vector_names: Type.Optional(
    Type.String({
      maxLength: 10_000,
      description:
        "true adds `_vectors`, their names; names with commas between them leave out all others, from `vectors` too.",
    }),
  ),
  return_url: Type.Optional(Type.Boolean({ description: "Adds `presigned_url` to each blob whose url is s3://." })),
  return_presigned_urls: Type.Optional(Type.Boolean({ description: "The same as return_url." })),
  expand: Type.Optional(Type.String({ maxLength: 0, refusal: NOT_SERVED, description: "Not available in Inlet" })),
});
export type ReadQuery = Static<typeof ReadQuery>;
