import { type IncomingMessage } from "node:http";
import { type Collection } from "../model/collection";
import { type JsonValue } from "../model/json";
import { type Output } from "../model/output";
import { type RawAnswer } from "./raw-answer";

/** What a route may ask of the engine's collections; storage/ implements it (and more, for the collection calls). */
export interface CollectionLookup {
  /** By name or alias. @throws QdrantError 404 where there is none. */
  collection(name: string): Collection;
}

export interface EngineRequest {
  /** Decoded path parameters (`collection`, `id`, `field`, …). */
  params: Record<string, string>;
  query: URLSearchParams;
  /** The parsed body; undefined where none was sent. Parsed when it is first asked for, since Qdrant looks at path and query
   *  string first. @throws QdrantError 400 where it is not JSON. */
  readonly body: JsonValue | undefined;
  /** The request itself, its body unread; on a streamed route alone. */
  readonly stream: IncomingMessage | undefined;
}

/** One call of the REST API. `handle` returns what stands under `result`; http/server.ts adds the envelope. A route decodes
 *  and validates query string and body before it looks a collection up (Qdrant checks in that order). */
export interface Route<Engine extends CollectionLookup = CollectionLookup> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** find-my-way form: `/collections/:collection/points/query` */
  path: string;
  /** What the read-only api key may call is `read`. */
  access: "open" | "read" | "write";
  /** The body holds vectors, and may hold many: its lists of floats below `vector` and `vectors` are FloatLists. */
  packVectors?: true;
  /** The route reads the body itself, of any length. */
  streamed?: true;
  handle(request: EngineRequest, engine: Engine): Promise<Output | RawAnswer>;
}
