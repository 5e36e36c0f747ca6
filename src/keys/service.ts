/** API keys of an organisation's users. A key is found by the hash of its secret; a second record holds its name, and moves to
 *  the new secret when the key is rotated. */
import { type Principal } from "../auth/principal";
import { type KeyRecord } from "../control/records";
import { type ControlStore, type Stored } from "../control/store";
import { conflict, InletError, notFound, validationError } from "../errors";
import { type CallOptions } from "../qdrant/gateway";
import {
  caughtUp,
  changedRecord,
  isExpired,
  type KeyOwner,
  newRecord,
  ownerFields,
  revokedRecord,
  rotatedRecord,
  shownRecord,
} from "./key-record";
import { type LastUse } from "./last-use";
import { type ControlKeyLookup } from "./lookup";
import { type KeyCreate, type KeyCreated, type KeyRead, type KeyUpdate } from "./schemas";
import { newSecret } from "./secret";

/** How often a change follows rotations that come in between. */
const MAX_ROTATIONS = 5;

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
    const { control, now } = this.deps;
    this.requireFuture(body.expires_at);
    const secret = newSecret();
    const record = newRecord(owner, by, body, secret, now());
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
    const at = this.deps.now();
    const records: KeyRecord[] = [];
    const rotated = new Set<string>();
    for await (const { record } of this.deps.control.list("key", ownerFields(owner), options)) {
      records.push(record);
      if (record.rotated_from !== undefined) rotated.add(record.rotated_from);
    }
    const isOver = (record: KeyRecord): boolean =>
      record.status === "revoked" || (isExpired(record, at) && rotated.has(record.hash));
    const results = records.filter((record) => withRevoked || !isOver(record)).map((record) => this.shown(record));
    results.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.created_at < b.created_at ? -1 : 1));
    return { results, total_count: results.length };
  }

  /** What is sent is set, null removes it, the rest stays. A revoked key stays revoked. */
  async update(owner: KeyOwner, by: Principal, name: string, body: KeyUpdate, options: CallOptions): Promise<KeyRead> {
    const { now } = this.deps;
    this.requireFuture(body.expires_at);
    const newName = body.name ?? name;
    if (newName !== name) await this.rename(owner, name, newName, options);
    const change = (record: KeyRecord): KeyRecord => changedRecord(record, body, by, now());
    if (body.status === "revoked") return this.shown(await this.changeToRevoked(owner, by, newName, options, change));
    return this.shown(await this.change(owner, newName, options, change));
  }

  /** From now on here, within 5 s everywhere, the key is refused, with earlier secrets that are in their grace time. */
  async revoke(owner: KeyOwner, by: Principal, name: string, options: CallOptions): Promise<void> {
    const { now } = this.deps;
    await this.changeToRevoked(owner, by, name, options, (record) => revokedRecord(record, by, now()));
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
    const { held, key: old } = await this.holder(owner, name, options);
    if (isExpired(old.record, now())) throw expired(name);
    const secret = newSecret();
    const fresh = rotatedRecord(old.record, by, secret, now());
    const made = await control.claim("key", [fresh.hash], fresh, options);
    const claim = { ...held.record, hash: fresh.hash };
    if ((await control.replace("key_name", keyOfName(owner, name), held, claim, options)) === undefined) {
      await control.remove("key", [fresh.hash], made, options);
      throw conflict(`The key ${name} is being rotated by somebody else.`, { name }, "busy");
    }
    const record = await this.catchUp(fresh, old, by, options);
    if (record.status === "revoked") throw unknown(name);
    const endsAt = new Date(now().getTime() + graceSeconds * 1000).toISOString();
    await this.changeEarlier(owner, record, options, (earlier) => {
      if (graceSeconds === 0) return revokedRecord(earlier, by, now());
      const sooner = earlier.expires_at !== undefined && earlier.expires_at < endsAt;
      return sooner ? undefined : { ...earlier, expires_at: endsAt };
    });
    return { ...this.shown(record), key: secret };
  }

  /** The new secret has the name, so that no change starts from the old one any more. What changed it until now, a
   *  revocation too, is the key's. */
  private async catchUp(
    fresh: KeyRecord,
    old: Stored<KeyRecord>,
    by: Principal,
    options: CallOptions,
  ): Promise<KeyRecord> {
    const { control, now } = this.deps;
    const last = await control.get("key", [old.record.hash], { ...options, consistency: "majority" });
    if (last?.revision === old.revision) return fresh;
    const latest = last?.record ?? revokedRecord(old.record, by, now());
    const stored = await control.update(
      "key",
      [fresh.hash],
      // A change of the new secret is later than all of these.
      (record) => (record.updated_at === fresh.updated_at ? caughtUp(record, latest) : undefined),
      options,
    );
    return stored?.record ?? fresh;
  }

  /** The record of the name, and of the active key that has it. @throws InletError 404 */
  private async holder(owner: KeyOwner, name: string, options: CallOptions) {
    const { control } = this.deps;
    const majority = { ...options, consistency: "majority" as const };
    const held = await control.get("key_name", keyOfName(owner, name), majority);
    const key = held === undefined ? undefined : await control.get("key", [held.record.hash], majority);
    if (held === undefined || key?.record.status !== "active") throw unknown(name);
    return { held, key };
  }

  /** `change` revokes the key. Its earlier secrets go before it, so that a revocation that is broken off can be sent again,
   *  and after it those to which a rotation in between has given time. */
  private async changeToRevoked(
    owner: KeyOwner,
    by: Principal,
    name: string,
    options: CallOptions,
    change: (record: KeyRecord) => KeyRecord,
  ): Promise<KeyRecord> {
    const revoke = (record: KeyRecord): KeyRecord => revokedRecord(record, by, this.deps.now());
    const { key } = await this.holder(owner, name, options);
    await this.changeEarlier(owner, key.record, options, revoke);
    const revoked = await this.change(owner, name, options, change);
    await this.changeEarlier(owner, revoked, options, revoke);
    return revoked;
  }

  /** Changes the secrets that go on beside `current`, the one that holds the name; not one that a rotation is about to put in
   *  its place, for as long as `current` is active. */
  private async changeEarlier(
    owner: KeyOwner,
    current: Pick<KeyRecord, "name" | "hash" | "status">,
    options: CallOptions,
    change: (record: KeyRecord) => KeyRecord | undefined,
  ): Promise<void> {
    const { control, lookup } = this.deps;
    const earlier: string[] = [];
    for await (const { record } of control.list("key", ownerFields(owner), options)) {
      const isOther = record.name === current.name && record.hash !== current.hash;
      const isNext = current.status === "active" && record.rotated_from === current.hash;
      if (isOther && !isNext && record.status === "active") earlier.push(record.hash);
    }
    const changeOne = (record: KeyRecord) => (record.status === "active" ? change(record) : undefined);
    for (const hash of earlier) {
      await control.update("key", [hash], changeOne, options);
      lookup.forget(hash);
    }
  }

  /** The new name is claimed before the old one is free, so that the key has one all the time. */
  private async rename(owner: KeyOwner, from: string, to: string, options: CallOptions): Promise<void> {
    const { control } = this.deps;
    const { held, key } = await this.holder(owner, from, options);
    const claimed = await control.claim("key_name", keyOfName(owner, to), { ...held.record, name: to }, options);
    if (claimed.record.hash !== held.record.hash) throw nameTaken(to);
    // While nobody else can have the old name.
    await this.changeEarlier(owner, key.record, options, (record) => ({ ...record, name: to }));
    await control.remove("key_name", keyOfName(owner, from), held, options);
  }

  /** Changes the secret that has the name, and the one that has come in its place meanwhile, if one has. */
  private async change(
    owner: KeyOwner,
    name: string,
    options: CallOptions,
    change: (record: KeyRecord) => KeyRecord,
  ): Promise<KeyRecord> {
    const { control, lookup, now } = this.deps;
    const majority = { ...options, consistency: "majority" as const };
    let hash = (await control.get("key_name", keyOfName(owner, name), majority))?.record.hash;
    let changed: KeyRecord | undefined;
    for (let rotations = 0; rotations < MAX_ROTATIONS; rotations += 1) {
      if (hash === undefined) throw unknown(name);
      const at = now().toISOString();
      const changeOne = (record: KeyRecord) =>
        record.status === "active" ? { ...change(record), updated_at: at } : undefined;
      const stored = await control.update("key", [hash], changeOne, options);
      lookup.forget(hash);
      if (stored?.record.updated_at === at) changed = stored.record;
      const next = (await control.get("key_name", keyOfName(owner, name), majority))?.record.hash;
      const successor = next === undefined || next === hash ? undefined : await control.get("key", [next], majority);
      if (successor?.record.rotated_from !== hash) {
        // One that was revoked meanwhile has caught up with what was changed here, or was not there to begin with.
        if (changed === undefined) throw unknown(name);
        return changed;
      }
      hash = next;
    }
    throw busy(name);
  }

  private requireFuture(expires: string | null | undefined): void {
    if (typeof expires === "string" && !(Date.parse(expires) > this.deps.now().getTime())) {
      throw validationError([{ path: "expires_at", message: "must be in the future" }]);
    }
  }

  private shown(record: KeyRecord): KeyRead {
    const { lastUse, now } = this.deps;
    return shownRecord(record, lastUse.latest(record.hash, record.last_used_at), now());
  }
}

const keyOfName = ({ organisationId, user }: KeyOwner, name: string): string[] => [organisationId, user, name];
const unknown = (name: string): InletError => notFound(`API key ${name}`, { name });
const nameTaken = (name: string): InletError => conflict(`The user has a key ${name} already.`, { name }, "name_taken");
const expired = (name: string): InletError =>
  conflict(`The key ${name} has expired; set its expires_at first.`, { name }, "expired");
const busy = (name: string): InletError =>
  new InletError(503, "service_unavailable", `The key ${name} is rotated too often at once; send it again.`, {
    code: "busy",
    retryAfterSeconds: 1,
  });
