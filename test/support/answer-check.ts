/** Holds each answer of a running Inlet against its OpenAPI document: the status must be one of the operation's, the media
 *  type one of that status's, the body must fit the schema, and must hold no key that the schema does not name. */
import FindMyWay, { type HTTPMethod } from "find-my-way";

import { type DescribedOperation, describedOperations, isObject, type Json } from "./open-api";
import { SchemaChecks } from "./schema-checks";

export interface CheckedAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const MAX_SHOWN = 600;
const METHODS: readonly HTTPMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const methodOf = (name: string): HTTPMethod | undefined =>
  METHODS.find((method) => method === (name === "HEAD" ? "GET" : name));

/** `schema` in which every object that names its properties, and does not say what others may be, has no others. What the
 *  document leaves open for clients of later versions is an oversight in an answer of today. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const parts = Object.entries(schema).map(([key, value]) => {
    if (key === "enum" || key === "const" || key === "examples" || key === "default") return [key, value];
    if (key === "allOf") return [key, value];
    if (key !== "properties" || !isObject(value)) return [key, closed(value)];
    return [key, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]))];
  });
  const out: Json = Object.fromEntries(parts);
  if (isObject(schema.properties) && schema.additionalProperties === undefined) out.additionalProperties = false;
  return out;
}

const FAILURE = { $ref: "#/components/schemas/Failure" };

const isFailure = (body: unknown, status: number): boolean =>
  isObject(body) && body.success === false && body.status === status && isObject(body.error);

const mediaType = (headers: Headers): string => (headers.get("content-type") ?? "").split(";", 1)[0] ?? "";

export class AnswerCheck {
  private readonly router = FindMyWay({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    maxParamLength: 1_000_000,
  });
  private readonly checks: SchemaChecks;

  constructor(document: Json) {
    const strict = closed(document);
    if (!isObject(strict)) throw new Error("The document is no object.");
    this.checks = new SchemaChecks(strict.components);
    for (const operation of describedOperations(strict)) {
      const method = methodOf(operation.method);
      if (method === undefined) throw new Error(`${operation.id} has the method ${operation.method}.`);
      this.router.on(method, operation.path.replace(/\{(\w+)\}/g, ":$1"), () => undefined, operation);
    }
  }

  /** @throws Error that says which answer to what does not fit, and where */
  check(method: string, path: string, answer: CheckedAnswer): void {
    const fault = this.faultOf(method, path, answer);
    if (fault === undefined) return;
    const shown = answer.text.length > MAX_SHOWN ? `${answer.text.slice(0, MAX_SHOWN)}…` : answer.text;
    throw new Error(`${method} ${path} was answered with ${answer.status}, and ${fault}:\n${shown}`);
  }

  private faultOf(method: string, path: string, answer: CheckedAnswer): string | undefined {
    const operation = this.operationOf(method, path.split("?", 1)[0] ?? "");
    const refusedByRoute = this.refusedByRoute(answer);
    if (operation === undefined || refusedByRoute) {
      if (answer.status < 400 || method === "HEAD") return undefined;
      return refusedByRoute || this.isFailureText(answer) ? undefined : "has no error's body";
    }
    const described = operation.answers[answer.status];
    if (described === undefined) return `${operation.id} does not name that status`;
    for (const [name, { required }] of Object.entries(described.headers)) {
      if (required && answer.headers.get(name) === null) return `has no ${name} header, which ${operation.id} names`;
    }
    if (method === "HEAD") return undefined;
    const type = mediaType(answer.headers);
    const content = described.content[type];
    if (content === undefined) return `${operation.id} does not name the media type ${type} there`;
    return this.bodyFault(content.schema, type, answer.text);
  }

  private operationOf(method: string, path: string): DescribedOperation | undefined {
    const known = methodOf(method);
    const found = known === undefined ? null : this.router.find(known, path);
    const store: DescribedOperation | undefined = found?.store;
    return store;
  }

  /** Whether the router said that there is no such route, or not with this method: no operation's answer. */
  private refusedByRoute(answer: CheckedAnswer): boolean {
    if (![404, 405].includes(answer.status) || !this.isFailureText(answer)) return false;
    const body: unknown = JSON.parse(answer.text);
    const error = isObject(body) ? body.error : undefined;
    return isObject(error) && (error.code === "unknown_route" || error.type === "method_not_allowed");
  }

  private isFailureText({ status, text, headers }: CheckedAnswer): boolean {
    if (mediaType(headers) !== "application/json") return false;
    const body: unknown = JSON.parse(text);
    return isFailure(body, status) && this.checks.of(FAILURE)(body);
  }

  private bodyFault(schema: Json, type: string, text: string): string | undefined {
    if (type.startsWith("text/")) return undefined;
    const validate = this.checks.of(schema);
    const texts = type === "application/x-ndjson" ? text.split("\n").filter((line) => line !== "") : [text];
    for (const [index, each] of texts.entries()) {
      const value: unknown = JSON.parse(each);
      if (validate(value)) continue;
      const [error] = validate.errors ?? [];
      const line = texts.length > 1 ? ` in line ${index}` : "";
      const at = `${error?.instancePath === "" ? "the body" : error?.instancePath} ${error?.message ?? ""}`;
      return `does not fit its schema${line}: ${at} ${JSON.stringify(error?.params)}`;
    }
    return undefined;
  }
}
