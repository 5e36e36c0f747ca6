/** API keys of an organisation's users. A key is found by the hash of its secret; a second record holds its name. */
import { randomUUID } from "node:crypto";

import { type Principal } from "../auth/principal";
import { DATA_OPERATIONS } from "../auth/scopes";
import { type KeyRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { conflict, type InletError, notFound, validationError } from "../errors";
import { type CallOptions } from "../qdrant/gateway";
import { type LastUse } from "./last-use";
import { type ControlKeyLookup } from "./lookup";
import { type KeyCreate, type KeyCreated, type KeyRead, type KeyUpdate, type Scope } from "./schemas";
import { hashOf, newSecret, prefixOf } from "./secret";

/** The user of an organisation whose keys are meant. */
export interface KeyOwner {
  organisationId: string;
  user: string;
}

export class KeyService {
  constructor(
    private readonly deps: {
      control: ControlStore;
      lookup: ControlKeyLookup;
      lastUse: Pick<LastUse, "latest">;
      now: () => Date;
    },
  ) {}

  /** @throws InletError 409 where the user has a key of that name that is not revoked, 422 where it would be expired */
  async create(owner: KeyOwner, by: Principal, body: KeyCreate, options: CallOptions): Promise<KeyCreated> {
    const { control } = this.deps;
    const secret = newSecret();
    const record = this.recordOf(owner, by, body, secret);
    const nameKey = keyOfName(owner, body.name);
    const claim = { ...ownerFields(owner), name: body.name, hash: record.hash };
    const held = await control.claim("key_name", nameKey, claim, options);
    if (!held.won) {
      const other = await control.get("key", [held.record.hash], options);
      // A name whose key was never written, or is revoked, is free.
      if (other?.record.status === "active") throw nameTaken(body.name);
      if ((await control.replace("key_name", nameKey, held, claim, options)) === undefined) throw nameTaken(body.name);
    }
    const made = await control.claim("key", [record.hash], record, options);
    return { ...this.shown(made.record), key: secret };
  }

  /** Secrets that are over are left out, but for `withRevoked`: revoked ones, and those that a rotation has ended. */
  async list(
    owner: KeyOwner,
    withRevoked: boolean,
    options: CallOptions,
  ): Promise<{ results: KeyRead[]; total_count: number }> {
    const records: KeyRecord[] = [];
    const newest = new Map<string, string>();
    for await (const { record } of this.deps.control.list("key", ownerFields(owner), options)) {
      records.push(record);
      if (record.created_at > (newest.get(record.name) ?? "")) newest.set(record.name, record.created_at);
    }
    const isOver = (record: KeyRecord): boolean =>
      record.status === "revoked" || (this.isExpired(record) && record.created_at !== newest.get(record.name));
    const results = records.filter((record) => withRevoked || !isOver(record)).map((record) => this.shown(record));
    results.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.created_at < b.created_at ? -1 : 1));
    return { results, total_count: results.length };
  }

  /** What is sent is set, null removes it, the rest stays. A revoked key stays revoked. */
  async update(owner: KeyOwner, by: Principal, name: string, body: KeyUpdate, options: CallOptions): Promise<KeyRead> {
    this.requireFuture(body.expires_at);
    const newName = body.name ?? name;
    if (newName !== name) await this.rename(owner, name, newName, options);
    const changed = await this.change(owner, newName, options, (record) => {
      const { description, permissions, expires_at: expires, scopes, rate_limit_override: rate, status } = body;
      const { description: before, expires_at: expiredBefore, scopes: scopesBefore, ...others } = record;
      const { rate_limit_override: rateBefore, ...rest } = others;
      const newScopes = scopes === undefined ? scopesBefore : (scopes ?? []);
      const newDescription = description === undefined ? before : (description ?? undefined);
      const newRate = rate === undefined ? rateBefore : (rate ?? undefined);
      const newExpiry = expires === undefined ? expiredBefore : timeOf(expires);
      return {
        ...(status === "revoked" ? this.revoked(rest, by) : rest),
        name: newName,
        permissions: permissions ?? record.permissions,
        ...(newScopes === undefined || newScopes.length === 0 ? {} : { scopes: newScopes }),
        ...(newDescription === undefined ? {} : { description: newDescription }),
        ...(newRate === undefined ? {} : { rate_limit_override: newRate }),
        ...(newExpiry === undefined ? {} : { expires_at: newExpiry }),
      };
    });
    if (changed.status === "revoked")
      await this.changeEarlier(owner, changed, options, (record) => this.revoked(record, by));
    return this.shown(changed);
  }

  /** From now on here, within 5 s everywhere, the key is refused, with earlier secrets that are in their grace time. */
  async revoke(owner: KeyOwner, by: Principal, name: string, options: CallOptions): Promise<void> {
    const revoked = await this.change(owner, name, options, (record) => this.revoked(record, by));
    await this.changeEarlier(owner, revoked, options, (record) => this.revoked(record, by));
  }

  /** A new secret under the old name. The old one, and those before it, go on for `graceSeconds` at most.
   *  @throws InletError 404, 409 for a key that has expired, or that is being rotated */
  async rotate(
    owner: KeyOwner,
    by: Principal,
    name: string,
    graceSeconds: number,
    options: CallOptions,
  ): Promise<KeyCreated> {
    const { control, now } = this.deps;
    const nameKey = keyOfName(owner, name);
    const held = await control.get("key_name", nameKey, { ...options, consistency: "majority" });
    const old = held === undefined ? undefined : await control.get("key", [held.record.hash], options);
    if (held === undefined || old?.record.status !== "active") throw unknown(name);
    if (this.isExpired(old.record)) throw expired(name);
    const secret = newSecret();
    // All of it, also what a later version may have written there.
    const fresh = { ...unused(old.record), ...this.born(by, secret) };
    const made = await control.claim("key", [fresh.hash], fresh, options);
    const claim = { ...held.record, hash: made.record.hash };
    if ((await control.replace("key_name", nameKey, held, claim, options)) === undefined) {
      await control.remove("key", [made.record.hash], made, options);
      throw conflict(`The key ${name} is being rotated by somebody else.`, { name }, "busy");
    }
    const endsAt = new Date(now().getTime() + graceSeconds * 1000).toISOString();
    await this.changeEarlier(owner, made.record, options, (record) => {
      if (graceSeconds === 0) return this.revoked(record, by);
      const sooner = record.expires_at !== undefined && record.expires_at < endsAt;
      return sooner ? undefined : { ...record, expires_at: endsAt };
    });
    return { ...this.shown(made.record), key: secret };
  }

  /** Changes the secrets that go on beside `current`, the one that holds the name. */
  private async changeEarlier(
    owner: KeyOwner,
    current: Pick<KeyRecord, "name" | "hash">,
    options: CallOptions,
    change: (record: KeyRecord) => KeyRecord | undefined,
  ): Promise<void> {
    const { control, lookup } = this.deps;
    const earlier: string[] = [];
    for await (const { record } of control.list("key", ownerFields(owner), options)) {
      const isEarlier = record.name === current.name && record.hash !== current.hash;
      if (isEarlier && record.status === "active") earlier.push(record.hash);
    }
    for (const hash of earlier) {
      await control.update(
        "key",
        [hash],
        (record) => (record.status === "active" ? change(record) : undefined),
        options,
      );
      lookup.forget(hash);
    }
  }

  /** The new name is claimed before the old one is free, so that the key has one all the time. */
  private async rename(owner: KeyOwner, from: string, to: string, options: CallOptions): Promise<void> {
    const { control } = this.deps;
    const old = await control.get("key_name", keyOfName(owner, from), { ...options, consistency: "majority" });
    const key = old === undefined ? undefined : await control.get("key", [old.record.hash], options);
    if (old === undefined || key?.record.status !== "active") throw unknown(from);
    const claim = { ...old.record, name: to };
    const held = await control.claim("key_name", keyOfName(owner, to), claim, options);
    if (held.record.hash !== old.record.hash) throw nameTaken(to);
    // While nobody else can have the old name.
    await this.changeEarlier(owner, { name: from, hash: old.record.hash }, options, (record) => ({
      ...record,
      name: to,
    }));
    await control.remove("key_name", keyOfName(owner, from), old, options);
  }

  private async change(
    owner: KeyOwner,
    name: string,
    options: CallOptions,
    change: (record: KeyRecord) => KeyRecord,
  ): Promise<KeyRecord> {
    const { control, lookup, now } = this.deps;
    const held = await control.get("key_name", keyOfName(owner, name), { ...options, consistency: "majority" });
    if (held === undefined) throw unknown(name);
    const at = now().toISOString();
    const stored = await control.update(
      "key",
      [held.record.hash],
      (record) => (record.status === "active" ? { ...change(record), updated_at: at } : undefined),
      options,
    );
    lookup.forget(held.record.hash);
    if (stored === undefined || (stored.record.status === "revoked" && stored.record.updated_at !== at))
      throw unknown(name);
    return stored.record;
  }

  private revoked(record: KeyRecord, by: Principal): KeyRecord {
    return { ...record, status: "revoked", revoked_at: this.deps.now().toISOString(), revoked_by: by.keyId };
  }

  private recordOf(owner: KeyOwner, by: Principal, body: KeyCreate, secret: string): KeyRecord {
    this.requireFuture(body.expires_at);
    const { name, description, permissions, scopes, rate_limit_override: rate } = body;
    const expiresAt = timeOf(body.expires_at);
    return {
      ...this.born(by, secret),
      ...ownerFields(owner),
      name,
      ...(description === undefined || description === null ? {} : { description }),
      permissions: permissions ?? ["read", "write", "delete"],
      ...(Array.isArray(scopes) && scopes.length > 0 ? { scopes } : {}),
      ...(typeof rate === "number" ? { rate_limit_override: rate } : {}),
      status: "active",
      ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    };
  }

  /** What every key has of its own. */
  private born(by: Principal, secret: string) {
    const at = this.deps.now().toISOString();
    return {
      hash: hashOf(secret),
      prefix: prefixOf(secret),
      key_id: `key_${randomUUID()}`,
      created_by: by.keyId,
      created_at: at,
      updated_at: at,
    };
  }

  private requireFuture(expires: string | null | undefined): void {
    if (typeof expires === "string" && !(Date.parse(expires) > this.deps.now().getTime())) {
      throw validationError([{ path: "expires_at", message: "must be in the future" }]);
    }
  }

  private isExpired({ expires_at: expires }: KeyRecord): boolean {
    return expires !== undefined && Date.parse(expires) <= this.deps.now().getTime();
  }

  private shown(record: KeyRecord): KeyRead {
    const { expires_at: expires, revoked_at: revokedAt, revoked_by: revokedBy, rate_limit_override: rate } = record;
    const lastUsedAt = this.deps.lastUse.latest(record.hash, record.last_used_at);
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
      status: record.status === "active" && this.isExpired(record) ? "expired" : record.status,
      ...(expires === undefined ? {} : { expires_at: expires }),
      ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
      created_at: record.created_at,
      created_by: record.created_by,
      ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
      ...(revokedBy === undefined ? {} : { revoked_by: revokedBy }),
    };
  }
}

const ownerFields = ({ organisationId, user }: KeyOwner) => ({ organisation_id: organisationId, user_id: user });
const keyOfName = ({ organisationId, user }: KeyOwner, name: string): string[] => [organisationId, user, name];
const unknown = (name: string): InletError => notFound(`API key ${name}`, { name });
const nameTaken = (name: string): InletError => conflict(`The user has a key ${name} already.`, { name }, "name_taken");

const expired = (name: string): InletError =>
  conflict(`The key ${name} has expired; set its expires_at first.`, { name }, "expired");

/** A new secret of a key has not been used yet. */
const unused = ({ last_used_at: _lastUsedAt, ...record }: KeyRecord): KeyRecord => record;

/** In UTC, as all times are stored. */
const timeOf = (text: string | null | undefined): string | undefined =>
  typeof text === "string" ? new Date(text).toISOString() : undefined;

/** As the published model shows a scope; what this version does not know is left out. */
function scopeOf({ resource_type, resource_id, operations }: NonNullable<KeyRecord["scopes"]>[number]): Scope[] {
  if (resource_type !== "namespace" && resource_type !== "collection") return [];
  const known = operations === undefined ? undefined : DATA_OPERATIONS.filter((each) => operations.includes(each));
  return [{ resource_type, resource_id, ...(known === undefined ? {} : { operations: known }) }];
}
