import { type KeyScope } from "./scopes";

export type Permission = "read" | "write" | "delete" | "admin";

/** Who is asking: what a valid API key stands for. */
export interface Principal {
  /** The organisation, `org_…`; also `_internal.internal_id` of what it writes. */
  organisationId: string;
  keyId: string;
  /** True for the operator's key (`INLET_ROOT_KEY`), which may do everything in every organisation. */
  operator: boolean;
  permissions: ReadonlySet<Permission>;
  /** The key's own limit; undefined: the usual one. */
  requestsPerMinute?: number;
  /** The namespaces and collections that the key is bound to; undefined: all of its organisation. */
  scopes?: readonly KeyScope[];
  /** What the operation under way needs; set for its handler. */
  acting?: Permission;
}
