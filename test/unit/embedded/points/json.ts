/** JSON text as the decoders get it, and the refusal of one. */
import { QdrantError } from "../../../../src/embedded/errors";
import { type Decoder, Place } from "../../../../src/embedded/http/decode";
import { parseJson } from "../../../../src/embedded/json/parse";

export function decoded<T>(decode: Decoder<T>, text: string): T {
  const at = Place.root();
  const read = decode(parseJson(Buffer.from(text)), at);
  at.check();
  return read;
}

/** Status and text of the refusal. */
export function refusal(act: () => unknown): { status: number; text: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof QdrantError) return { status: error.status, text: error.message };
    throw error;
  }
  throw new Error("was not refused");
}
