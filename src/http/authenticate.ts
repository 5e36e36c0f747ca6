/** Who is asking. Runs before any of the body is read, so that a stranger can't make the service inflate or parse. */
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";

import { type KeyLookup } from "../auth/key-lookup";
import { SECRET_PATTERN } from "../auth/secret";
import { stateOf } from "./context";
import { unauthenticated } from "./errors";

const REFUSALS = {
  unknown: ["This API key is not known.", "unknown_api_key"],
  expired: ["This API key has expired.", "expired_api_key"],
  revoked: ["This API key has been revoked.", "revoked_api_key"],
} as const;

/** The secret of an Authorization header. @throws InletError 401 */
function bearerSecret(header: string | undefined): string {
  if (header === undefined || header.trim() === "") {
    throw unauthenticated("Send an API key: Authorization: Bearer sk_…", "missing_api_key");
  }
  const secret = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (secret === undefined || !SECRET_PATTERN.test(secret)) {
    throw unauthenticated("The Authorization header must be: Bearer sk_…", "malformed_api_key");
  }
  return secret;
}

export function authenticate(keys: KeyLookup): RequestHandler {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    const state = stateOf(request);
    const secret = bearerSecret(request.headers.authorization);
    const found = await keys.find(secret, { signal: state.abort.signal });
    if ("refused" in found) {
      const [message, code] = REFUSALS[found.refused];
      throw unauthenticated(message, code);
    }
    state.principal = found;
    next();
  };
}
