/** May this key do that? Pure; where a key is bound to namespaces or collections, the services ask further. */
import { InletError } from "../errors";
import { type Permission, type Principal } from "./principal";

/** The operator may do everything; `admin` covers the other permissions. @throws InletError 403 */
export function authorise(principal: Principal, needed: Permission): void {
  const { operator, permissions } = principal;
  if (operator || permissions.has("admin") || permissions.has(needed)) return;
  const has = [...permissions].sort();
  throw new InletError(403, "permission_error", `This API key lacks the permission "${needed}".`, {
    code: "missing_permission",
    details: { needed, has },
  });
}
