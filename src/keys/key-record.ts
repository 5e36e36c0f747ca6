/** A key's record: as it is made, changed, ended and shown. Pure. */
import { randomUUID } from "node:crypto";

import { type Principal } from "../auth/principal";
import { DATA_OPERATIONS } from "../auth/scopes";
import { type KeyRecord } from "../control/records";
import { type KeyCreate, type KeyRead, type KeyUpdate, type Scope } from "./schemas";
import { hashOf, prefixOf } from "./secret";

/** The user of an organisation whose keys are meant. */
export interface KeyOwner {
  organisationId: string;
  user: string;
}

export const ownerFields = ({ organisationId, user }: KeyOwner) => ({ organisation_id: organisationId, user_id: user });

/** In UTC, as all times are stored. */
const timeOf = (text: string | null | undefined): string | undefined =>
  typeof text === "string" ? new Date(text).toISOString() : undefined;

/** What every secret has of its own. */
function born(by: Principal, secret: string, now: Date) {
  const at = now.toISOString();
  return {
    hash: hashOf(secret),
    prefix: prefixOf(secret),
    key_id: `key_${randomUUID()}`,
    created_by: by.keyId,
    created_at: at,
    updated_at: at,
  };
}

export function newRecord(owner: KeyOwner, by: Principal, body: KeyCreate, secret: string, now: Date): KeyRecord {
  const { name, description, permissions, scopes, rate_limit_override: rate } = body;
  const expiresAt = timeOf(body.expires_at);
  return {
    ...born(by, secret, now),
    ...ownerFields(owner),
    name,
    ...(typeof description === "string" ? { description } : {}),
    permissions: permissions ?? ["read", "write", "delete"],
    ...(Array.isArray(scopes) && scopes.length > 0 ? { scopes } : {}),
    ...(typeof rate === "number" ? { rate_limit_override: rate } : {}),
    status: "active",
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

/** The key under a new secret, with all that it has, also what a later version may have written there. */
export const rotatedRecord = (old: KeyRecord, by: Principal, secret: string, now: Date): KeyRecord => ({
  ...unused(old),
  ...born(by, secret, now),
  rotated_from: old.hash,
});

/** `fresh`, a new secret of the key, with what the old one's record has come to meanwhile. */
export function caughtUp(fresh: KeyRecord, old: KeyRecord): KeyRecord {
  const { hash, prefix, key_id, created_by, created_at, updated_at, rotated_from } = fresh;
  return { ...unused(old), hash, prefix, key_id, created_by, created_at, updated_at, rotated_from };
}

const unused = ({ last_used_at: _lastUsedAt, ...record }: KeyRecord): KeyRecord => record;

export const revokedRecord = (record: KeyRecord, by: Principal, now: Date): KeyRecord => ({
  ...record,
  status: "revoked",
  revoked_at: now.toISOString(),
  revoked_by: by.keyId,
});

/** What is sent is set, null removes it, the rest stays. */
export function changedRecord(record: KeyRecord, body: KeyUpdate, by: Principal, now: Date): KeyRecord {
  const { name, description, permissions, scopes, rate_limit_override: rate, status } = body;
  const { description: describedBefore, scopes: scopesBefore, ...others } = record;
  const { rate_limit_override: rateBefore, expires_at: expiredBefore, ...rest } = others;
  const newScopes = scopes === undefined ? scopesBefore : (scopes ?? []);
  const newDescription = description === undefined ? describedBefore : (description ?? undefined);
  const newRate = rate === undefined ? rateBefore : (rate ?? undefined);
  const newExpiry = body.expires_at === undefined ? expiredBefore : timeOf(body.expires_at);
  return {
    ...(status === "revoked" ? revokedRecord(rest, by, now) : rest),
    name: name ?? record.name,
    permissions: permissions ?? record.permissions,
    ...(newScopes === undefined || newScopes.length === 0 ? {} : { scopes: newScopes }),
    ...(newDescription === undefined ? {} : { description: newDescription }),
    ...(newRate === undefined ? {} : { rate_limit_override: newRate }),
    ...(newExpiry === undefined ? {} : { expires_at: newExpiry }),
  };
}

export const isExpired = ({ expires_at: expires }: KeyRecord, now: Date): boolean =>
  expires !== undefined && Date.parse(expires) <= now.getTime();

/** As the calls answer it. */
export function shownRecord(record: KeyRecord, lastUsedAt: string | undefined, now: Date): KeyRead {
  const { expires_at: expires, revoked_at: revokedAt, revoked_by: revokedBy, rate_limit_override: rate } = record;
  return {
    key_id: record.key_id,
    key_hash: record.hash,
    key_prefix: record.prefix,
    key_type: "standard",
    internal_id: record.organisation_id,
    organization_id: record.organisation_id,
    user_id: record.user_id,
    name: record.name,
    description: record.description ?? "",
    permissions: record.permissions,
    scopes: (record.scopes ?? []).flatMap(scopeOf),
    ...(rate === undefined ? {} : { rate_limit_override: rate }),
    status: record.status === "active" && isExpired(record, now) ? "expired" : record.status,
    ...(expires === undefined ? {} : { expires_at: expires }),
    ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
    created_at: record.created_at,
    created_by: record.created_by,
    ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
    ...(revokedBy === undefined ? {} : { revoked_by: revokedBy }),
  };
}

/** As the published model shows a scope; what this version does not know is left out. */
function scopeOf({ resource_type, resource_id, operations }: NonNullable<KeyRecord["scopes"]>[number]): Scope[] {
  if (resource_type !== "namespace" && resource_type !== "collection") return [];
  const known = operations === undefined ? undefined : DATA_OPERATIONS.filter((each) => operations.includes(each));
  return [{ resource_type, resource_id, ...(known === undefined ? {} : { operations: known }) }];
}
