/** Operations as Express routes. */
import { type NextFunction, type Request, type RequestHandler, type Response, type Router } from "express";

import { authorise } from "../auth/authorise";
import { type Principal } from "../auth/principal";
import { type Answer } from "../operation";
import { type AnyOperation, type Services } from "../operations";
import { readJsonBody } from "./body";
import { REQUEST_DEADLINE_MS, type RequestState, stateOf } from "./context";
import { deadlineOver, unauthenticated, unknownRoute, wrongMethod } from "./errors";
import { openStream, sendStream, streamOf } from "./stream-body";
import { validator } from "./validate";

/** What a principal's requests get; `acting` is set. */
export type ServicesFor = (principal: Principal) => Services;

/** Literal segments before parameters, so that `documents/batch` is never taken for a document's id. */
function byLiteralsFirst(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const isParameter = (segments: string[]): number => (segments[index]?.startsWith(":") === true ? 1 : 0);
    const difference = isParameter(left) - isParameter(right);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Runs a handler until it answers or the deadline is over; its signal is aborted then, and when the client goes. */
async function withinDeadline(state: RequestState, run: (deadlineMs: number) => Promise<Answer>): Promise<Answer> {
  const deadlineMs = state.startedAtMs + REQUEST_DEADLINE_MS;
  const { signal } = state.abort;
  let onAbort: (() => void) | undefined;
  const timer = setTimeout(() => state.abort.abort(deadlineOver()), Math.max(0, deadlineMs - performance.now()));
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([run(deadlineMs), aborted]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}

function permit(operation: AnyOperation): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const state = stateOf(request);
    state.operationId = operation.id;
    if (state.principal === undefined) throw unauthenticated("Send an API key.", "missing_api_key");
    authorise(state.principal, operation.permission);
    next();
  };
}

function handler(operation: AnyOperation, servicesFor: ServicesFor): RequestHandler {
  const validate = validator(operation);
  return async (request: Request, response: Response): Promise<void> => {
    const { namespace, idempotencyKey, ifMatch, ...input } = await validate(request);
    const state = stateOf(request);
    const { requestId, abort } = state;
    if (state.principal === undefined) throw unauthenticated("Send an API key.", "missing_api_key");
    const principal = { ...state.principal, acting: operation.permission };
    const stream = streamOf(request);
    const handle = (deadlineMs: number): Promise<Answer> =>
      operation.handle(input, servicesFor(principal), {
        requestId,
        principal,
        namespace,
        idempotencyKey,
        ifMatch,
        signal: abort.signal,
        deadlineMs,
        ...(stream === undefined ? {} : { stream }),
      });
    const answer = await (stream === undefined ? withinDeadline(state, handle) : handle(Infinity));
    if (answer.stream !== undefined) {
      await sendStream(response, { ...answer, stream: answer.stream });
      return;
    }
    if (answer.headers !== undefined) response.set(answer.headers);
    response.status(answer.status).json(answer.body);
  };
}

type ByPath = ReadonlyMap<string, readonly AnyOperation[]>;

/** In the order in which they must be mounted. */
function byPath(operations: readonly AnyOperation[]): ByPath {
  const found = new Map<string, AnyOperation[]>();
  for (const operation of [...operations].sort((a, b) => byLiteralsFirst(a.path, b.path))) {
    found.set(operation.path, [...(found.get(operation.path) ?? []), operation]);
  }
  return found;
}

const endsInParameter = (path: string): boolean => /\/:\w+$/.test(path);

/** The operations for which the last segment of `path`, a literal, may be an id too: `list` is no document's, but it may be
 *  a collection's. */
function operationsNaming(path: string, paths: ByPath): readonly AnyOperation[] {
  if (endsInParameter(path)) return [];
  const cut = path.lastIndexOf("/");
  const literal = path.slice(cut + 1);
  const beside = `${path.slice(0, cut)}/:`;
  const found = [...paths].find(([other]) => other.startsWith(beside) && !other.slice(beside.length).includes("/"));
  const [parameterPath = "", operations = []] = found ?? [];
  return operations.filter(({ params }) => {
    const everyId: unknown = params.properties[parameterPath.slice(beside.length)]?.everyId;
    return typeof everyId !== "string" || new RegExp(everyId).test(literal);
  });
}

const methodsOf = (operations: readonly AnyOperation[]): string[] =>
  operations.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));

/** Every operation as a route of `router`, and 405 for the other methods of their paths. */
export function mountOperations(
  router: Router,
  operations: readonly AnyOperation[],
  servicesFor: ServicesFor,
  limits: { bodyBytes: number },
): void {
  const readBody = readJsonBody(limits.bodyBytes);
  const bodyOf = ({ stream, body }: AnyOperation): RequestHandler[] => {
    if (stream !== undefined) return [openStream(new Set(Object.keys(stream.types)))];
    return body === undefined ? [] : readBody;
  };
  const paths = byPath(operations);
  const isNoId = (path: string): boolean => !endsInParameter(path) && operationsNaming(path, paths).length === 0;
  for (const [path, own] of paths) {
    for (const operation of own) {
      router[operation.method](path, permit(operation), ...bodyOf(operation), handler(operation, servicesFor));
    }
    // Before the path of the parameter, which would take `PUT documents/list` for a document called list.
    if (isNoId(path)) refuseOtherMethods(router, path, methodsOf(own));
  }
  for (const [path, own] of paths) {
    if (isNoId(path)) continue;
    refuseOtherMethods(router, path, [...new Set(methodsOf([...own, ...operationsNaming(path, paths)]))]);
  }
}

/** 405 with `Allow` for what the routes of this path, mounted before, did not take. */
export function refuseOtherMethods(router: Router, path: string, allowed: readonly string[]): void {
  router.all(path, (request: Request) => {
    throw wrongMethod(request.method, request.path, allowed);
  });
}

/** For what no route took. */
export const refuseUnknownRoute: RequestHandler = (request: Request) => {
  throw unknownRoute(request.method, request.path);
};
