/** Query strings of point calls. An unknown parameter is ignored; a known one given twice, or not spelled as Qdrant wants
 *  it, is 400 before the body is looked at. */
import { queryStringError } from "../../errors";

export interface WriteParams {
  /** Answer only when the write is applied and on disk. */
  wait: boolean;
  /** Seconds. */
  timeout?: number;
}
export interface ReadParams {
  /** Seconds, at least 1. */
  timeout?: number;
}

const single = (query: URLSearchParams, name: string): string | undefined => {
  const values = query.getAll(name);
  if (values.length > 1) throw queryStringError(`duplicate field \`${name}\``);
  return values[0];
};

const seconds = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^-\d+$/.test(text)) throw queryStringError("a duration cannot be negative");
  if (!/^\d+$/.test(text)) throw queryStringError("invalid digit found in string");
  return Number(text);
};

const ORDERINGS = ["weak", "medium", "strong"];

/** `wait` (default false), `ordering` (one node: without effect), `timeout`. @throws QdrantError 400 */
export function writeParams(query: URLSearchParams): WriteParams {
  const wait = single(query, "wait") ?? "false";
  if (wait !== "true" && wait !== "false") throw queryStringError("provided string was not `true` or `false`");
  const ordering = single(query, "ordering");
  if (ordering !== undefined && !ORDERINGS.includes(ordering)) {
    throw queryStringError(`unknown variant \`${ordering}\`, expected one of \`weak\`, \`medium\`, \`strong\``);
  }
  return { wait: wait === "true", timeout: seconds(single(query, "timeout")) };
}

/** `timeout` and `consistency` (one node: without effect). @throws QdrantError 400 */
export function readParams(query: URLSearchParams): ReadParams {
  const timeout = seconds(single(query, "timeout"));
  if (timeout === 0) throw queryStringError("invalid value: integer `0`, expected a nonzero u64");
  const consistency = single(query, "consistency");
  if (consistency !== undefined && !/^(?:majority|quorum|all|0*[1-9]\d*)$/.test(consistency)) {
    throw queryStringError(`failed to deserialize read consistency query parameter value '${consistency}'`);
  }
  return { timeout };
}
