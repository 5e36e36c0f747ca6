/** The errors of the API as OpenAPI answers: one component per status, which says its `type` too. */
import { type TSchema, Type } from "@sinclair/typebox";

import { type ErrorType } from "../errors";
import { Failure } from "../schema/common";
import { type SchemaWriter } from "./json-schema";

type Json = Record<string, unknown>;

interface ErrorAnswer {
  /** The component's name. */
  name: string;
  type: ErrorType;
  description: string;
  /** Headers that it always has, by what they say. */
  headers?: Readonly<Record<string, { description: string; schema: Json }>>;
  details?: Json;
}

const RETRY_AFTER = { "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 0 } } };

const ERRORS: Readonly<Record<number, ErrorAnswer>> = {
  400: {
    name: "BadRequest",
    type: "bad_request",
    description: "Not JSON, or `X-Namespace` is missing",
  },
  401: {
    name: "Unauthenticated",
    type: "authentication_error",
    description: "The API key is missing, malformed, unknown, expired or revoked",
    headers: { "WWW-Authenticate": { description: "How to send a key", schema: { type: "string" } } },
  },
  403: { name: "Forbidden", type: "permission_error", description: "The API key may not do that" },
  404: { name: "NotFound", type: "not_found", description: "There is no such resource" },
  409: { name: "Conflict", type: "conflict", description: "It contradicts what is there" },
  412: {
    name: "PreconditionFailed",
    type: "precondition_failed",
    description: "`If-Match` names another version than the one that is there",
  },
  413: {
    name: "TooLarge",
    type: "payload_too_large",
    description: "The body, or one document in it, is too large",
  },
  415: {
    name: "WrongContentType",
    type: "unsupported_media_type",
    description: "The body's Content-Type, charset or Content-Encoding is none that is taken here",
  },
  422: {
    name: "Invalid",
    type: "validation_error",
    description: "The request breaks rules; `error.details.errors` lists every faulty field",
    details: {
      errors: [{ path: "features[0].vectors.embedding[17]", message: "must be a number", location: "body" }],
    },
  },
  429: {
    name: "TooManyRequests",
    type: "rate_limited",
    description: "Too many requests; `Retry-After` says when to go on",
    headers: RETRY_AFTER,
  },
  500: { name: "InternalError", type: "internal_error", description: "A fault of Inlet" },
  501: {
    name: "QdrantTooOld",
    type: "service_unavailable",
    description: "This Qdrant can't add a named vector to a collection; 1.18 and later can",
  },
  503: {
    name: "Unavailable",
    type: "service_unavailable",
    description: "Qdrant is away or overloaded; `Retry-After` says when to try again",
    headers: RETRY_AFTER,
  },
};

/** A reference to the answer of each of `statuses`. @throws Error for a status that has none: a fault of an operation */
export function errorAnswers(statuses: readonly number[]): Json {
  const answers = [...new Set(statuses)]
    .sort((a, b) => a - b)
    .map((status) => {
      const error = ERRORS[status];
      if (error === undefined) throw new Error(`There is no error answer for ${status}.`);
      return [status, { $ref: `#/components/responses/${error.name}` }];
    });
  return Object.fromEntries(answers);
}

const schemaOf = (status: number, type: ErrorType): TSchema =>
  Type.Intersect([
    Failure,
    Type.Object({ status: Type.Literal(status), error: Type.Object({ type: Type.Literal(type) }) }),
  ]);

/** The components that `errorAnswers` refers to. */
export function errorComponents(writer: SchemaWriter): Json {
  const components = Object.entries(ERRORS).map(([text, { name, type, description, headers = {}, details }]) => {
    const status = Number(text);
    const error = { message: description, type, ...(details === undefined ? {} : { details }) };
    const described = Object.entries(headers).map(([header, each]) => [header, { ...each, required: true }]);
    return [
      name,
      {
        description,
        headers: { "X-Request-Id": { $ref: "#/components/headers/RequestId" }, ...Object.fromEntries(described) },
        content: {
          "application/json": {
            schema: writer.write(schemaOf(status, type)),
            example: { success: false, status, error },
          },
        },
      },
    ];
  });
  return Object.fromEntries(components);
}
