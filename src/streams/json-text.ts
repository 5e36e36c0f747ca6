/** Bytes as JSON, and where a text stops being JSON, which V8 does not say of a long one. */
import { printParseErrorCode, visit } from "jsonc-parser";

import { InletError } from "../errors";

const notJson = (message: string, details: Record<string, unknown>, cause: unknown): InletError =>
  new InletError(400, "bad_request", message, { code: "invalid_json", details, cause });

/** `what` is what the bytes are, as a sentence begins with it. @throws InletError 400, whose offset counts characters */
export function parseJsonBytes(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw notJson(`${what} is not UTF-8.`, {}, error);
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const at = jsonFaultAt(text);
    if (at === undefined) throw notJson(`${what} is not JSON.`, {}, error);
    const details = { offset: at.offset, reason: at.reason };
    throw notJson(`${what} is not JSON at offset ${at.offset}.`, details, error);
  }
}

/** The first place (in characters) where a text is no JSON; undefined where it is, or nests too deeply to tell. */
export function jsonFaultAt(text: string): { offset: number; reason: string } | undefined {
  let found: { offset: number; reason: string } | undefined;
  const stop = new Error("found");
  try {
    visit(
      text,
      {
        onError: (code, offset) => {
          found = { offset, reason: printParseErrorCode(code) };
          throw stop;
        },
      },
      { disallowComments: true, allowTrailingComma: false },
    );
  } catch (error) {
    // A RangeError is a text that nests too deeply for this reader: then there is no offset to tell.
    if (error !== stop && !(error instanceof RangeError)) throw error;
  }
  return found;
}
