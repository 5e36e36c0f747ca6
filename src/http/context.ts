/** What a request gathers on its way through the middleware. Kept beside Express's objects rather than on them, so that
 *  each piece has its type and nothing is there before it is known. */
import { type Request, type Response } from "express";

import { type Principal } from "../auth/principal";

/** How long a body may take to arrive, unless its operation reads it as a stream. */
const BODY_DEADLINE_MS = 300_000;

/** How long a request may take, from its first byte read to its answer; past it: 503. Streams have none. */
export const REQUEST_DEADLINE_MS = 60_000;

export interface RequestState {
  requestId: string;
  /** `performance.now()` when the request came. */
  startedAtMs: number;
  /** Aborted when the client goes away or the deadline is over. */
  abort: AbortController;
  operationId: string | undefined;
  principal: Principal | undefined;
  /** Bytes of the body as read (inflated). */
  bodyBytes: number;
  /** For a body that may take as long as it likes. */
  cancelBodyDeadline(): void;
}

const states = new WeakMap<Request, RequestState>();

/** Starts a request's state; called once, by the first middleware. Aborts it when the client hangs up. */
export function beginState(request: Request, response: Response, requestId: string): RequestState {
  const bodyDeadline = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, BODY_DEADLINE_MS).unref();
  const state: RequestState = {
    requestId,
    startedAtMs: performance.now(),
    abort: new AbortController(),
    operationId: undefined,
    principal: undefined,
    bodyBytes: 0,
    cancelBodyDeadline: () => clearTimeout(bodyDeadline),
  };
  states.set(request, state);
  response.once("close", () => {
    // What was answered before its body had come must not hold its socket for ever.
    if (request.complete) clearTimeout(bodyDeadline);
    if (!response.writableFinished) state.abort.abort(new Error("The client closed the connection."));
  });
  return state;
}

/** @throws Error when the first middleware did not run: a fault of the wiring. */
export function stateOf(request: Request): RequestState {
  const state = states.get(request);
  if (state === undefined) throw new Error("The request has no state.");
  return state;
}
