/** Reads a request's body within Qdrant's limit. */
import { type IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { type ZlibOptions, brotliDecompress, gunzip, inflate } from "node:zlib";
import { QdrantError } from "../errors";

export const MAX_BODY_BYTES = 32 * 1024 * 1024;

type Unpack = (bytes: Buffer, options: Pick<ZlibOptions, "maxOutputLength">) => Promise<Buffer>;

/** By the name in `Content-Encoding`. A body under any other name is read as it is, as Qdrant does. */
const UNPACKERS: ReadonlyMap<string, Unpack> = new Map([
  ["gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

const tooLarge = (): QdrantError => new QdrantError(400, `JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);
const tooLargeAsAnnounced = (length: number): QdrantError =>
  new QdrantError(400, `JSON payload (${length} bytes) is larger than allowed (limit: ${MAX_BODY_BYTES} bytes).`);

/** The whole body, unpacked. @throws QdrantError 400 where it is over the limit, packed or unpacked, or can't be unpacked */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await readWithin(request);
  const unpack = UNPACKERS.get((request.headers["content-encoding"] ?? "").toLowerCase());
  if (unpack === undefined || body.length === 0) return body;
  try {
    return await unpack(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    const why = error instanceof Error ? error.message : String(error);
    throw new QdrantError(400, `Error that occur during reading payload: ${why}`);
  }
}

/** The bytes that were sent. @throws QdrantError 400 over the limit; the rest is then not read. */
export async function readWithin(request: IncomingMessage): Promise<Buffer> {
  const limit = MAX_BODY_BYTES;
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) throw tooLargeAsAnnounced(announced);
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
