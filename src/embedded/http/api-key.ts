/** Who calls. With a key set, every call but the open ones must bring one, in `api-key` or, where that header is missing,
 *  as a bearer token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type IncomingHttpHeaders } from "node:http";

export interface ApiKeys {
  apiKey?: string;
  readOnlyApiKey?: string;
}

export type Caller = { kind: "full" } | { kind: "read-only" } | { kind: "refused"; text: string };

export const MISSING_KEY = "Must provide an API key or an Authorization bearer token";
export const WRONG_KEY = "Invalid API key or JWT";

export function callerOf(headers: IncomingHttpHeaders, keys: ApiKeys): Caller {
  if (keys.apiKey === undefined && keys.readOnlyApiKey === undefined) return { kind: "full" };
  const given = headers["api-key"] ?? /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
  if (given === undefined) return { kind: "refused", text: MISSING_KEY };
  const key = String(given);
  if (keys.apiKey !== undefined && sameKey(key, keys.apiKey)) return { kind: "full" };
  if (keys.readOnlyApiKey !== undefined && sameKey(key, keys.readOnlyApiKey)) return { kind: "read-only" };
  return { kind: "refused", text: WRONG_KEY };
}

/** In a time that does not tell how much of the key was right. */
function sameKey(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
