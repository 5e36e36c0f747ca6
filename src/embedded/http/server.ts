/** The engine's HTTP server: routing, keys, bodies, envelopes, errors, and a close that lets running requests end. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import FindMyWay from "find-my-way";
import { QdrantError, internal } from "../errors";
import { parseJson } from "../json/parse";
import { type JsonValue } from "../model/json";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { StartError } from "../storage/errors";
import { ReadOnlyCatalog } from "../storage/read-only-catalog";
import { type ApiKeys, callerOf } from "./api-key";
import { errorBody, resultBody } from "./envelope";
import { Place } from "./decode";
import { readBody, readWithin } from "./limits";
import { checkNameLength } from "./requests/names";
import { RawAnswer } from "./raw-answer";
import { type RequestStatistics, endpointOf } from "./request-statistics";
import { type EngineRequest, type Route } from "./route";

export interface ServerParts {
  routes: readonly Route<CollectionCatalog>[];
  catalog: CollectionCatalog;
  keys: ApiKeys;
  statistics: RequestStatistics;
  /** Told of what should not have happened: the caller gets a 500 that says no more than that. */
  onError: (error: Error) => void;
}

const KEEP_ALIVE_MS = 75_000;
/** Running requests get so long to end at a close. */
const DRAIN_MS = 10_000;
/** Qdrant's longest names are 255 bytes, three characters each when percent-encoded; a field's path may be longer. */
const MAX_PARAM_LENGTH = 8192;

export class EngineServer {
  private readonly router = FindMyWay({
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    caseSensitive: true,
    maxParamLength: MAX_PARAM_LENGTH,
  });
  private readonly endpoints: ReadonlyMap<Route<CollectionCatalog>, string>;
  private readonly server: Server;
  private readonly readOnly: CollectionCatalog;
  private closing = false;

  constructor(private readonly parts: ServerParts) {
    this.readOnly = new ReadOnlyCatalog(parts.catalog);
    this.endpoints = new Map(parts.routes.map((route) => [route, endpointOf(route)]));
    for (const route of parts.routes) this.router.on(route.method, route.path, () => undefined, route);
    this.server = createServer((request, response) => void this.answer(request, response));
    // Uploads over slow lines may take long; what never ends is ended by the client or the close.
    this.server.requestTimeout = 0;
    // A client that computes vectors for seconds between two calls, in the thread that should see its connection close, would
    // send the next call into a closed one.
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** The port that it listens on. @throws StartError `port_taken` or `cannot_listen` */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", (cause: NodeJS.ErrnoException) => {
        const taken = cause.code === "EADDRINUSE";
        const text = taken
          ? `Port ${port} on ${host} is taken by another process.`
          : `Can't listen on ${host}:${port}: ${cause.message}`;
        reject(new StartError(taken ? "port_taken" : "cannot_listen", text, { cause }));
      });
      this.server.listen(port, host, () => {
        const address: AddressInfo | string | null = this.server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Takes no new connection, lets running requests end, then returns. */
  async close(): Promise<void> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const patience = setTimeout(() => this.server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(patience);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const seconds = (): number => (performance.now() - startedMs) / 1000;
    if (this.closing) response.shouldKeepAlive = false;
    let found: Found | undefined;
    try {
      const target = targetOf(request);
      found = this.find(request.method ?? "GET", target.path);
      const answer = await this.result(request, response, found, target);
      if (answer === undefined) return;
      await readToEnd(request, response);
      if (answer instanceof RawAnswer) await sendRaw(response, answer);
      else send(response, 200, resultBody(answer, seconds()));
    } catch (error) {
      await readToEnd(request, response);
      this.sendError(response, error, seconds());
    } finally {
      if (found !== undefined) this.count(found, response.statusCode, seconds());
    }
  }

  private count({ route, params }: Found, status: number, seconds: number): void {
    const { statistics, catalog } = this.parts;
    const name = params["collection"] ?? "";
    const exists = catalog.ownName(name) !== undefined;
    statistics.add(this.endpoints.get(route) ?? endpointOf(route), status, seconds, exists ? name : undefined);
  }

  /** What the route answers; undefined where the response is already sent. */
  private async result(
    request: IncomingMessage,
    response: ServerResponse,
    found: Found | undefined,
    target: Target,
  ): Promise<Output | RawAnswer | undefined> {
    if (isPreflight(request)) {
      await readToEnd(request, response);
      sendText(response, 200, "");
      return undefined;
    }
    const caller = callerOf(request.headers, this.parts.keys);
    if (caller.kind === "refused" && !this.isOpen(target.path)) {
      await readToEnd(request, response);
      sendText(response, 401, caller.text);
      return undefined;
    }
    if (found === undefined) {
      await readToEnd(request, response);
      sendText(response, 404, "");
      return undefined;
    }
    const { route, params } = found;
    checkCollectionParam(params["collection"]);
    const body = route.streamed ? Buffer.alloc(0) : await readBody(request);
    if (route.access === "write") await this.parts.catalog.room();
    const query = new URLSearchParams(target.query);
    const catalog = caller.kind === "read-only" && route.access === "write" ? this.readOnly : this.parts.catalog;
    return route.handle(new ReceivedRequest(params, query, body, route, request), catalog);
  }

  /** A path is open, not a call: without a key, one of another method is answered as one that doesn't exist. */
  private isOpen(path: string): boolean {
    return this.find("GET", path)?.route.access === "open";
  }

  private find(method: string, path: string): Found | undefined {
    const known = METHODS.find((each) => each === method);
    const found = known === undefined ? null : this.router.find(known, path);
    if (found === null) return undefined;
    const route = this.parts.routes.find((each) => each === found.store);
    if (route === undefined) return undefined;
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(found.params)) params[name] = value ?? "";
    return { route, params };
  }

  private sendError(response: ServerResponse, error: unknown, seconds: number): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (error instanceof QdrantError) {
      if (error.retryAfterSeconds !== undefined) response.setHeader("retry-after", error.retryAfterSeconds);
      send(response, error.status, errorBody(error, seconds));
      return;
    }
    this.parts.onError(error instanceof Error ? error : new Error(String(error)));
    send(response, 500, errorBody(internal("unexpected error in the embedded engine; see its log"), seconds));
  }
}

interface Found {
  route: Route<CollectionCatalog>;
  params: Record<string, string>;
}

interface Target {
  path: string;
  query: string;
}

function targetOf({ url = "/" }: IncomingMessage): Target {
  const queryStart = url.indexOf("?");
  return queryStart < 0
    ? { path: url, query: "" }
    : { path: url.slice(0, queryStart), query: url.slice(queryStart + 1) };
}

/** What a browser asks before a call from another origin. It can't send a key with it, and Qdrant wants none. */
const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" && Boolean(headers["access-control-request-method"]);

/** @throws QdrantError 422 for a collection name that no collection can have. */
function checkCollectionParam(name: string | undefined): void {
  if (name === undefined) return;
  const at = Place.root();
  checkNameLength(name, at.key("collection_name"));
  at.check("path parameters");
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

class ReceivedRequest implements EngineRequest {
  readonly stream: IncomingMessage | undefined;
  private parsed: { value: JsonValue } | undefined;

  constructor(
    readonly params: Record<string, string>,
    readonly query: URLSearchParams,
    private readonly bytes: Buffer,
    private readonly route: Route<CollectionCatalog>,
    request: IncomingMessage,
  ) {
    this.stream = route.streamed && request;
  }

  get body(): JsonValue | undefined {
    if (this.bytes.length === 0) return undefined;
    this.parsed ??= { value: parseJson(this.bytes, this.route) };
    return this.parsed.value;
  }
}

/** Reads what a request still sends, up to the limit, so that its client sees the answer and the connection can go on. One that
 *  sends more loses the connection with its answer, else its bytes would be read as the next request. */
async function readToEnd(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.complete) return;
  await readWithin(request).catch(() => undefined);
  if (request.complete) return;
  response.shouldKeepAlive = false;
  response.once("close", () => request.destroy());
}

function send(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  const headers = text === "" ? {} : { "content-type": "text/plain; charset=utf-8" };
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function sendRaw(response: ServerResponse, { contentType, body, headers, status }: RawAnswer): Promise<void> {
  response.writeHead(status, { "content-type": contentType, ...headers });
  if (typeof body === "string") response.end(body);
  else await pipeline(body, response);
}
