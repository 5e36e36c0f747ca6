/** The first middleware: gives every request its id, its state, its log line and its metrics. */
import { randomUUID } from "node:crypto";

import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import pinoHttp from "pino-http";

import { type Logger } from "../observability/logger";
import { type RequestObserver } from "../observability/metrics";
import { beginState, stateOf } from "./context";

/** A caller's id is kept where it can't harm a log or a header; any other is replaced. */
const SAFE_ID = /^[\w.:=@/+-]{1,128}$/;

export function requestFrame(observer: RequestObserver): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get("x-request-id");
    const requestId = given !== undefined && SAFE_ID.test(given) ? given : randomUUID();
    const state = beginState(request, response, requestId);
    response.set("X-Request-Id", requestId);
    observer.started();
    response.once("close", () => {
      const seconds = (performance.now() - state.startedAtMs) / 1000;
      const bytes = { received: state.bodyBytes, sent: Number(response.get("Content-Length") ?? 0) };
      // 499, as nginx has it: the client did not wait for the answer.
      const status = response.writableFinished ? response.statusCode : 499;
      observer.finished(state.operationId ?? "unmatched", status, seconds, bytes);
    });
    next();
  };
}

/** One log line per request, without headers or query string, which may hold keys and user data. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger,
    genReqId: (request) => stateOf(request).requestId,
    wrapSerializers: false,
    serializers: {
      req: (request: Request) => ({ method: request.method, path: request.originalUrl.split("?", 1)[0] }),
      res: (response: Response) => ({ status: response.statusCode }),
    },
    customAttributeKeys: { reqId: "requestId" },
    quietReqLogger: true,
    customLogLevel: (_request, response, error) =>
      error !== undefined || response.statusCode >= 500 ? "warn" : "info",
    // The error middleware logs the error itself; pino-http would make one up from the status.
    customErrorObject: (_request, _response, _error, line: object) => ({ ...line, err: undefined }),
    customProps: (request) => {
      const { operationId, principal } = stateOf(request);
      return {
        ...(operationId === undefined ? {} : { operationId }),
        ...(principal === undefined ? {} : { organisationId: principal.organisationId, keyId: principal.keyId }),
      };
    },
  });
}
