/** What a key is bound to beyond its permissions: namespaces, and what it may do with their data. Pure. */
import { InletError } from "../errors";
import { type Permission, type Principal } from "./principal";

/** A namespace, by id or name. Without `operations`, all that the key's permissions allow. */
export interface KeyScope {
  namespace: string;
  operations?: readonly DataOperation[];
}
export type DataOperation = "read_data" | "write_data" | "delete_data";

const OPERATION_OF: Record<Permission, DataOperation | undefined> = {
  read: "read_data",
  write: "write_data",
  delete: "delete_data",
  admin: undefined,
};

type Scoped = Pick<Principal, "scopes" | "acting">;

/** True where the key is bound to no namespace, or to this one for what it is doing. `names` are the namespace's id and
 *  name, as far as they are known. */
export function mayUseNamespace({ scopes, acting }: Scoped, names: readonly string[]): boolean {
  if (scopes === undefined) return true;
  const operation = acting === undefined ? undefined : OPERATION_OF[acting];
  return scopes.some(
    ({ namespace, operations }) =>
      names.includes(namespace) &&
      (operations === undefined || (operation !== undefined && operations.includes(operation))),
  );
}

/** @throws InletError 403 */
export function requireNamespace(who: Scoped, names: readonly string[]): void {
  if (mayUseNamespace(who, names)) return;
  throw new InletError(403, "permission_error", "This API key may not do this in this namespace.", {
    code: "out_of_scope",
    details: { namespace: names[0] },
  });
}

/** Keys that are bound to something may not make keys that are not. @throws InletError 403 */
export function requireUnscoped({ scopes }: Scoped): void {
  if (scopes === undefined) return;
  throw new InletError(403, "permission_error", "An API key with scopes may not manage keys.", {
    code: "out_of_scope",
  });
}
