/** Reads a request's body within Qdrant's limit. */
import { type IncomingMessage } from "node:http";
import { type QdrantError, formatError } from "../errors";

export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const tooLarge = (): QdrantError => formatError(`JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);

/** The whole body. @throws QdrantError 400 over the limit; the rest is then not read. */
export async function readWithin(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}
