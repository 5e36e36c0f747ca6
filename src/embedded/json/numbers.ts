/** Reads lists of numbers from the bytes of a JSON text, which is what a vector database reads most.
 *
 *  A decimal m / 10^f, with m below 10^18 and f at most 22, is rounded to the nearest double like this. Up to 15 digits, m and 10^f
 *  are doubles themselves, and one division rounds once (W. D. Clinger, "How to read floating point numbers accurately", PLDI
 *  1990). With more, m is the sum of two doubles, and the quotient's remainder is computed exactly (T. J. Dekker, "A
 *  floating-point technique for extending the available precision", Numerische Mathematik 18, 1971), which gives a correction
 *  that is known to within a few of its own last bits. Where these could decide how the sum is rounded, which is about once in
 *  a hundred thousand numbers, and where a number is of another form, `Number` reads it. */

/** What JSON calls a number; groups: its fraction, its exponent. */
export const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

const MOST_DIGITS = 18;
/** 10^22 is the largest power of ten that is a double. */
const MOST_FRACTION = 22;
const POWERS_OF_TEN = Float64Array.from({ length: MOST_FRACTION + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** So many digits fit 32 bits with sign, and times 10^9 they fit a double: 10^9 = 5^9 x 2^9, and 5^9 has 21 bits. */
const HEAD_DIGITS = 9;
/** So many digits fit a double. */
const EXACT_DIGITS = 15;
/** 2^27 + 1 splits a double into two of 26 bits. */
const SPLITTER = 134_217_729;
/** More than the correction's relative error, some 2^-51. */
const DOUBT = 2 ** -48;
/** More bytes than any number has that somebody means. */
const LONGEST_NUMBER = 1024;

const ZERO = 0x30;
const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** The list that was read last. */
export class NumberList {
  /** Small at first: most texts have short lists or none. */
  private numbers = new Float64Array(8);
  private count = 0;
  /** Some number is written with a point or an exponent. */
  hasFloats = false;
  /** One of these has a whole value, or is -0: a double alone doesn't tell it from an integer. */
  hasWholeFloats = false;

  /** As float32; a number beyond these is ±Infinity. */
  toFloat32(): Float32Array {
    return new Float32Array(this.numbers.subarray(0, this.count));
  }

  toArray(): number[] {
    const { numbers, count } = this;
    const list: number[] = [];
    for (let i = 0; i < count; i++) list.push(numbers[i] ?? 0);
    return list;
  }

  /** Reads the items of a list from the byte behind its bracket on. Returns the byte behind the closing bracket; -1 where the
   *  items are not all numbers, or an integer is beyond what a double holds. O(bytes read). */
  read(bytes: Buffer, from: number): number {
    this.count = 0;
    this.hasFloats = false;
    this.hasWholeFloats = false;
    let at = from;
    for (;;) {
      // 0 stands for the end of the bytes: it is in no number.
      let byte = bytes[at] ?? 0;
      while (isSpace(byte)) byte = bytes[++at] ?? 0;
      const start = at;
      const isNegative = byte === 0x2d;
      if (isNegative) byte = bytes[++at] ?? 0;
      // The significant digits: `head` holds the first nine, `tail` the others.
      let head = 0;
      let tail = 0;
      let digits = 0;
      if (byte === ZERO) {
        byte = bytes[++at] ?? 0;
      } else {
        for (; isDigit(byte); byte = bytes[++at] ?? 0) {
          if (digits < HEAD_DIGITS) head = (head * 10 + byte - ZERO) | 0;
          else tail = (tail * 10 + byte - ZERO) | 0;
          digits++;
        }
        if (digits === 0) return -1;
      }
      let fraction = 0;
      let isFloat = byte === 0x2e;
      if (isFloat) {
        const point = at;
        byte = bytes[++at] ?? 0;
        if (digits === 0) while (byte === ZERO) byte = bytes[++at] ?? 0;
        for (; digits < HEAD_DIGITS && isDigit(byte); byte = bytes[++at] ?? 0) {
          head = (head * 10 + byte - ZERO) | 0;
          digits++;
        }
        for (; isDigit(byte); byte = bytes[++at] ?? 0) {
          tail = (tail * 10 + byte - ZERO) | 0;
          digits++;
        }
        fraction = at - point - 1;
        if (fraction === 0) return -1;
      }
      let value = NaN;
      const isPlain = byte !== 0x65 && byte !== 0x45 && digits <= MOST_DIGITS && fraction <= MOST_FRACTION;
      if (isPlain) value = quotientOf(head, tail, digits, fraction);
      if (isNegative) value = -value;
      if (Number.isNaN(value)) {
        NUMBER.lastIndex = 0;
        const [written, , exponent] = NUMBER.exec(bytes.toString("latin1", start, start + LONGEST_NUMBER)) ?? [""];
        value = Number(written);
        if (!Number.isFinite(value) || written.length === LONGEST_NUMBER) return -1;
        isFloat ||= exponent !== undefined;
        at = start + written.length;
        byte = bytes[at] ?? 0;
      }
      if (isFloat) {
        this.hasFloats = true;
        this.hasWholeFloats ||= Math.trunc(value) === value;
      } else if (isNegative && value === 0) {
        this.hasFloats = true;
        this.hasWholeFloats = true;
      } else if (!Number.isSafeInteger(value)) {
        return -1;
      }
      this.add(value);

      while (isSpace(byte)) byte = bytes[++at] ?? 0;
      if (byte === 0x5d) return at + 1;
      if (byte !== 0x2c) return -1;
      at++;
    }
  }

  private add(value: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Float64Array(8 * this.count);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = value;
  }
}

/** The double nearest to the decimal of `digits` digits, of which `fraction` stand behind the point: the first nine in `head`, the
 *  others in `tail`. NaN where it may be either of two. */
function quotientOf(head: number, tail: number, digits: number, fraction: number): number {
  const divisor = POWERS_OF_TEN[fraction] ?? NaN;
  if (digits <= HEAD_DIGITS) return head / divisor;
  const high = head * (POWERS_OF_TEN[digits - HEAD_DIGITS] ?? NaN);
  const dividend = high + tail;
  const quotient = dividend / divisor;
  if (digits <= EXACT_DIGITS) return quotient;
  const rest = tail - (dividend - high);
  const wide = quotient * SPLITTER;
  const quotientHigh = wide - (wide - quotient);
  const quotientLow = quotient - quotientHigh;
  const wideDivisor = divisor * SPLITTER;
  const divisorHigh = wideDivisor - (wideDivisor - divisor);
  const divisorLow = divisor - divisorHigh;
  const product = quotient * divisor;
  const productError =
    quotientHigh * divisorHigh -
    product +
    quotientHigh * divisorLow +
    quotientLow * divisorHigh +
    quotientLow * divisorLow;
  const correction = (dividend - product - productError + rest) / divisor;
  const nearest = quotient + correction * (1 + DOUBT);
  return nearest === quotient + correction * (1 - DOUBT) ? nearest : NaN;
}
