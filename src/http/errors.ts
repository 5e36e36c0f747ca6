/** The errors that HTTP itself knows: makers of InletError for middleware. */
import { InletError } from "../errors";

const REALM = 'Bearer realm="inlet"';

export const unauthenticated = (message: string, code: string): InletError =>
  new InletError(401, "authentication_error", message, {
    code,
    headers: { "WWW-Authenticate": code === "missing_api_key" ? REALM : `${REALM}, error="invalid_token"` },
  });
export const notJson = (message: string, details: Record<string, unknown>, cause?: unknown): InletError =>
  new InletError(400, "bad_request", message, { code: "invalid_json", details, cause });
export const emptyBody = (): InletError =>
  new InletError(400, "bad_request", "The body is empty.", { code: "missing_body" });
export const wrongContentType = (got: string | undefined, expected: readonly string[]): InletError =>
  new InletError(
    415,
    "unsupported_media_type",
    `Send the body as ${expected.join(" or ")}${got === undefined ? ", with that Content-Type" : `, not ${got}`}.`,
    { details: { expected: expected.join(", "), ...(got === undefined ? {} : { got }) } },
  );
export const wrongCharset = (got: string): InletError =>
  new InletError(415, "unsupported_media_type", `The body must be UTF-8, not ${got}.`, { details: { charset: got } });
export const wrongEncoding = (got: string): InletError =>
  new InletError(415, "unsupported_media_type", `Content-Encoding must be gzip, deflate, br or identity, not ${got}.`, {
    details: { content_encoding: got },
  });
export const bodyTooLarge = (limitBytes: number): InletError =>
  new InletError(413, "payload_too_large", `The body is larger than ${limitBytes} bytes (INLET_BODY_LIMIT).`, {
    details: { limit_bytes: limitBytes },
  });
export const unknownRoute = (method: string, path: string): InletError =>
  new InletError(404, "not_found", `There is no ${method} ${path}.`, {
    code: "unknown_route",
    details: { method, path },
  });
export const wrongMethod = (method: string, path: string, allowed: readonly string[]): InletError =>
  new InletError(405, "method_not_allowed", `${path} does not take ${method}.`, {
    details: { method, allowed },
    headers: { Allow: allowed.join(", ") },
  });
export const tooManyRequests = (requestsPerMinute: number, retryAfterSeconds: number): InletError =>
  new InletError(429, "rate_limited", `This API key may make ${requestsPerMinute} requests per minute.`, {
    details: { requests_per_minute: requestsPerMinute },
    retryAfterSeconds,
  });
export const deadlineOver = (): InletError =>
  new InletError(
    503,
    "service_unavailable",
    "The request took too long. If it writes, its outcome is unknown; sending it again is safe where it carries its own document_id or an Idempotency-Key.",
    { code: "deadline_exceeded", retryAfterSeconds: 1 },
  );
