/** The OpenAPI 3.1 document, made from the operations. Pure. */
import { type TSchema, Type } from "@sinclair/typebox";

import { type AnyOperation } from "../operations";
import { IDEMPOTENCY_KEY_PATTERN } from "../schema/common";
import { errorAnswers, errorComponents } from "./errors";
import { SchemaWriter } from "./json-schema";

type Json = Record<string, unknown>;

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
  const vectors = operation.permission === "write" ? [501] : [];
  return [...always, ...found, ...body, ...vectors, ...(operation.errors ?? [])];
}

const HEADERS: Readonly<Record<string, { required: boolean; schema: TSchema; example: string }>> = {
  "X-Namespace": {
    required: true,
    schema: Type.String({ minLength: 1, description: "The namespace's name or `ns_` id" }),
    example: "demo",
  },
  "Idempotency-Key": {
    required: false,
    schema: Type.String({
      pattern: IDEMPOTENCY_KEY_PATTERN,
      description: "The same body under the same key is written once; another body under it is 409",
    }),
    example: "talks-2024-05-07",
  },
  "If-Match": {
    required: false,
    schema: Type.String({ description: "The `ETag` that the document must still have; `*`: it must be there" }),
    example: "*",
  },
};

function headerParameters(writer: SchemaWriter): Json {
  const parameters = Object.entries(HEADERS).map(([name, { required, schema, example }]) => {
    const { description, ...rest } = writer.write(schema);
    return [name, { name, in: "header", required, description, schema: rest, example }];
  });
  return Object.fromEntries(parameters);
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
  const headers = [...(operation.namespaced ? ["X-Namespace"] : []), ...(operation.headers ?? [])];
  const named = headers.map((name) => ({ $ref: `#/components/parameters/${name}` }));
  return [...of(operation.params, "path"), ...of(operation.query, "query"), ...named];
}

function requestBodyOf({ body, bodyOptional, stream }: AnyOperation, writer: SchemaWriter): Json {
  const types = stream?.types ?? (body === undefined ? undefined : { "application/json": body });
  if (types === undefined) return {};
  const content = Object.entries(types).map(([type, schema]) => [type, { schema: writer.write(schema) }]);
  return { requestBody: { required: bodyOptional !== true, content: Object.fromEntries(content) } };
}

function answerHeadersOf({ answerHeaders = {} }: AnyOperation): Json {
  const described = Object.entries(answerHeaders).map(([name, { description, always }]) => [
    name,
    { description, required: always, schema: { type: "string" } },
  ]);
  return { "X-Request-Id": { $ref: "#/components/headers/RequestId" }, ...Object.fromEntries(described) };
}

function entryOf(operation: AnyOperation, writer: SchemaWriter): Json {
  const responses: Json = {
    200: {
      description: "Done",
      headers: answerHeadersOf(operation),
      content: { [operation.answerType ?? "application/json"]: { schema: writer.write(operation.answer) } },
    },
    ...errorAnswers(errorsOf(operation)),
  };
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

const Alive = Type.Object({ status: Type.Literal("ok") });
const Ready = Type.Object({
  status: Type.Literal("ready"),
  qdrant: Type.Object({ version: Type.String({ description: "Of the Qdrant that is reached" }) }),
});
const Description = Type.Object(
  {
    openapi: Type.String({ pattern: "^3\\.1\\." }),
    info: Type.Object(
      { title: Type.Literal("Inlet"), version: Type.String() },
      { additionalProperties: true, description: "And more" },
    ),
  },
  { additionalProperties: true, description: "An OpenAPI 3.1 document" },
);

/** What needs no key and is no operation of the API. */
function serviceEntries(writer: SchemaWriter): Json {
  const plain = (operationId: string, summary: string, type: string, schema: TSchema, errors: number[] = []): Json => ({
    get: {
      operationId,
      summary,
      tags: ["service"],
      security: [],
      responses: {
        200: {
          description: "Done",
          headers: { "X-Request-Id": { $ref: "#/components/headers/RequestId" } },
          content: { [type]: { schema: writer.write(schema) } },
        },
        ...errorAnswers([...errors, 500]),
      },
    },
  });
  return {
    "/healthz": plain("healthz", "Is the process alive?", "application/json", Alive),
    "/readyz": plain("readyz", "Can it reach Qdrant?", "application/json", Ready, [503]),
    "/metrics": plain("metrics", "Metrics for Prometheus", "text/plain", Type.String()),
    "/openapi.json": plain("openapi", "This document", "application/json", Description),
    "/docs": plain("docs", "This document for people, in a page that tries the calls", "text/html", Type.String()),
  };
}

export function openApiDocument(operations: readonly AnyOperation[], version: string): Json {
  const writer = new SchemaWriter();
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = pathOf(operation.path);
    paths[path] = { ...paths[path], [operation.method]: entryOf(operation, writer) };
  }
  const service = serviceEntries(writer);
  const responses = errorComponents(writer);
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
    paths: { ...paths, ...service },
    components: {
      schemas: writer.components,
      responses,
      headers: {
        RequestId: {
          description: "The request's id, as sent or as made",
          required: true,
          schema: { type: "string", minLength: 1 },
        },
      },
      parameters: headerParameters(writer),
      securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "An API key, `sk_…`" } },
    },
  };
}
