/** What can go wrong between Inlet and Qdrant, first as a fact (`QdrantFailure`, which the retrying layers read), then as
 *  the user's answer (`inletErrorOf`). Qdrant's own text goes into an answer only where it speaks of the request that the
 *  user sent: what a 5xx says names peers, shards and other people's collections. */
import { InletError } from "../errors";

export type FailureKind =
  /** Nothing reached Qdrant: refused, unresolved, no route. */
  | "unreachable"
  /** The connection broke, or no answer came in time: applied or not, nobody knows. */
  | "broken"
  | "timeout"
  /** The caller gave up (client gone, request's deadline over). */
  | "aborted"
  /** Inlet did not send it: too many calls wait, or the breaker is open. */
  | "overloaded"
  /** Qdrant answered with an error status. */
  | "status";

export interface FailureOptions {
  status?: number;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** A call that did not succeed. `text` of a `status` failure is Qdrant's own. */
export class QdrantFailure extends Error {
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Set by retry.ts once an attempt may have been applied, whatever the later ones said. */
  outcomeUnknown = false;

  constructor(
    readonly kind: FailureKind,
    readonly text: string,
    options: FailureOptions = {},
  ) {
    super(text, { cause: options.cause });
    this.name = "QdrantFailure";
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Codes of errors that are raised before a byte of the request has left. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Where http agents of undici keep the header that the client would cut to its first digit (agent.ts). */
export const RETRY_AFTER_HEADER = "x-qdrant-retry-after";

/** Whatever the client threw, as a failure. `signal` is the caller's own, to tell its abort from a timeout. */
export function failureOf(error: unknown, signal: AbortSignal): QdrantFailure {
  if (error instanceof QdrantFailure) return error;
  if (signal.aborted) return new QdrantFailure("aborted", "The request was given up.", { cause: error });
  const status = field(error, "status");
  if (typeof status === "number") {
    const headers = field(error, "headers");
    const seconds = headers instanceof Headers ? Number(headers.get(RETRY_AFTER_HEADER) ?? undefined) : NaN;
    return new QdrantFailure("status", errorText(field(error, "data")), {
      status,
      cause: error,
      ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
    });
  }
  const code = errorCode(error);
  if (code !== undefined && NEVER_SENT.has(code)) {
    return new QdrantFailure("unreachable", code, { cause: error });
  }
  return new QdrantFailure("broken", code ?? "The connection broke.", { cause: error });
}

/** The code of the error or of its causes: fetch wraps what happened twice or more. */
function errorCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 5; at = field(at, "cause"), depth++) {
    const code = field(at, "code");
    if (typeof code === "string") return code;
    const errors = field(at, "errors");
    if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0]);
  }
  return undefined;
}

/** Qdrant's `{"status":{"error": text}}`; its 401 is plain text. */
function errorText(data: unknown): string {
  const text = field(field(data, "status"), "error");
  if (typeof text === "string") return text;
  return typeof data === "string" ? data : "";
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

/** True where sending the same request again can help: network faults, 429, 408, 5xx. */
export function isPassing(failure: QdrantFailure): boolean {
  switch (failure.kind) {
    case "unreachable":
    case "broken":
    case "timeout":
      return true;
    case "status":
      return failure.status === 408 || failure.status === 429 || (failure.status ?? 0) >= 500;
    default:
      return false;
  }
}

/** True where Qdrant may have applied a write that it did not acknowledge. */
export function mayBeApplied(failure: QdrantFailure): boolean {
  if (failure.outcomeUnknown) return true;
  if (failure.kind === "status") return failure.status === 408 || (failure.status ?? 0) >= 500;
  return failure.kind === "broken" || failure.kind === "timeout" || failure.kind === "aborted";
}

const UNKNOWN_OUTCOME = "Whether the write was applied is unknown; sending it again is safe.";

/** The user's answer. Status 503 with Retry-After wherever Qdrant is away or busy, 422 where it refused the request. */
export function inletErrorOf(failure: QdrantFailure, effect: "read" | "write"): InletError {
  if (failure.kind === "status" && !isPassing(failure)) return refusalOf(failure);
  const busy = failure.kind === "overloaded" || failure.status === 429;
  const what = busy ? "Qdrant is overloaded." : `Qdrant is not available (${reasonOf(failure)}).`;
  const unknown = effect === "write" && mayBeApplied(failure);
  return new InletError(503, "service_unavailable", unknown ? `${what} ${UNKNOWN_OUTCOME}` : what, {
    code: busy ? "qdrant_overloaded" : "qdrant_unavailable",
    ...(effect === "write" ? { details: { outcome: unknown ? "unknown" : "not_written" } } : {}),
    retryAfterSeconds: Math.max(1, Math.ceil(failure.retryAfterSeconds ?? 1)),
    cause: failure,
  });
}

function reasonOf(failure: QdrantFailure): string {
  switch (failure.kind) {
    case "unreachable":
      return `no connection: ${failure.text}`;
    case "broken":
      return "the connection broke";
    case "timeout":
    case "aborted":
      return "no answer in time";
    default:
      return `it answered ${failure.status ?? "an error"}`;
  }
}

function refusalOf(failure: QdrantFailure): InletError {
  const text = failure.text;
  switch (failure.status) {
    case 401:
    case 403:
      return new InletError(503, "service_unavailable", credentialsText(failure.status), {
        code: "qdrant_credentials",
        retryAfterSeconds: 30,
        cause: failure,
      });
    case 404:
      return /^Not found: (Collection|No collection)/i.test(text)
        ? new InletError(404, "not_found", "The namespace's Qdrant collection is not there.", {
            code: "qdrant_collection_missing",
            cause: failure,
          })
        : new InletError(404, "not_found", "Qdrant does not have what the request names.", {
            code: "qdrant_not_found",
            cause: failure,
          });
    case 409:
      return new InletError(409, "conflict", "Qdrant has one of that name already.", {
        code: "exists",
        cause: failure,
      });
    case 413:
      return new InletError(413, "payload_too_large", "The request is larger than Qdrant takes.", { cause: failure });
    default:
      return new InletError(422, "validation_error", `Qdrant refused the request: ${ownWords(text)}`, {
        code: "qdrant_refused",
        cause: failure,
      });
  }
}

const credentialsText = (status: 401 | 403): string =>
  status === 401
    ? "Qdrant refuses the key in QDRANT_API_KEY (or asks for one, and none is set)."
    : "The key in QDRANT_API_KEY may not do this in Qdrant (a read-only key?).";

/** Qdrant's reason where it speaks of the request's content. Other texts can name other collections, shards, peers. */
function ownWords(text: string): string {
  const speaksOfRequest = /^(Wrong input|Bad request|Validation error|Format error|Deserialize error)\b/.test(text);
  const namesOthers = /collection|shard|replica|peer|alias|:\d{2,5}\b/i.test(text);
  return speaksOfRequest && !namesOthers ? text.slice(0, 500) : "it is not valid for this namespace.";
}
