/** The elements of a JSON array that comes as bytes, each as its own text, so that none but one is in memory. The array is
 *  the whole text, or the one member of an object: `{"documents": […]}`. Finds where elements begin and end; whether one is
 *  JSON is said by who parses it. */
import { InletError } from "../errors";
import { type Piece, PieceBuffer } from "./ndjson";

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** A key that is longer is not the one that is looked for. */
const MAX_KEY_BYTES = 256;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

type State =
  | "start"
  /** In the object, before its key. */
  | "key"
  | "inKey"
  | "colon"
  /** Before the array of the object. */
  | "array"
  /** After `[`: an element or the end. */
  | "first"
  | "element"
  /** After the array of the object. */
  | "close"
  | "end";

const WANTED: Record<State, string> = {
  start: "an array, or an object with one",
  key: "a key",
  inKey: "the end of a key",
  colon: "a colon",
  array: "an array",
  first: "an element or the array's end",
  element: "a comma or the array's end",
  close: "the object's end",
  end: "nothing more",
};

/** The place of each byte in the grammar above the elements. */
export class ArraySplitter {
  private state: State = "start";
  private inObject = false;
  private key: number[] = [];
  private depth = 0;
  private inString = false;
  private escaped = false;
  private offset = 0;
  private readonly element: PieceBuffer;

  constructor(
    private readonly member: string,
    maxBytes: number,
  ) {
    this.element = new PieceBuffer(maxBytes);
  }

  /** The elements that end in this chunk. @throws InletError 400, 422 where the text around the elements is not as it must be */
  *push(chunk: Buffer): Generator<Piece> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.state !== "element") {
        if (this.step(byte, this.offset + at)) start = at;
        continue;
      }
      if (!this.endsElement(byte)) continue;
      this.element.add(chunk.subarray(start, at));
      start = at + 1;
      yield this.element.take();
      if (byte === CLOSE_ARRAY) this.state = this.inObject ? "close" : "end";
    }
    if (this.state === "element") this.element.add(chunk.subarray(start));
    this.offset += chunk.length;
  }

  /** @throws InletError 400 where the text has ended too early */
  finish(): void {
    if (this.state !== "end") throw notJson(this.offset, `the body ends where ${WANTED[this.state]} is expected`);
  }

  /** True at the comma or bracket behind an element. */
  private endsElement(byte: number): boolean {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return false;
    }
    switch (byte) {
      case QUOTE:
        this.inString = true;
        return false;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        this.depth += 1;
        return false;
      case CLOSE_ARRAY:
        if (this.depth === 0) return true;
        this.depth -= 1;
        return false;
      case CLOSE_OBJECT:
        if (this.depth > 0) this.depth -= 1;
        return false;
      case COMMA:
        return this.depth === 0;
      default:
        return false;
    }
  }

  /** True where the first element begins with this byte. */
  private step(byte: number, offset: number): boolean {
    if (this.state === "inKey") {
      this.readKey(byte);
      return false;
    }
    if (isSpace(byte)) return false;
    const next = this.after(byte);
    if (next === undefined) throw notJson(offset, `${WANTED[this.state]} is expected`);
    this.state = next;
    return next === "element";
  }

  private after(byte: number): State | undefined {
    switch (this.state) {
      case "start":
        this.inObject = byte === OPEN_OBJECT;
        return byte === OPEN_ARRAY ? "first" : this.inObject ? "key" : undefined;
      case "key":
        return byte === QUOTE ? "inKey" : byte === CLOSE_OBJECT ? this.missing() : undefined;
      case "colon":
        return byte === COLON ? "array" : undefined;
      case "array":
        return byte === OPEN_ARRAY ? "first" : this.missing();
      case "first":
        if (byte === CLOSE_ARRAY) return this.inObject ? "close" : "end";
        // The element's own first byte: a string or a bracket opens with it.
        this.endsElement(byte);
        return "element";
      case "close":
        return byte === CLOSE_OBJECT ? "end" : byte === COMMA ? this.another() : undefined;
      default:
        return undefined;
    }
  }

  private readKey(byte: number): void {
    if (byte !== QUOTE) {
      if (this.key.length < MAX_KEY_BYTES) this.key.push(byte);
      return;
    }
    const key = Buffer.from(this.key).toString("utf8");
    if (key !== this.member) throw unknownKey(key, this.member);
    this.state = "colon";
  }

  private missing(): never {
    throw wrongBody(this.member, "must be an array");
  }

  private another(): never {
    throw wrongBody("", `must be an object of ${this.member} alone`);
  }
}

/** The elements in order. Holds one of them, at most `maxBytes` of it.
 *  @throws InletError 400, 422 where the text around the elements is not as it must be; elements before it were given */
export async function* readElements(
  source: AsyncIterable<Uint8Array>,
  member: string,
  maxBytes: number,
): AsyncGenerator<Piece> {
  const splitter = new ArraySplitter(member, maxBytes);
  for await (const given of source) {
    yield* splitter.push(Buffer.from(given.buffer, given.byteOffset, given.byteLength));
  }
  splitter.finish();
}

const notJson = (offset: number, reason: string): InletError =>
  new InletError(400, "bad_request", `The body is not JSON at byte ${offset}: ${reason}.`, {
    code: "invalid_json",
    details: { offset },
  });

const wrongBody = (path: string, message: string): InletError =>
  new InletError(422, "validation_error", `${path === "" ? "The body" : `${path}:`} ${message}`, {
    details: { errors: [{ path, message, location: "body" }] },
  });

const unknownKey = (key: string, member: string): InletError =>
  wrongBody(key, `is not a key of this body, which holds ${member} alone`);
