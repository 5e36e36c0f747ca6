/** The records of the control plane, each one payload-only point of `inlet_control`. A kind's `key` is what must be unique:
 *  the point's id is made from it, so that two makers of one thing meet on one point. */
import { type Static, Type } from "@sinclair/typebox";

const Time = Type.String({ description: "ISO 8601, UTC" });

/** Key: nothing; there is one. Which organisation belongs to the operator's key. */
export const DefaultOrganisationRecord = Type.Object({ organisation_id: Type.String() });

/** Key: organisation_id. */
export const OrganisationRecord = Type.Object({
  organisation_id: Type.String(),
  name: Type.String(),
  created_at: Time,
  updated_at: Time,
});

/** Key: nothing; there is one. The operator's key where Inlet made it: its hash alone. */
export const OperatorKeyRecord = Type.Object({ hash: Type.String(), prefix: Type.String(), created_at: Time });

/** Key: organisation_id, name. Who holds a name in an organisation. */
export const NamespaceNameRecord = Type.Object({
  organisation_id: Type.String(),
  name: Type.String(),
  namespace_id: Type.String(),
});

const PayloadIndexDeclaration = Type.Object({
  field_name: Type.String(),
  type: Type.String(),
  field_schema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  is_protected: Type.Optional(Type.Boolean()),
});
export type PayloadIndexDeclaration = Static<typeof PayloadIndexDeclaration>;

/** What a namespace's maker declared. */
export const NamespaceSettings = Type.Object({
  description: Type.Optional(Type.String()),
  feature_extractors: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
  payload_indexes: Type.Optional(Type.Array(PayloadIndexDeclaration)),
  /** Per name, Qdrant's parameters of a dense or (with `sparse`) a sparse vector. */
  vectors: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
  /** As given in `vector_configs`, to give back. */
  vector_configs: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
  auto_create_indexes: Type.Optional(Type.Boolean()),
  mode: Type.Optional(Type.String()),
});
export type NamespaceSettings = Static<typeof NamespaceSettings>;

/** Key: namespace_id. */
export const NamespaceRecord = Type.Object({
  namespace_id: Type.String(),
  organisation_id: Type.String(),
  name: Type.String(),
  /** `creating` until collection, indexes and alias are there: not visible before. `deleting` once deletion has begun. */
  state: Type.Union([Type.Literal("creating"), Type.Literal("ready"), Type.Literal("deleting")]),
  /** The alias that was last written for it. Differs from the one its name asks for while a renaming is under way. */
  alias: Type.Optional(Type.String()),
  settings: NamespaceSettings,
  created_at: Time,
  updated_at: Time,
});

/** Key: namespace_id, name. */
export const CollectionNameRecord = Type.Object({
  namespace_id: Type.String(),
  name: Type.String(),
  collection_id: Type.String(),
});

/** Key: namespace_id, collection_id. */
export const CollectionRecord = Type.Object({
  namespace_id: Type.String(),
  organisation_id: Type.String(),
  collection_id: Type.String(),
  name: Type.String(),
  /** `deleting` from the moment its deletion has begun: not visible any more. */
  state: Type.Union([Type.Literal("ready"), Type.Literal("deleting")]),
  description: Type.Optional(Type.String()),
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  source: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  feature_extractor: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  input_schema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  enabled: Type.Optional(Type.Boolean()),
  created_at: Time,
  updated_at: Time,
});

const KeyScope = Type.Object({
  resource_type: Type.String(),
  resource_id: Type.String(),
  operations: Type.Optional(Type.Array(Type.String())),
});

/** Key: organisation_id, user_id, name. Which key has a name. */
export const KeyNameRecord = Type.Object({
  organisation_id: Type.String(),
  user_id: Type.String(),
  name: Type.String(),
  hash: Type.String(),
});

/** Key: hash, the SHA-256 of the secret in hex. The secret itself is nowhere. */
export const KeyRecord = Type.Object({
  hash: Type.String(),
  prefix: Type.String(),
  key_id: Type.String(),
  organisation_id: Type.String(),
  user_id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  permissions: Type.Array(
    Type.Union([Type.Literal("read"), Type.Literal("write"), Type.Literal("delete"), Type.Literal("admin")]),
  ),
  scopes: Type.Optional(Type.Array(KeyScope)),
  rate_limit_override: Type.Optional(Type.Integer()),
  status: Type.Union([Type.Literal("active"), Type.Literal("revoked")]),
  expires_at: Type.Optional(Time),
  last_used_at: Type.Optional(Time),
  /** The hash of the secret that a rotation has put this one in the place of. */
  rotated_from: Type.Optional(Type.String()),
  created_by: Type.String(),
  revoked_at: Type.Optional(Time),
  revoked_by: Type.Optional(Type.String()),
  created_at: Time,
  updated_at: Time,
});

/** Key: namespace_id, the Idempotency-Key. Which request, and which document, a key of a namespace belongs to. */
export const IdempotencyKeyRecord = Type.Object({
  namespace_id: Type.String(),
  request_hash: Type.String(),
  document_id: Type.String(),
  created_at: Time,
});

/** Every kind with its schema. */
export const RECORD_KINDS = {
  default_organisation: DefaultOrganisationRecord,
  organisation: OrganisationRecord,
  operator_key: OperatorKeyRecord,
  namespace_name: NamespaceNameRecord,
  namespace: NamespaceRecord,
  collection_name: CollectionNameRecord,
  collection: CollectionRecord,
  key_name: KeyNameRecord,
  key: KeyRecord,
  idempotency_key: IdempotencyKeyRecord,
} as const;

export type RecordKind = keyof typeof RECORD_KINDS;
export type RecordOf<K extends RecordKind> = Static<(typeof RECORD_KINDS)[K]>;

export type OrganisationRecord = RecordOf<"organisation">;
export type NamespaceRecord = RecordOf<"namespace">;
export type CollectionRecord = RecordOf<"collection">;
export type KeyRecord = RecordOf<"key">;

/** Fields that Inlet filters records by: each is indexed, so that it works on a Qdrant in strict mode. */
export const INDEXED_FIELDS = ["kind", "revision", "organisation_id", "namespace_id", "user_id"] as const;
