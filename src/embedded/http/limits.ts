/** Reads a request's body within Qdrant's limit. */
import { type IncomingMessage } from "node:http";
import { type QdrantError, formatError } from "../errors";

export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const tooLarge = (): QdrantError => formatError(`JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);

/** The whole body. @throws QdrantError 400 over the limit; the rest is then not read. */
export async function readWithin(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) throw tooLarge();
  // Filled while the rest is under way: putting the parts together at the end would take as long again.
  let body: Buffer = Buffer.allocUnsafe(announced);
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    const end = length + chunk.length;
    if (end > limit) throw tooLarge();
    if (end > body.length) body = enlarged(body, Math.max(end, Math.min(2 * body.length, limit)));
    body.set(chunk, length);
    length = end;
  }
  return body.subarray(0, length);
}

function enlarged(bytes: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafe(length);
  larger.set(bytes);
  return larger;
}
