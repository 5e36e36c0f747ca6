/** Bodies and answers of the API key calls. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { EmptyList, notServed } from "../schema/common";

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const KeyName = Type.String({ minLength: 1, maxLength: 100, examples: ["ingest"] });
const Permissions = Type.Array(
  Type.Union([Type.Literal("read"), Type.Literal("write"), Type.Literal("delete"), Type.Literal("admin")]),
  { minItems: 1, uniqueItems: true, description: "Left out: read, write and delete" },
);
const Scope = Type.Object(
  {
    resource_type: Type.Union([Type.Literal("namespace"), Type.Literal("collection")], {
      description: "The two that Inlet knows",
    }),
    resource_id: Type.String({
      minLength: 1,
      maxLength: 100,
      description:
        "The namespace's or the collection's id or name. A collection without its namespace, `namespace/collection`, is meant in whichever namespace has it.",
    }),
    operations: Type.Optional(
      Type.Array(Type.Union([Type.Literal("read_data"), Type.Literal("write_data"), Type.Literal("delete_data")]), {
        minItems: 1,
        uniqueItems: true,
        description: "Left out: all that the permissions allow",
      }),
    ),
  },
  { additionalProperties: false, examples: [{ resource_type: "collection", resource_id: "frames" }] },
);
const Scopes = Type.Array(Scope, {
  maxItems: 100,
  description: "What the key may use, and nothing beside. Left out or empty: all",
});
export type Scope = Static<typeof Scope>;
const Time = Type.String({ format: "date-time" });
const RateLimit = Type.Integer({
  minimum: 1,
  maximum: 1_000_000_000,
  description: "Requests per minute, in each process of Inlet; left out: INLET_RATE_LIMIT",
});

export const KeyCreate = Type.Object(
  {
    name: KeyName,
    description: optional(Type.String({ maxLength: 500 })),
    permissions: optional(Permissions),
    expires_at: optional(Time),
    scopes: optional(Scopes),
    rate_limit_override: optional(RateLimit),
    principal_id: notServed(),
    allowed_origins: notServed(EmptyList),
  },
  { additionalProperties: false, title: "KeyCreate", examples: [{ name: "ingest", permissions: ["read", "write"] }] },
);
export type KeyCreate = Static<typeof KeyCreate>;

export const KeyUpdate = Type.Object(
  {
    description: optional(Type.String({ maxLength: 500 })),
    permissions: optional(Permissions),
    expires_at: optional(Time),
    status: optional(Type.Union([Type.Literal("active"), Type.Literal("revoked")])),
    scopes: optional(Scopes),
    rate_limit_override: optional(RateLimit),
    allowed_origins: notServed(EmptyList),
    name: optional(KeyName),
  },
  { additionalProperties: false, title: "KeyUpdate", examples: [{ description: "The nightly import" }] },
);
export type KeyUpdate = Static<typeof KeyUpdate>;

const EMAIL = "^[^\\s@/]{1,64}@[^\\s@/]{1,189}$";
export const UserPath = Type.Object({
  user_email: Type.String({
    pattern: EMAIL,
    wanted: "an email address",
    description: "Whose keys",
    examples: ["ada@example.com"],
  }),
});
export const KeyPath = Type.Composite([UserPath, Type.Object({ key_name: KeyName })]);

const fields = {
  key_id: Type.String(),
  key_hash: Type.String({ description: "SHA-256 of the key, in hex" }),
  key_prefix: Type.String(),
  key_type: Type.Literal("standard"),
  internal_id: Type.String({ description: "The organisation" }),
  organization_id: Type.String(),
  user_id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  permissions: Permissions,
  scopes: Type.Array(Scope),
  rate_limit_override: Type.Optional(RateLimit),
  status: Type.Union([Type.Literal("active"), Type.Literal("revoked"), Type.Literal("expired")]),
  expires_at: Type.Optional(Time),
  last_used_at: Type.Optional(
    Type.String({ format: "date-time", description: "Up to a minute late where another replica was asked" }),
  ),
  created_at: Time,
  created_by: Type.String(),
  revoked_at: Type.Optional(Time),
  revoked_by: Type.Optional(Type.String()),
};

export const KeyRead = Type.Object(fields, { title: "Key" });
export type KeyRead = Static<typeof KeyRead>;
export const KeyCreated = Type.Object(
  { ...fields, key: Type.String({ description: "The secret: shown this once" }) },
  { title: "KeyCreated" },
);
export type KeyCreated = Static<typeof KeyCreated>;
export const KeyList = Type.Object({ results: Type.Array(KeyRead), total_count: Type.Integer() }, { title: "KeyList" });
export const Done = Type.Object({ message: Type.String(), success: Type.Boolean() }, { title: "Done" });
