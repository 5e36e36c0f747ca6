/** Reads a request body without loss (model/json.ts says what each number becomes) and refuses what serde_json refuses.
 *
 *  Most bytes that a vector database reads are lists of floats, so a list that starts with a number goes to the native
 *  JSON.parse first and is only read by hand where that may have lost something (`1.0`, `-0`, integers over 2^53). The
 *  field's library, lossless-json, makes an object of every number: on a body of 256 x 768 floats it took 3.0 times as long
 *  as JSON.parse, this file 1.1 times (bench/embedded/json.ts), and an upsert may take twice as long in all. */
import { isUtf8 } from "node:buffer";
import { type QdrantError, formatError } from "../errors";
import { IntegralFloat, type JsonObject, type JsonValue, RepeatingObject } from "../model/json";

/** serde_json's recursion limit: so many nested arrays and objects are read, one more is refused. */
export const MAX_DEPTH = 127;

const MAX_U64 = 18_446_744_073_709_551_615n;
const MIN_I64 = -9_223_372_036_854_775_808n;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
/** A number of a list that is written as an integer, with what stands before it. */
const INTEGER_IN_LIST = /[[,\s]-?(?:0|[1-9][0-9]*)(?=[\s,\]])/g;
const POINT_OR_EXPONENT = /[.eE]/;
/** With the u flag this matches only half of a pair. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The value of a whole body. O(bytes). @throws QdrantError 400 where it is no JSON, nested too deep, or holds a number
 *  beyond a double. */
export function parseJson(body: Buffer): JsonValue {
  if (!isUtf8(body)) throw formatError("invalid unicode code point");
  return parseJsonText(body.toString("utf8"));
}

/** The same for text, as storage keeps payloads. */
export function parseJsonText(text: string): JsonValue {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  value(depth: number): JsonValue {
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    switch (code) {
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
      default:
        if (Number.isNaN(code)) throw this.fault("EOF while parsing a value");
        return this.number();
    }
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw this.fault("trailing characters");
  }

  private object(depth: number): JsonObject {
    this.checkDepth(depth);
    let object: JsonObject = new Map();
    this.at++;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) === 0x7d) {
      this.at++;
      return object;
    }
    for (;;) {
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== QUOTE) throw this.fault("key must be a string");
      const key = this.string();
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== 0x3a) throw this.fault("expected `:`");
      this.at++;
      if (object.has(key)) object = RepeatingObject.noting(object, key);
      object.set(key, this.value(depth));
      this.skipSpace();
      const next = this.text.charCodeAt(this.at);
      if (next !== 0x2c && next !== 0x7d) throw this.fault("expected `,` or `}`");
      this.at++;
      if (next === 0x7d) return object;
    }
  }

  private array(depth: number): JsonValue[] {
    this.checkDepth(depth);
    const numbers = this.listOfNumbers();
    if (numbers !== undefined) return numbers;
    const items: JsonValue[] = [];
    this.at++;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) === 0x5d) {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(depth));
      this.skipSpace();
      const next = this.text.charCodeAt(this.at);
      if (next !== 0x2c && next !== 0x5d) throw this.fault("expected `,` or `]`");
      this.at++;
      if (next === 0x5d) return items;
    }
  }

  /** The list that starts here if it holds numbers alone and JSON.parse reads it without loss; else undefined, and
   *  nothing is consumed. */
  private listOfNumbers(): number[] | undefined {
    const first = this.text.charCodeAt(this.at + 1);
    if (first !== 0x2d && !(first >= 0x30 && first <= 0x39)) return undefined;
    const end = this.text.indexOf("]", this.at);
    if (end < 0) return undefined;
    const slice = this.text.slice(this.at, end + 1);
    // Without this, lists nested in lists would each be parsed once per level.
    if (slice.lastIndexOf("[") !== 0 || slice.includes("{")) return undefined;
    let list: unknown;
    try {
      list = JSON.parse(slice);
    } catch {
      return undefined;
    }
    if (!isNumbers(list)) return undefined;
    let whole = 0;
    for (const value of list) {
      if (Math.trunc(value) !== value) continue;
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return undefined;
      whole++;
    }
    // A whole value that is not written as an integer is a float (`1.0`, or one that rounds to a whole double).
    const allWritten = whole === 0 || (whole === list.length && !POINT_OR_EXPONENT.test(slice));
    if (!allWritten && whole !== slice.match(INTEGER_IN_LIST)?.length) return undefined;
    this.at = end + 1;
    return list;
  }

  private string(): string {
    const { text } = this;
    const start = this.at + 1;
    let escaped = false;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return escaped ? this.unescape(start - 1, at + 1) : text.slice(start, at);
      }
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      } else if (code < 0x20) {
        throw this.fault("control character (\\u0000-\\u001F) found while parsing a string", at);
      }
    }
    throw this.fault("EOF while parsing a string", text.length);
  }

  private unescape(from: number, to: number): string {
    let read: unknown;
    try {
      read = JSON.parse(this.text.slice(from, to));
    } catch {
      throw this.fault("invalid escape", from);
    }
    if (typeof read !== "string" || LONE_SURROGATE.test(read)) throw this.fault("lone surrogate in hex escape", from);
    return read;
  }

  private number(): JsonValue {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.fault("expected value");
    const start = this.at;
    this.at = NUMBER.lastIndex;
    const [written, fraction, exponent] = match;
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
    if (!this.text.startsWith(word, this.at)) throw this.fault("expected ident");
    this.at += word.length;
    return value;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw this.fault("recursion limit exceeded");
  }

  private fault(what: string, at = this.at): QdrantError {
    const before = this.text.slice(0, at);
    const line = before.split("\n").length;
    return formatError(`${what} at line ${line} column ${at - before.lastIndexOf("\n")}`);
  }
}

function isNumbers(list: unknown): list is number[] {
  if (!Array.isArray(list)) return false;
  for (const item of list) if (typeof item !== "number") return false;
  return true;
}
