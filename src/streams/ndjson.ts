/** The lines of a byte stream, each bounded. Blank ones are no lines; what a line holds is the reader's matter. */

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A piece of the stream, or how many bytes one had that is over the limit and was skipped. */
export type Piece = { bytes: Buffer; tooLong?: undefined } | { bytes?: undefined; tooLong: number };

/** A line with its number in the stream, from 1; blank lines count. */
export type Line = Piece & { line: number };

/** Gathers one piece over the chunks that it is spread over, and no more than `maxBytes` of it. */
export class PieceBuffer {
  private parts: Buffer[] = [];
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  add(part: Buffer): void {
    if (part.length === 0) return;
    this.length += part.length;
    if (this.length <= this.maxBytes) this.parts.push(part);
    else this.parts = [];
  }

  /** What was gathered; the next one starts empty. */
  take(): Piece {
    const { parts, length } = this;
    this.parts = [];
    this.length = 0;
    if (length > this.maxBytes) return { tooLong: length };
    const [only = Buffer.alloc(0)] = parts;
    return { bytes: parts.length <= 1 ? only : Buffer.concat(parts) };
  }
}

const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN);

/** The lines without their ends, in order. Holds one line, at most `maxBytes` of it. */
export async function* readLines(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  const buffer = new PieceBuffer(maxBytes);
  let line = 0;
  const ended = (): Line | undefined => {
    const piece = buffer.take();
    line += 1;
    if (piece.bytes === undefined) return { ...piece, line };
    const marked = line === 1 && piece.bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    const bytes = marked ? piece.bytes.subarray(3) : piece.bytes;
    return isBlank(bytes) ? undefined : { bytes, line };
  };
  for await (const given of source) {
    const chunk = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      buffer.add(chunk.subarray(start, end));
      start = end + 1;
      const piece = ended();
      if (piece !== undefined) yield piece;
    }
    buffer.add(chunk.subarray(start));
  }
  const last = ended();
  if (last !== undefined) yield last;
}
