/** The OpenAPI 3.1 document, made from the operations. Pure. */
import { type AnyOperation } from "../operations";
import { Failure } from "../schema/common";
import { SchemaWriter } from "./json-schema";

type Json = Record<string, unknown>;

const ERRORS: Readonly<Record<number, { name: string; description: string; headers?: Json }>> = {
  400: { name: "BadRequest", description: "Not JSON, or `X-Namespace` is missing" },
  401: { name: "Unauthenticated", description: "The API key is missing, malformed, unknown, expired or revoked" },
  403: { name: "Forbidden", description: "The API key may not do that" },
  404: { name: "NotFound", description: "There is no such resource" },
  409: { name: "Conflict", description: "It contradicts what is there" },
  412: { name: "PreconditionFailed", description: "`If-Match` names another version than the one that is there" },
  413: { name: "TooLarge", description: "The body, or one document in it, is too large" },
  415: { name: "WrongContentType", description: "The body is not sent as JSON" },
  422: { name: "Invalid", description: "The request breaks rules; `error.details.errors` lists every faulty field" },
  429: { name: "TooManyRequests", description: "Too many requests; `Retry-After` says when to go on" },
  500: { name: "InternalError", description: "A fault of Inlet" },
  503: { name: "Unavailable", description: "Qdrant is away or overloaded; `Retry-After` says when to try again" },
};
const RETRY_AFTER = { "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 0 } } };
const WITH_RETRY_AFTER = new Set([429, 503]);

const EXAMPLE_DETAILS: Readonly<Record<number, Json>> = {
  422: { errors: [{ path: "features[0].vectors.embedding[17]", message: "must be a number", location: "body" }] },
};
const TYPES: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found",
  409: "conflict",
  412: "precondition_failed",
  413: "payload_too_large",
  415: "unsupported_media_type",
  422: "validation_error",
  429: "rate_limited",
  500: "internal_error",
  503: "service_unavailable",
};

const pathOf = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

/** The resource that a path is about: its last literal segment that names one. */
function tagOf(path: string): string {
  const resources = ["documents", "collections", "namespaces", "organizations", "objects"];
  const segments = path.split("/");
  const named = segments.includes("api-keys") ? "keys" : resources.find((name) => segments.includes(name));
  return named ?? "service";
}

/** The statuses that an operation can answer with beside 200. */
function errorsOf(operation: AnyOperation): number[] {
  const always = [400, 401, 403, 422, 429, 500, 503];
  const found = operation.namespaced || Object.keys(operation.params.properties).length > 0 ? [404] : [];
  const body = operation.body === undefined && operation.stream === undefined ? [] : [413, 415];
  return [...new Set([...always, ...found, ...body, ...(operation.errors ?? [])])].sort((a, b) => a - b);
}

function parametersOf(operation: AnyOperation, writer: SchemaWriter): Json[] {
  const of = (schema: AnyOperation["query"], location: "path" | "query"): Json[] =>
    Object.entries(schema.properties).map(([name, property]) => {
      const { description, ...rest } = writer.write(property);
      return {
        name,
        in: location,
        required: location === "path" || (schema.required ?? []).includes(name),
        ...(description === undefined ? {} : { description }),
        schema: rest,
      };
    });
  const headers = operation.namespaced ? [{ $ref: "#/components/parameters/Namespace" }] : [];
  return [...of(operation.params, "path"), ...of(operation.query, "query"), ...headers];
}

function requestBodyOf({ body, bodyOptional, stream }: AnyOperation, writer: SchemaWriter): Json {
  const types = stream?.types ?? (body === undefined ? undefined : { "application/json": body });
  if (types === undefined) return {};
  const content = Object.entries(types).map(([type, schema]) => [type, { schema: writer.write(schema) }]);
  return { requestBody: { required: bodyOptional !== true, content: Object.fromEntries(content) } };
}

function entryOf(operation: AnyOperation, writer: SchemaWriter): Json {
  const responses: Json = {
    200: {
      description: "Done",
      headers: { "X-Request-Id": { $ref: "#/components/headers/RequestId" } },
      content: { [operation.answerType ?? "application/json"]: { schema: writer.write(operation.answer) } },
    },
  };
  for (const status of errorsOf(operation)) {
    const error = ERRORS[status];
    if (error !== undefined) responses[status] = { $ref: `#/components/responses/${error.name}` };
  }
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [tagOf(operation.path)],
    parameters: parametersOf(operation, writer),
    ...requestBodyOf(operation, writer),
    responses,
    "x-permission": operation.permission,
  };
}

function errorResponses(writer: SchemaWriter): Json {
  const schema = writer.write(Failure);
  const responses = Object.entries(ERRORS).map(([status, { name, description }]) => {
    const code = Number(status);
    const details = EXAMPLE_DETAILS[code];
    const error = { message: description, type: TYPES[code], ...(details === undefined ? {} : { details }) };
    const example = { success: false, status: code, error };
    return [
      name,
      {
        description,
        ...(WITH_RETRY_AFTER.has(code) ? { headers: RETRY_AFTER } : {}),
        content: { "application/json": { schema, example } },
      },
    ];
  });
  return Object.fromEntries(responses);
}

/** What needs no key and has no operation. */
function serviceEntries(): Json {
  const plain = (operationId: string, summary: string, type: string, more: Json = {}): Json => ({
    get: {
      operationId,
      summary,
      tags: ["service"],
      security: [],
      responses: { 200: { description: "Done", content: { [type]: { schema: {} } } }, ...more },
    },
  });
  const away = { 503: { $ref: "#/components/responses/Unavailable" } };
  return {
    "/healthz": plain("healthz", "Is the process alive?", "application/json"),
    "/readyz": plain("readyz", "Can it reach Qdrant?", "application/json", away),
    "/metrics": plain("metrics", "Metrics for Prometheus", "text/plain"),
    "/openapi.json": plain("openapi", "This document", "application/json"),
  };
}

export function openApiDocument(operations: readonly AnyOperation[], version: string): Json {
  const writer = new SchemaWriter();
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = pathOf(operation.path);
    paths[path] = { ...paths[path], [operation.method]: entryOf(operation, writer) };
  }
  const responses = errorResponses(writer);
  return {
    openapi: "3.1.0",
    info: {
      title: "Inlet",
      version,
      description: "Document ingestion for Qdrant: POST a document, and it is a Qdrant point.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "./" }],
    security: [{ apiKey: [] }],
    paths: { ...paths, ...serviceEntries() },
    components: {
      schemas: writer.components,
      responses,
      headers: { RequestId: { description: "The request's id, as sent or as made", schema: { type: "string" } } },
      parameters: {
        Namespace: {
          name: "X-Namespace",
          in: "header",
          required: true,
          description: "The namespace's name or `ns_` id",
          schema: { type: "string", minLength: 1 },
          example: "demo",
        },
      },
      securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "An API key, `sk_…`" } },
    },
  };
}
