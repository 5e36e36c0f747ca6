/** Who an API key stands for: the operator's key, or a record of `inlet_control`, found by the hash of the secret. */
import { type KeyLookup, type RefusedKey } from "../auth/key-lookup";
import { type Permission, type Principal } from "../auth/principal";
import { DATA_OPERATIONS, type KeyScope } from "../auth/scopes";
import { ControlCache } from "../control/cache";
import { type KeyRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { type CallOptions } from "../qdrant/gateway";
import { type Bootstrap } from "./bootstrap";
import { type LastUse } from "./last-use";
import { hashOf, sameHash } from "./secret";

const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set(["read", "write", "delete", "admin"]);
type KeyRecordScope = NonNullable<KeyRecord["scopes"]>[number];
export const OPERATOR_KEY_ID = "key_operator";

export class ControlKeyLookup implements KeyLookup {
  private readonly cache = new ControlCache<KeyRecord>();

  constructor(
    private readonly deps: {
      control: ControlStore;
      bootstrap: Bootstrap;
      lastUse: Pick<LastUse, "note">;
      now: () => Date;
    },
  ) {}

  async find(secret: string, options: CallOptions): Promise<Principal | RefusedKey> {
    const { control, bootstrap } = this.deps;
    const { defaultOrganisationId, operatorKeyHash } = await bootstrap.ready(options);
    const hash = hashOf(secret);
    if (sameHash(hash, operatorKeyHash)) {
      return {
        organisationId: defaultOrganisationId,
        keyId: OPERATOR_KEY_ID,
        operator: true,
        permissions: ALL_PERMISSIONS,
      };
    }
    const key = await this.cache.get(
      hash,
      options.signal,
      async (signal) => (await control.get("key", [hash], { signal }))?.record,
    );
    if (key === undefined || !sameHash(hash, key.hash)) return { refused: "unknown" };
    const found = this.judged(key);
    if (!("refused" in found)) this.deps.lastUse.note(hash);
    return found;
  }

  /** Forgets the key, so that what was changed here is seen here at once. */
  forget(hash: string): void {
    this.cache.drop(hash);
  }

  private judged(key: KeyRecord): Principal | RefusedKey {
    if (key.status === "revoked") return { refused: "revoked" };
    if (key.expires_at !== undefined && Date.parse(key.expires_at) <= this.deps.now().getTime()) {
      return { refused: "expired" };
    }
    return {
      organisationId: key.organisation_id,
      keyId: key.key_id,
      operator: false,
      permissions: new Set(key.permissions),
      ...(key.rate_limit_override === undefined ? {} : { requestsPerMinute: key.rate_limit_override }),
      ...(key.scopes === undefined ? {} : { scopes: key.scopes.flatMap(scopeOf) }),
    };
  }
}

/** A kind or an operation that this version does not know grants nothing. */
function scopeOf({ resource_type: type, resource_id: id, operations }: KeyRecordScope): KeyScope[] {
  const only =
    operations === undefined ? {} : { operations: DATA_OPERATIONS.filter((each) => operations.includes(each)) };
  switch (type) {
    case "namespace":
      return [{ kind: "namespace", namespace: id, ...only }];
    case "collection": {
      const slash = id.indexOf("/");
      if (slash === -1) return [{ kind: "collection", collection: id, ...only }];
      return [{ kind: "collection", namespace: id.slice(0, slash), collection: id.slice(slash + 1), ...only }];
    }
    default:
      return [];
  }
}
