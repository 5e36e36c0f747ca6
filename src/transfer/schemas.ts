/** The lines of an exported namespace, and what an import is answered. A line is one JSON object; `type` says which kind. The
 *  first is the header, the last one says how many there were, so that a file that was cut off is seen to be. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { DOCUMENT_ID_PATTERN } from "../ids";
import { COLLECTION_ID_PATTERN } from "../namespaces/names";
import { FeatureExtractor, PayloadIndex, VectorConfig, VectorDeclaration } from "../namespaces/schemas";
import { ErrorRead } from "../schema/common";

export const FORMAT = "inlet.namespace";
/** Raised when a reader of the version before would take a file for something else. */
export const FORMAT_VERSION = 1;

const anything = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });
const line = <K extends string, P extends Record<string, TSchema>>(kind: K, properties: P, title: string) =>
  Type.Object({ type: Type.Literal(kind), ...properties }, { additionalProperties: false, title });

const Distance = Type.Union(["Cosine", "Dot", "Euclid", "Manhattan"].map((name) => Type.Literal(name)));
const Datatype = Type.Union(["float32", "float16", "uint8"].map((name) => Type.Literal(name)));

/** A named vector as Qdrant has it; what a later Qdrant adds to it is kept in the file and has no effect. */
export const VectorParams = Type.Union([
  Type.Object(
    {
      size: Type.Integer({ minimum: 1, maximum: 65_536 }),
      distance: Distance,
      datatype: Type.Optional(Datatype),
      multivector_config: Type.Optional(Type.Object({ comparator: Type.Literal("max_sim") })),
    },
    { additionalProperties: true, description: "Dense, or multi-dense with a multivector_config" },
  ),
  Type.Object(
    {
      sparse: Type.Object(
        { modifier: Type.Optional(Type.Union([Type.Literal("none"), Type.Literal("idf")])) },
        { additionalProperties: true, description: "With Qdrant's parameters of its index" },
      ),
    },
    { additionalProperties: false },
  ),
]);

const VectorName = Type.String({ minLength: 1, maxLength: 200 });

/** What the namespace's maker declared, as `POST /v1/namespaces` takes it. */
const Settings = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
    feature_extractors: Type.Optional(Type.Array(FeatureExtractor, { maxItems: 100 })),
    payload_indexes: Type.Optional(Type.Array(PayloadIndex, { maxItems: 256 })),
    auto_create_indexes: Type.Optional(Type.Boolean()),
    mode: Type.Optional(Type.Union([Type.Literal("managed"), Type.Literal("standalone")])),
    vector_configs: Type.Optional(Type.Array(VectorConfig, { maxItems: 256 })),
    vectors: Type.Optional(Type.Record(VectorName, VectorDeclaration)),
  },
  { additionalProperties: false },
);

export const HeaderLine = line(
  "header",
  {
    format: Type.Literal(FORMAT),
    version: Type.Literal(FORMAT_VERSION),
    exported_at: Type.Optional(Type.String({ format: "date-time" })),
    namespace: Type.Object(
      { namespace_id: Type.String(), namespace_name: Type.String() },
      { additionalProperties: false, description: "Where it comes from; an import goes where its path says" },
    ),
    settings: Settings,
    vectors: Type.Record(VectorName, VectorParams, { description: "Every named vector, as Qdrant has it" }),
  },
  "TransferHeader",
);
export type HeaderLine = Static<typeof HeaderLine>;

/** A named vector that came while the export was under way. */
export const VectorLine = line("vector", { name: VectorName, params: VectorParams }, "TransferVector");
export type VectorLine = Static<typeof VectorLine>;

/** Stands before the first document of the collection. */
export const CollectionLine = line(
  "collection",
  {
    collection_id: Type.String({ pattern: COLLECTION_ID_PATTERN }),
    collection_name: Type.String({ minLength: 1, maxLength: 64 }),
    description: Type.Optional(Type.String()),
    metadata: Type.Optional(anything("The user's own")),
    source: Type.Optional(anything("As POST /v1/collections takes it")),
    feature_extractor: Type.Optional(anything("As POST /v1/collections takes it")),
    input_schema: Type.Optional(anything("As POST /v1/collections takes it")),
    enabled: Type.Optional(Type.Boolean()),
  },
  "TransferCollection",
);
export type CollectionLine = Static<typeof CollectionLine>;

const Time = Type.String({ format: "date-time" });
const Payload = Type.Object(
  {
    document_id: Type.String({ pattern: DOCUMENT_ID_PATTERN }),
    collection_id: Type.String(),
    _internal: Type.Optional(
      Type.Object(
        {
          document_id: Type.String(),
          collection_id: Type.String(),
          created_at: Time,
          updated_at: Time,
          lineage: Type.Optional(anything("As it lies in Qdrant")),
          features: Type.Optional(Type.Array(anything("As it lies in Qdrant"))),
          metadata: Type.Optional(anything("The system's own")),
        },
        { additionalProperties: true, description: "What the system knows, as it lies in Qdrant" },
      ),
    ),
  },
  { additionalProperties: true, description: "The point's payload, user fields at its root" },
);

/** A document's whole point. */
export const DocumentLine = line(
  "document",
  {
    id: Type.String({ description: "The point's id: the UUIDv5 of the document_id" }),
    payload: Payload,
    vectors: Type.Record(Type.String(), Type.Unknown(), { description: "By name, as Qdrant stores them" }),
  },
  "TransferDocument",
);
export type DocumentLine = Static<typeof DocumentLine>;

/** A point that is left out, and why. */
export const SkippedLine = line(
  "skipped",
  { id: Type.String(), document_id: Type.Optional(Type.String()), reason: Type.String() },
  "TransferSkipped",
);

const Count = Type.Integer({ minimum: 0 });
export const EndLine = line("end", { collections: Count, documents: Count, skipped: Count }, "TransferEnd");
export type EndLine = Static<typeof EndLine>;

/** Instead of the end: why the export could not go on. */
export const ErrorLine = line(
  "error",
  {
    status: Type.Integer(),
    error: ErrorRead,
  },
  "TransferError",
);
export type ErrorLine = Static<typeof ErrorLine>;

/** The two lines that are in every file. */
const examples = [
  {
    type: "header",
    format: FORMAT,
    version: FORMAT_VERSION,
    namespace: { namespace_id: "ns_4f1c0a9be27d", namespace_name: "articles" },
    settings: { payload_indexes: [{ field_name: "language", type: "keyword" }] },
    vectors: { talk_text: { size: 384, distance: "Cosine" } },
  },
  { type: "end", collections: 0, documents: 0, skipped: 0 },
];

export const TransferLine = Type.Union(
  [HeaderLine, VectorLine, CollectionLine, DocumentLine, SkippedLine, EndLine, ErrorLine],
  { examples },
);

const RefusedLine = Type.Object({
  line: Type.Integer({ minimum: 1, description: "Its number in the body, from 1" }),
  document_id: Type.Optional(Type.String()),
  message: Type.String(),
});
export type RefusedLine = Static<typeof RefusedLine>;

export const ImportSummary = Type.Object(
  {
    namespace_id: Type.String(),
    namespace_name: Type.String(),
    collections: Type.Integer({ description: "Collections of the file" }),
    imported: Type.Integer({ description: "Documents that are in Qdrant now" }),
    failed: Type.Integer({ description: "Documents that were refused" }),
    skipped: Type.Integer({ description: "Points that the export had left out" }),
    errors: Type.Array(RefusedLine, { description: "The first refusals" }),
  },
  { title: "ImportSummary" },
);
export type ImportSummary = Static<typeof ImportSummary>;
