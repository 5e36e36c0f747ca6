/** express-validator is the one way in: chains for path, query and headers made from the operation's schemas, the body's
 *  compiled schema as one custom check; what a handler gets is what `matchedData` gives. All faults come in one answer. */
import { type TObject, type TSchema } from "@sinclair/typebox";
import { type Request } from "express";
import {
  body,
  header,
  matchedData,
  param,
  query,
  validationResult,
  type ValidationChain,
  type ValidationError,
} from "express-validator";

import { type Fault, InletError, validationError } from "../errors";
import { type AnyOperation } from "../operations";
import { IDEMPOTENCY_KEY_PATTERN } from "../schema/common";
import { compile } from "../schema/compile";
import { MAX_FAULTS } from "../schema/keywords";

export interface CheckedInput {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
  namespace: string | undefined;
  idempotencyKey: string | undefined;
  ifMatch: string | undefined;
}

const TRUE = new Set(["true", "1"]);
const FALSE = new Set(["false", "0"]);

/** A parameter's text as its schema's type; a text that is none stays as it is, and the schema then says what it wanted. */
function fromText(text: unknown, schema: TSchema): unknown {
  if (schema.type === "array") return (Array.isArray(text) ? text : [text]).flatMap((item) => String(item).split(","));
  if (typeof text !== "string") return text;
  if (schema.type === "boolean") {
    const lower = text.toLowerCase();
    return TRUE.has(lower) ? true : FALSE.has(lower) ? false : text;
  }
  // Not Number(text) alone, which takes "", " 1", "0x10" and "1e3".
  if (schema.type === "integer" || schema.type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return text;
}

/** One chain per property. The messages of the custom check are the schema's own faults. */
function chainsOf(schema: TObject, from: (name: string) => ValidationChain): ValidationChain[] {
  const required = new Set<string>(schema.required ?? []);
  return Object.entries(schema.properties).map(([name, property]) => {
    const check = compile(property);
    const fallback: unknown = property.default;
    const chain = from(name);
    // Not chain.default(), which takes an empty text for one that was left out.
    if (fallback !== undefined) chain.customSanitizer((value: unknown) => (value === undefined ? fallback : value));
    else if (!required.has(name)) chain.optional();
    else chain.exists().withMessage("is required").bail();
    if (property.type !== "array") {
      chain
        .custom((value) => !Array.isArray(value))
        .withMessage("must be given once")
        .bail();
    }
    return chain
      .customSanitizer((value: unknown) => fromText(value, property))
      .custom((value: unknown) => check(value).length === 0)
      .withMessage((value: unknown) => check(value)[0]?.message ?? "is not valid");
  });
}

const IDEMPOTENCY_KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);
const NAMESPACE_MISSING = "is required: the namespace's name or ns_ id";

function headerChains(operation: AnyOperation): ValidationChain[] {
  const chains = [
    header("idempotency-key")
      .optional()
      .custom((value: unknown) => typeof value === "string" && IDEMPOTENCY_KEY.test(value))
      .withMessage("must be 1 to 255 visible ASCII characters"),
    header("if-match").optional(),
  ];
  if (operation.namespaced) {
    const given = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";
    chains.push(header("x-namespace").custom(given).withMessage(NAMESPACE_MISSING).trim());
  }
  return chains;
}

const BODY_MISSING = "is missing: send JSON";

/** The body as one check; the message of its one error is the list of faults. */
function bodyChain(operation: AnyOperation): ValidationChain[] {
  if (operation.body === undefined) return [];
  const check = compile(operation.body);
  const faultsIn = (value: unknown): Fault[] =>
    [...check(value), ...(operation.inspect?.(value) ?? [])].slice(0, MAX_FAULTS);
  const faultsOf = (value: unknown): Fault[] => {
    if (value !== undefined) return faultsIn(value);
    return operation.bodyOptional === true ? faultsIn({}) : [{ path: "", message: BODY_MISSING }];
  };
  return [
    body()
      .custom((value: unknown) => faultsOf(value).length === 0)
      .withMessage(faultsOf),
  ];
}

const LOCATIONS = { params: "path", query: "query", headers: "header", body: "body" } as const;

function faultsOfError(error: ValidationError): Fault[] {
  if (error.type !== "field" || error.location === "cookies") return [{ path: "", message: String(error.msg) }];
  const location = LOCATIONS[error.location];
  if (location === "body" && Array.isArray(error.msg)) {
    const faults: Fault[] = error.msg;
    return faults.map((fault) => ({ ...fault, location }));
  }
  const path = location === "header" ? (HEADER_NAMES.get(error.path) ?? error.path) : error.path;
  return [{ path, message: String(error.msg), location }];
}

const HEADER_NAMES = new Map([
  ["x-namespace", "X-Namespace"],
  ["idempotency-key", "Idempotency-Key"],
  ["if-match", "If-Match"],
]);

/** The 422 for faults, or the contract's 400 where the request does not say which namespace it is about or is empty. */
function refusal(faults: Fault[]): InletError {
  const details = { errors: faults };
  if (faults.some((fault) => fault.location === "header" && fault.path === "X-Namespace")) {
    const message = "Send the X-Namespace header: the namespace's name or ns_ id.";
    return new InletError(400, "bad_request", message, { code: "missing_namespace", details });
  }
  if (faults.some((fault) => fault.location === "body" && fault.message === BODY_MISSING)) {
    return new InletError(400, "bad_request", "The body is empty: send JSON.", { code: "missing_body", details });
  }
  return validationError(faults);
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Compiles an operation's schemas into the one check of its requests. @throws InletError 422 or 400 with all faults */
export function validator(operation: AnyOperation): (request: Request) => Promise<CheckedInput> {
  const chains = [
    ...chainsOf(operation.params, (name) => param(name)),
    ...chainsOf(operation.query, (name) => query(name)),
    ...headerChains(operation),
    ...bodyChain(operation),
  ];
  return async (request) => {
    for (const chain of chains) await chain.run(request);
    const errors = validationResult(request).array();
    if (errors.length > 0) throw refusal(errors.flatMap(faultsOfError));
    const headers = matchedData(request, { locations: ["headers"] });
    return {
      params: matchedData(request, { locations: ["params"] }),
      query: matchedData(request, { locations: ["query"] }),
      // The chain over the whole body has the empty path.
      body:
        matchedData<Record<string, unknown>>(request, { locations: ["body"] })[""] ??
        (operation.bodyOptional === true ? {} : undefined),
      namespace: textOf(headers["x-namespace"]),
      idempotencyKey: textOf(headers["idempotency-key"]),
      ifMatch: textOf(headers["if-match"]),
    };
  };
}
