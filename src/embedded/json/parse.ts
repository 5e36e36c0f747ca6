/** Reads a request body without loss (model/json.ts says what each number becomes) and refuses what serde_json refuses.
 *
 *  Most bytes that a vector database reads are lists of floats; numbers.ts reads these from the bytes. The field's library,
 *  lossless-json, makes an object of every number: on a body of 256 x 768 floats it took 3.0 times as long as JSON.parse, this
 *  file 0.5 times (bench/embedded/json.ts), and an upsert may take twice as long in all. */
import { isUtf8 } from "node:buffer";
import { type QdrantError, formatError } from "../errors";
import { FloatList, IntegralFloat, type JsonObject, type JsonValue, RepeatingObject } from "../model/json";
import { NUMBER, NumberList } from "./numbers";

/** serde_json's recursion limit: so many nested arrays and objects are read, one more is refused. */
export const MAX_DEPTH = 127;

const MAX_U64 = 18_446_744_073_709_551_615n;
const MIN_I64 = -9_223_372_036_854_775_808n;

/** With the u flag this matches only half of a pair. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
/** Every integer of so many digits is a double. */
const SAFE_DIGITS = 15;

/** What a point's vectors and payload, and those of a batch, stand under. */
const VECTOR_KEYS: ReadonlySet<string> = new Set(["vector", "vectors"]);
const PAYLOAD_KEYS: ReadonlySet<string> = new Set(["payload", "payloads"]);

/** So many bytes at a time become text, from which short strings are cut: a call for each would take longer. */
const WINDOW = 4096;

export interface ParseOptions {
  /** Lists of floats below the keys `vector` and `vectors`, but not in a payload, become FloatLists. */
  packVectors?: boolean;
}

/** The value of a whole body. O(bytes). @throws QdrantError 400 where it is no JSON, nested too deep, or holds a number
 *  beyond a double. */
export function parseJson(body: Buffer, { packVectors = false }: ParseOptions = {}): JsonValue {
  if (!isUtf8(body)) throw formatError("invalid unicode code point");
  return new Reader(body, packVectors ? "around vectors" : "elsewhere").whole();
}

/** The same for text, as storage keeps payloads. */
export function parseJsonText(text: string): JsonValue {
  const bytes = Buffer.from(text);
  return new Reader(bytes, "elsewhere", bytes.length === text.length ? text : "").whole();
}

/** Where the next value stands. */
type Place = "around vectors" | "in vectors" | "elsewhere";

class Reader {
  private at = 0;
  private windowStart = 0;
  private numbers: NumberList | undefined;

  constructor(
    private readonly bytes: Buffer,
    private place: Place,
    /** Some of the bytes, from `windowStart` on, a character for each. */
    private window = "",
  ) {}

  /** The value that all the bytes are. */
  whole(): JsonValue {
    const value = this.value(0);
    this.skipSpace();
    if (this.at < this.bytes.length) throw this.fault("trailing characters");
    return value;
  }

  private value(depth: number): JsonValue {
    this.skipSpace();
    switch (this.bytes[this.at]) {
      case 0x7b: // {
        return this.object(depth + 1);
      case 0x5b: // [
        return this.array(depth + 1);
      case QUOTE:
        return this.string();
      case 0x74:
        return this.word("true", true);
      case 0x66:
        return this.word("false", false);
      case 0x6e:
        return this.word("null", null);
      case undefined:
        throw this.fault("EOF while parsing a value");
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonObject {
    this.checkDepth(depth);
    let object: JsonObject = new Map();
    this.at++;
    this.skipSpace();
    if (this.bytes[this.at] === 0x7d) {
      this.at++;
      return object;
    }
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.at] !== QUOTE) throw this.fault("key must be a string");
      const key = this.string();
      this.skipSpace();
      if (this.bytes[this.at] !== 0x3a) throw this.fault("expected `:`");
      this.at++;
      if (object.has(key)) object = RepeatingObject.noting(object, key);
      object.set(key, this.field(key, depth));
      this.skipSpace();
      const next = this.bytes[this.at];
      if (next !== 0x2c && next !== 0x7d) throw this.fault("expected `,` or `}`");
      this.at++;
      if (next === 0x7d) return object;
    }
  }

  private field(key: string, depth: number): JsonValue {
    const { place } = this;
    if (place === "elsewhere") return this.value(depth);
    if (PAYLOAD_KEYS.has(key)) this.place = "elsewhere";
    else if (VECTOR_KEYS.has(key)) this.place = "in vectors";
    const value = this.value(depth);
    this.place = place;
    return value;
  }

  private array(depth: number): JsonValue[] | FloatList {
    this.checkDepth(depth);
    const start = this.at++;
    this.skipSpace();
    const numbers = this.listOfNumbers(start);
    if (numbers !== undefined) return numbers;
    const items: JsonValue[] = [];
    if (this.bytes[this.at] === 0x5d) {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(depth));
      this.skipSpace();
      const next = this.bytes[this.at];
      if (next !== 0x2c && next !== 0x5d) throw this.fault("expected `,` or `]`");
      this.at++;
      if (next === 0x5d) return items;
    }
  }

  /** The list whose bracket is at `start` and whose first item comes next, if it holds numbers alone that doubles can stand for;
   *  else undefined, and nothing is consumed. */
  private listOfNumbers(start: number): number[] | FloatList | undefined {
    const { bytes, at } = this;
    if (!isOfNumber(bytes[at] ?? 0)) return undefined;
    const numbers = (this.numbers ??= new NumberList());
    const end = numbers.read(bytes, at);
    if (end < 0) return undefined;
    if (this.place === "in vectors" && numbers.hasFloats) {
      this.at = end;
      return new FloatList(numbers.toFloat32(), () =>
        listOf(new Reader(bytes.subarray(start, end), "elsewhere").whole()),
      );
    }
    if (numbers.hasWholeFloats) return undefined;
    this.at = end;
    return numbers.toArray();
  }

  private string(): string {
    const { bytes } = this;
    const start = this.at + 1;
    let escaped = false;
    let ascii = true;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.at = at + 1;
        if (escaped) return this.unescape(start - 1, at + 1);
        return ascii ? this.ascii(start, at) : bytes.toString("utf8", start, at);
      }
      if (byte === BACKSLASH) {
        escaped = true;
        at++;
      } else if (byte < 0x20) {
        throw this.fault("control character (\\u0000-\\u001F) found while parsing a string", at);
      } else if (byte >= 0x80) {
        ascii = false;
      }
    }
    throw this.fault("EOF while parsing a string", bytes.length);
  }

  /** Bytes below 0x80 as text. */
  private ascii(start: number, end: number): string {
    if (start < this.windowStart || end > this.windowStart + this.window.length) {
      this.windowStart = start;
      this.window = this.bytes.toString("latin1", start, Math.max(end, start + WINDOW));
    }
    return this.window.slice(start - this.windowStart, end - this.windowStart);
  }

  private unescape(from: number, to: number): string {
    let read: unknown;
    try {
      read = JSON.parse(this.bytes.toString("utf8", from, to));
    } catch {
      throw this.fault("invalid escape", from);
    }
    if (typeof read !== "string" || LONE_SURROGATE.test(read)) throw this.fault("lone surrogate in hex escape", from);
    return read;
  }

  private number(): JsonValue {
    const { bytes, at: start } = this;
    let end = start;
    let digits = 0;
    for (let byte = bytes[end] ?? 0; isDigit(byte); byte = bytes[++end] ?? 0) digits = digits * 10 + byte - ZERO;
    // Most are small integers; those that begin with a zero are 0 alone.
    const count = end - start;
    if (count > 0 && count <= SAFE_DIGITS && !isOfNumber(bytes[end] ?? 0) && (count === 1 || bytes[start] !== ZERO)) {
      this.at = end;
      return digits;
    }
    while (isOfNumber(bytes[end] ?? 0)) end++;
    NUMBER.lastIndex = 0;
    const match = NUMBER.exec(this.ascii(start, end));
    if (match === null) throw this.fault("expected value");
    const [written, fraction, exponent] = match;
    this.at += written.length;
    const double = Number(written);
    if (!Number.isFinite(double)) throw this.fault("number out of range", start);
    if (fraction !== undefined || exponent !== undefined || Object.is(double, -0)) {
      return Number.isInteger(double) ? new IntegralFloat(double) : double;
    }
    if (Number.isSafeInteger(double)) return double;
    const exact = BigInt(written);
    return exact >= MIN_I64 && exact <= MAX_U64 ? exact : new IntegralFloat(double);
  }

  private word<T>(word: string, value: T): T {
    if (this.ascii(this.at, this.at + word.length) !== word) throw this.fault("expected ident");
    this.at += word.length;
    return value;
  }

  private skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at++;
    }
  }

  private checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw this.fault("recursion limit exceeded");
  }

  private fault(what: string, at = this.at): QdrantError {
    const before = this.bytes.toString("latin1", 0, at);
    const line = before.split("\n").length;
    return formatError(`${what} at line ${line} column ${at - before.lastIndexOf("\n")}`);
  }
}

const listOf = (value: JsonValue): JsonValue[] => (Array.isArray(value) ? value : []);

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39;

/** A byte that may stand in a number: digits, sign, point, exponent. */
const isOfNumber = (byte: number): boolean =>
  isDigit(byte) || byte === 0x2d || byte === 0x2e || byte === 0x2b || byte === 0x65 || byte === 0x45;
