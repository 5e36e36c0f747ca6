import { queryStringError } from "../../errors";
import { Place, unsigned } from "../decode";

/** The query string of calls on collections and of service calls: `timeout` in seconds, at least 1, and nothing else that
 *  counts. @throws QdrantError 400, 422 */
export function manageParams(query: URLSearchParams): void {
  const timeouts = query.getAll("timeout");
  if (timeouts.length > 1) throw queryStringError("duplicate field `timeout`");
  const [timeout] = timeouts;
  if (timeout === undefined) return;
  if (!/^\+?[0-9]+$/.test(timeout)) throw queryStringError("invalid digit found in string");
  const at = Place.root();
  unsigned({ min: 1 })(Number(timeout), at.key("timeout"));
  at.check("query parameters");
}

/** A flag of a query string. @throws QdrantError 400 */
export function flagParam(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? "false";
  if (text !== "true" && text !== "false") throw queryStringError("provided string was not `true` or `false`");
  return text === "true";
}
