/** A request's body that is read as it comes, and an answer that is sent as the client reads it. Neither may hang: a client
 *  that sends or reads nothing for `STALL_MS` is given up. */
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { once } from "node:events";
import { type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

import { type InletError } from "../errors";
import { type Answer, type RequestStream } from "../operation";
import { checkContentType } from "./body";
import { stateOf } from "./context";
import { emptyBody, notJson, wrongEncoding } from "./errors";

/** How long a client may let a stream rest. */
const STALL_MS = 60_000;
/** How long the rest of a body is read after its answer. */
const LINGER_MS = 30_000;

const INFLATERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The body's bytes as they are meant. @throws InletError 415 for an encoding that is not known */
function inflated(request: Request): Readable {
  const encoding = (request.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return request;
  const inflater = INFLATERS[encoding]?.();
  if (inflater === undefined) throw wrongEncoding(encoding);
  request.on("error", (error) => inflater.destroy(error));
  // Told to who reads; nobody may be reading yet.
  inflater.on("error", () => undefined);
  // Where the client goes, nothing ends the inflater.
  request.on("close", () => {
    if (!request.complete) inflater.destroy(new Error("The body ended before its time."));
  });
  return request.pipe(inflater);
}

const broken = (error: unknown): InletError =>
  notJson("The body ended before its time, or is not encoded as Content-Encoding says.", {}, error);

/** The next value, or a refusal when none comes in time or nobody waits for it any more. */
async function inTime<T>(next: Promise<T>, over: AbortSignal): Promise<T> {
  let refuse: (error: InletError) => void = () => undefined;
  const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
  const stalled = (): void => refuse(notJson(`No byte of the body came for ${STALL_MS / 1000} s.`, {}));
  const left = (): void => refuse(notJson("The request was answered before its body had ended.", {}));
  const timer = setTimeout(stalled, STALL_MS);
  if (over.aborted) left();
  over.addEventListener("abort", left, { once: true });
  try {
    return await Promise.race([next, refused]);
  } finally {
    clearTimeout(timer);
    over.removeEventListener("abort", left);
  }
}

async function* bytesOf(request: Request, source: Readable, over: AbortSignal): AsyncGenerator<Uint8Array> {
  const state = stateOf(request);
  // Destroying the request would take the answer with it.
  const chunks = source.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next: Promise<IteratorResult<Uint8Array>> = chunks
        .next()
        .catch((error: unknown) => Promise.reject(broken(error)));
      const { done, value } = await inTime(next, over);
      if (done === true) return;
      state.bodyBytes += value.length;
      yield value;
    }
  } finally {
    // Not waited for: it comes after a chunk that is still awaited.
    void chunks.return?.();
  }
}

/** After an answer that did not need the whole body: what still comes is read and dropped for a while, since a client that
 *  is cut off while it sends may never see the answer. */
function linger(request: Request, source: Readable): void {
  if (request.complete || request.destroyed) return;
  if (source !== request) {
    request.unpipe();
    source.destroy();
  }
  request.on("data", () => undefined).resume();
  setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, LINGER_MS).unref();
}

const streams = new WeakMap<Request, RequestStream>();

/** Middleware that makes the body's stream. */
export function openStream(types: ReadonlySet<string>): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const type = checkContentType(request, types);
    if (type === undefined) throw emptyBody();
    stateOf(request).cancelBodyDeadline();
    const source = inflated(request);
    const over = new AbortController();
    response.once("close", () => {
      over.abort();
      linger(request, source);
    });
    streams.set(request, { type, bytes: bytesOf(request, source, over.signal) });
    next();
  };
}

/** The stream that `openStream` has made. */
export const streamOf = (request: Request): RequestStream | undefined => streams.get(request);

/** Sends the pieces; waits for the client where it reads slowly. @throws what the first piece throws, before anything is sent */
export async function sendStream(response: Response, answer: Answer & Required<Pick<Answer, "stream">>): Promise<void> {
  const { pieces, type } = answer.stream;
  let piece = await pieces.next();
  response.status(answer.status).set(answer.headers ?? {});
  response.type(type);
  // A client may wait for the header before it goes on sending.
  response.flushHeaders();
  for (; piece.done !== true; piece = await pieces.next()) {
    if (response.destroyed || !(response.write(piece.value) || (await drained(response)))) {
      await pieces.return?.();
      response.destroy();
      return;
    }
  }
  response.end();
}

/** False where the client has gone or reads nothing. */
async function drained(response: Response): Promise<boolean> {
  const stalled = AbortSignal.timeout(STALL_MS);
  const closed = new AbortController();
  const onClose = (): void => closed.abort();
  response.once("close", onClose);
  try {
    await once(response, "drain", { signal: AbortSignal.any([stalled, closed.signal]) });
    return true;
  } catch {
    return false;
  } finally {
    response.off("close", onClose);
  }
}
