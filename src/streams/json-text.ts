/** Where a text stops being JSON, which V8 does not say of a long one. */
import { printParseErrorCode, visit } from "jsonc-parser";

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
