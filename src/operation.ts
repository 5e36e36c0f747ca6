/** One operation of the API as a value. The route, its checks, its permission, its OpenAPI entry and its metrics label are
 *  all made from it. Knows nothing of Express. */
import { type Static, type TObject, type TSchema } from "@sinclair/typebox";

import { type Permission, type Principal } from "./auth/principal";
import { type Fault } from "./errors";

/** What a handler knows of its request beside the checked inputs. `services` is whatever compose.ts built. */
export interface RequestContext {
  requestId: string;
  principal: Principal;
  /** The `X-Namespace` header as sent; undefined for operations with `namespaced: false`. */
  namespace: string | undefined;
  /** The `Idempotency-Key` header as sent (1 to 255 visible ASCII characters, else 422). */
  idempotencyKey?: string | undefined;
  /** The `If-Match` header as sent. */
  ifMatch?: string | undefined;
  /** Aborted when the client goes away or the request's deadline is over. */
  signal: AbortSignal;
  /** Absolute, in `performance.now()` milliseconds; infinite where the body is a stream. */
  deadlineMs: number;
  /** The body of an operation that takes a stream. */
  stream?: RequestStream;
}

/** A body that is read as it comes. */
export interface RequestStream {
  /** The media type, lower case, without parameters; one of the operation's `stream.types`. */
  type: string;
  /** Inflated. To be read once. @throws InletError 400 where the client sends nothing for long, or no such encoding */
  bytes: AsyncIterable<Uint8Array>;
}

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Instead of `body`: pieces of text, sent as they come and only as fast as the client reads. Nothing is sent before the
   *  first one (which may be empty), so that what it throws becomes an error's answer. */
  stream?: { type: string; pieces: AsyncIterator<string> };
}

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 200,
  body,
  ...(headers === undefined ? {} : { headers }),
});

export interface Operation<P extends TObject, Q extends TObject, B extends TSchema, S> {
  /** One name per operation, for routes, logs, metrics and documentation. */
  id: string;
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Express form (`/v1/collections/:collection/documents`). */
  path: string;
  summary: string;
  permission: Permission;
  /** True where `X-Namespace` is needed. */
  namespaced: boolean;
  params: P;
  query: Q;
  /** Absent where the operation takes no body. */
  body?: B;
  /** True where no body is the same as `{}`. */
  bodyOptional?: boolean;
  /** Instead of `body`: the body is read as it comes, in any length. `types` are media types, each with the schema of what a
   *  body of that type holds, for the documentation alone. */
  stream?: { types: Readonly<Record<string, TSchema>> };
  /** What the schema can't say about the body: its faults go into the same answer as the schema's. Called with the parsed
   *  JSON whatever the schema found, so it must take any JSON and leave to the schema what the schema says. */
  inspect?(body: unknown): Fault[];
  /** Request headers that it minds beside `X-Namespace`. */
  headers?: readonly ("Idempotency-Key" | "If-Match")[];
  /** Headers of its 200 answer; `always`: no such answer goes without. */
  answerHeaders?: Readonly<Record<string, { description: string; always: boolean }>>;
  /** Statuses that it can answer with beside those that every operation has (409, 412). */
  errors?: readonly number[];
  /** The 200 answer's schema. */
  answer: TSchema;
  /** Its media type; JSON where left out. */
  answerType?: string;
  handle(
    input: { params: Static<P>; query: Static<Q>; body: Static<B> },
    services: S,
    context: RequestContext,
  ): Promise<Answer>;
}

/** Keeps the operation's types together; does nothing else. */
export function operation<P extends TObject, Q extends TObject, B extends TSchema, S>(
  given: Operation<P, Q, B, S>,
): Operation<P, Q, B, S> {
  return given;
}
