/** How many requests an API key may make. Counted in this process: each replica, and each of its workers, has a count of its
 *  own. Runs before any of the body is read. A key's minute begins with its first request and ends by itself, so that what is
 *  held is a number for each key of the last minute. */
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { RateLimiterMemory } from "rate-limiter-flexible";

import { type Principal } from "../auth/principal";
import { stateOf } from "./context";
import { tooManyRequests } from "./errors";

const WINDOW_SECONDS = 60;

/** @throws InletError 429 for a request past the key's limit. The operator has none. */
export type CountRequest = (principal: Principal) => Promise<void>;

/** `usual` is the limit of keys that have none of their own, in requests per minute; undefined: none. */
export function requestCounter(usual: number | undefined): CountRequest {
  // Each key has its own limit, so the limiter only counts.
  const counts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS });
  return async ({ operator, keyId, requestsPerMinute = usual }) => {
    if (operator || requestsPerMinute === undefined) return;
    const { consumedPoints, msBeforeNext } = await counts.consume(keyId);
    if (consumedPoints > requestsPerMinute) throw tooManyRequests(requestsPerMinute, msBeforeNext / 1000);
  };
}

export function rateLimit(count: CountRequest): RequestHandler {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    const { principal } = stateOf(request);
    if (principal !== undefined) await count(principal);
    next();
  };
}
