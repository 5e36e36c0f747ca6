/** What a key is bound to beyond its permissions: namespaces and collections, and what it may do with their data. Each scope
 *  grants what it names; a key with scopes may do nothing else. Pure. */
import { InletError } from "../errors";
import { type Permission, type Principal } from "./principal";

export type DataOperation = "read_data" | "write_data" | "delete_data";
export const DATA_OPERATIONS: readonly DataOperation[] = ["read_data", "write_data", "delete_data"];

interface Granting {
  /** Undefined: all that the key's permissions allow. */
  operations?: readonly DataOperation[];
}
/** A whole namespace, by id or name. */
export interface NamespaceGrant extends Granting {
  kind: "namespace";
  namespace: string;
}
/** A collection, by id or name. */
export interface CollectionGrant extends Granting {
  kind: "collection";
  /** The namespace that it is in, by id or name; undefined: whichever of the organisation's namespaces has it. */
  namespace?: string;
  collection: string;
}
export type KeyScope = NamespaceGrant | CollectionGrant;

const OPERATION_OF: Record<Permission, DataOperation | undefined> = {
  read: "read_data",
  write: "write_data",
  delete: "delete_data",
  admin: undefined,
};

type Scoped = Pick<Principal, "scopes" | "acting">;

function allows({ operations }: Granting, doing: Permission | undefined): boolean {
  if (operations === undefined) return true;
  const operation = doing === undefined ? undefined : OPERATION_OF[doing];
  return operation !== undefined && operations.includes(operation);
}

/** True where the key is bound to nothing, or has this whole namespace for what it is doing. `names` are the namespace's id
 *  and name, as far as they are known. */
export function mayUseNamespace({ scopes, acting }: Scoped, names: readonly string[]): boolean {
  if (scopes === undefined) return true;
  return scopes.some((scope) => scope.kind === "namespace" && names.includes(scope.namespace) && allows(scope, acting));
}

/** The collections of a namespace, by id or name, that the key has been given one by one for what it is doing. Not told for
 *  a namespace that it has as a whole. */
export function grantedCollections({ scopes = [], acting }: Scoped, namespaceNames: readonly string[]): Set<string> {
  const granted = new Set<string>();
  for (const scope of scopes) {
    if (scope.kind !== "collection" || !allows(scope, acting)) continue;
    if (scope.namespace === undefined || namespaceNames.includes(scope.namespace)) granted.add(scope.collection);
  }
  return granted;
}

/** True for a key that has some collection of its own. */
export const isBoundToCollections = ({ scopes = [] }: Scoped): boolean =>
  scopes.some(({ kind }) => kind === "collection");

const outOfScope = (message: string, details?: Record<string, unknown>): InletError =>
  new InletError(403, "permission_error", message, {
    code: "out_of_scope",
    ...(details === undefined ? {} : { details }),
  });

/** @throws InletError 403 for a key that does not have the whole namespace */
export function requireNamespace(who: Scoped, names: readonly string[]): void {
  if (mayUseNamespace(who, names)) return;
  throw outOfScope("This API key may not do this in this namespace.", { namespace: names[0] });
}

export const outOfScopeCollection = (collection: string): InletError =>
  outOfScope("This API key may not do this in this collection.", { collection });

/** Keys that are bound to something may not make keys that are not. @throws InletError 403 */
export function requireUnscoped({ scopes }: Scoped): void {
  if (scopes !== undefined) throw outOfScope("An API key with scopes may not manage keys.");
}
