/** What is sent to a connection whose bytes are no request: Node calls no handler then, and its own answer has no body. */
import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";

import { InletError } from "../errors";
import { envelopeOf } from "./error-middleware";

/** Of Node's server: the request line and all headers together. */
export const MAX_HEADER_BYTES = 16 * 1024;

function refusalOf(code: string): InletError | undefined {
  if (code === "HPE_HEADER_OVERFLOW") {
    const message = `The address and the headers are larger than ${MAX_HEADER_BYTES} bytes; long filters go into a body.`;
    const details = { limit_bytes: MAX_HEADER_BYTES };
    return new InletError(431, "bad_request", message, { code: "headers_too_large", details });
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new InletError(408, "bad_request", "The headers did not come in time.", { code: "request_timeout" });
  }
  if (!code.startsWith("HPE_")) return undefined;
  return new InletError(400, "bad_request", "This is not an HTTP request.", { code: "malformed_request" });
}

/** The whole answer to an error with this code, after which the connection ends; undefined where nobody is left to read one. */
export function answerToUnreadable(code: string | undefined): string | undefined {
  const refusal = refusalOf(code ?? "");
  if (refusal === undefined) return undefined;
  const body = JSON.stringify(envelopeOf(refusal));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ""}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${randomUUID()}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
