/** The service's one error class. Anything may throw it; only http/error-middleware.ts turns it into an answer. */

/** Stable and machine-readable: clients branch on it. */
export type ErrorType =
  | "bad_request"
  | "authentication_error"
  | "permission_error"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "precondition_failed"
  | "payload_too_large"
  | "unsupported_media_type"
  | "validation_error"
  | "rate_limited"
  | "internal_error"
  | "service_unavailable";

export interface InletErrorOptions {
  /** Finer than the type, where a client may branch on it. */
  code?: string;
  details?: Record<string, unknown>;
  /** Sent as Retry-After, in seconds. */
  retryAfterSeconds?: number;
  /** Further response headers (`Allow`, `WWW-Authenticate`). */
  headers?: Record<string, string>;
  /** The foreign error behind it: logged, never sent. */
  cause?: unknown;
}

/** An error with the HTTP status and the envelope's fields. */
export class InletError extends Error {
  readonly code: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly status: number,
    readonly type: ErrorType,
    message: string,
    options: InletErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "InletError";
    this.code = options.code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }
}

/** One faulty place of a request: a path such as `features[0].vectors.embedding[17]`, and what is wrong there. */
export interface Fault {
  /** Empty for the whole body. */
  path: string;
  message: string;
  /** Filled in by http. */
  location?: "path" | "query" | "header" | "body";
}

/** The 422 (or 400) that lists every faulty field of a request. */
export function validationError(faults: Fault[], options: { status?: 400 | 422; code?: string } = {}): InletError {
  const [first] = faults;
  const message =
    faults.length === 1 && first
      ? `${first.path === "" ? "The body" : `${first.path}:`} ${first.message}`
      : `${faults.length} fields of the request are faulty.`;
  return new InletError(options.status ?? 422, "validation_error", message, {
    ...(options.code === undefined ? {} : { code: options.code }),
    details: { errors: faults },
  });
}

export const notFound = (what: string, details: Record<string, unknown>): InletError =>
  new InletError(404, "not_found", `${what} not found.`, { details });
export const conflict = (message: string, details: Record<string, unknown>, code?: string): InletError =>
  new InletError(409, "conflict", message, { details, ...(code === undefined ? {} : { code }) });
export const unavailable = (message: string, cause: unknown, retryAfterSeconds = 1): InletError =>
  new InletError(503, "service_unavailable", message, { cause, retryAfterSeconds });
