/** The one place where an error becomes an answer. */
import { type ErrorRequestHandler, type NextFunction, type Request, type Response } from "express";

import { InletError } from "../errors";
import { type Logger } from "../observability/logger";
import { stateOf } from "./context";

/** An error that Express's router makes of a bad request (a path that does not decode). */
const isBadRequest = (error: unknown): error is Error =>
  error instanceof URIError || (error instanceof Error && "status" in error && error.status === 400);

/** Anything thrown as the service's own error; what is foreign stays inside as the cause. */
function toInletError(error: unknown): InletError {
  if (error instanceof InletError) return error;
  if (isBadRequest(error)) {
    return new InletError(400, "bad_request", "The request's path or headers are malformed.", { cause: error });
  }
  return new InletError(
    500,
    "internal_error",
    "Something went wrong inside Inlet; the log has it under this request id.",
    {
      cause: error,
    },
  );
}

/** The body of every error. */
export function envelopeOf(error: InletError): Record<string, unknown> {
  return {
    success: false,
    status: error.status,
    error: {
      message: error.message,
      type: error.type,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

export function errorMiddleware(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = toInletError(thrown);
    const { requestId, operationId } = stateOf(request);
    if (error.status >= 500) {
      const level = error.type === "internal_error" ? "error" : "warn";
      logger[level]({ err: error, requestId, operationId }, error.message);
    }
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    response.status(error.status).set(error.headers);
    if (error.retryAfterSeconds !== undefined) response.set("Retry-After", String(Math.ceil(error.retryAfterSeconds)));
    response.json(envelopeOf(error));
  };
}
