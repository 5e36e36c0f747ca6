/** A request's body: bounded bytes (also when inflated), strict UTF-8, JSON. Express's own JSON parser would replace bytes
 *  that are no UTF-8 in silence, and V8 does not say where a long text stops being JSON. */
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";

import { type InletError } from "../errors";
import { jsonFaultAt } from "../streams/json-text";
import { stateOf } from "./context";
import { bodyTooLarge, notJson, wrongCharset, wrongContentType, wrongEncoding } from "./errors";

const CONTEXT_CHARACTERS = 20;

interface BodyParserFault {
  type: string;
  encoding?: unknown;
}
const isBodyParserFault = (error: unknown): error is BodyParserFault =>
  typeof error === "object" && error !== null && "type" in error && typeof error.type === "string";

/** What the reader's own errors mean here; others are undefined. */
export function readFault(error: unknown, limitBytes: number): InletError | undefined {
  if (!isBodyParserFault(error)) return undefined;
  switch (error.type) {
    case "entity.too.large":
      return bodyTooLarge(limitBytes);
    case "encoding.unsupported":
      return wrongEncoding(String(error.encoding));
    case "request.size.invalid":
      return notJson("The body is not as long as its Content-Length says.", {}, error);
    case "request.aborted":
      return notJson("The body ended before its time.", {}, error);
    default:
      return undefined;
  }
}

/** @throws InletError 400 with the offset (in characters) and the text around it. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const at = jsonFaultAt(text);
    if (at === undefined) throw notJson("The body is not JSON.", {}, error);
    const around = text.slice(Math.max(0, at.offset - CONTEXT_CHARACTERS), at.offset + CONTEXT_CHARACTERS);
    const bare = /^-?(?:NaN|Infinity)/.exec(text.slice(at.offset))?.[0];
    const hint = bare === undefined ? "" : ` JSON has no ${bare}.`;
    throw notJson(
      `The body is not JSON at offset ${at.offset}, near ${JSON.stringify(around)}.${hint}`,
      { offset: at.offset, around, reason: at.reason },
      error,
    );
  }
}

function contentTypeOf(request: Request): { type: string | undefined; charset: string | undefined } {
  const [type, ...parameters] = (request.headers["content-type"] ?? "").split(";").map((part) => part.trim());
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice("charset=".length);
  return {
    type: type === undefined || type === "" ? undefined : type.toLowerCase(),
    charset: charset?.replaceAll('"', "").toLowerCase(),
  };
}

const isJsonType = (type: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(type);

const hasBody = (request: Request): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

const JSON_TYPE = "application/json";

/** Refuses a body of another type than `types` (any kind of JSON counts as JSON) before it is read. Gives its type, or
 *  undefined where there is no body. @throws InletError 415 */
export function checkContentType(request: Request, types: ReadonlySet<string>): string | undefined {
  if (!hasBody(request)) return undefined;
  const { type: given, charset } = contentTypeOf(request);
  const type = given !== undefined && isJsonType(given) ? JSON_TYPE : given;
  if (type === undefined || !types.has(type)) throw wrongContentType(type, [...types]);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") throw wrongCharset(charset);
  return type;
}

const JSON_ALONE: ReadonlySet<string> = new Set([JSON_TYPE]);

/** Middleware that reads the body and puts the parsed JSON on `request.body` (undefined where none was sent; an operation
 *  that needs one says so, see validate.ts). */
export function readJsonBody(limitBytes: number): RequestHandler[] {
  const readBytes = express.raw({ type: () => true, limit: limitBytes, inflate: true });
  const parse = (request: Request, _response: Response, next: NextFunction): void => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body) || body.length === 0) {
      request.body = undefined;
      next();
      return;
    }
    stateOf(request).bodyBytes = body.length;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch (error) {
      throw notJson("The body is not UTF-8.", {}, error);
    }
    request.body = parseJson(text);
    next();
  };
  const read = (request: Request, response: Response, next: NextFunction): void => {
    checkContentType(request, JSON_ALONE);
    readBytes(request, response, (error?: unknown) => {
      next(error === undefined ? undefined : (readFault(error, limitBytes) ?? error));
    });
  };
  return [read, parse];
}
