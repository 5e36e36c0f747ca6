/** Shortest decimal forms of floats, as Qdrant's serialiser (serde_json over the crate zmij) writes them: with a point, or below 1e-5
 *  and from 1e16 on an exponent, always. */

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Nine significant digits tell any two float32 apart (IEEE 754-2019, 5.12.2). */
const MOST_DIGITS = 9;
/** From these on, and below, a float32 times the power of ten that leaves nine digits before the point is a double. */
const LEAST = 1e-6;
const MOST = 1e7;
const LEAST_WITHOUT_EXPONENT = 1e-5;
const LEAST_WITH_EXPONENT = 1e16;

/** A decimal without an exponent: `digits` with the point before the last `fraction` of them, at least one. */
interface Decimal {
  digits: number;
  fraction: number;
}

/** The shortest decimal that reads back as the float32 `size`, which is from 1e-6 to 1e7. */
function shortestDecimal(size: number): Decimal | undefined {
  // Digits before the point (less the zeros behind it), so that 7, 8 or 9 significant ones remain in all.
  const whole = size < 1 ? -leadingZeros(size) : size < 10 ? 1 : Math.floor(Math.log10(size)) + 1;
  for (let fraction = Math.max(1, MOST_DIGITS - 2 - whole); fraction <= MOST_DIGITS - whole; fraction++) {
    const scale = POWERS_OF_TEN[fraction] ?? 1;
    const digits = nearestInteger(size * scale);
    if (Math.fround(digits / scale) === size) return { digits, fraction };
  }
  return undefined;
}

/** Of two that are equally near the even one, as ryu does (U. Adams, "Ryū: fast float-to-string conversion", PLDI 2018). */
function nearestInteger(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** The double with the fewest decimal digits that reads back as the float32 `value`, so that printing it prints the
 *  shortest form of the float32. */
export function shortestFloat32(value: number): number {
  const size = Math.abs(value);
  if (size >= LEAST && size < MOST) {
    const decimal = shortestDecimal(size);
    if (decimal !== undefined) return (Math.sign(value) * decimal.digits) / (POWERS_OF_TEN[decimal.fraction] ?? 1);
  }
  if (value === 0) return value;
  for (let digits = 1; digits <= MOST_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** How many zeros follow the point of a number below 1. */
function leadingZeros(size: number): number {
  let zeros = 0;
  for (let edge = 0.1; size < edge && zeros < 7; zeros++) edge /= 10;
  return zeros;
}

/** A double in its shortest form. JSON has none for what is not finite: null. */
export function writeDouble(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size < LEAST_WITHOUT_EXPONENT || size >= LEAST_WITH_EXPONENT) return value.toExponential();
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

export function writeFloat32(value: number): string {
  return Number.isFinite(value) ? writeDouble(shortestFloat32(value)) : "null";
}

/** More bytes than any float32 and a comma take: -0.0000123456789 has 16. */
const LONGEST = 24;
const ZERO = 0x30;

/** A list of float32. Written digit by digit into bytes, since a string for each number would take several times as long. */
export function writeFloats(row: Float32Array): string {
  const bytes = Buffer.allocUnsafe(row.length * LONGEST + 2);
  let at = 0;
  bytes[at++] = 0x5b;
  for (let i = 0; i < row.length; i++) {
    const value = row[i] ?? 0;
    if (i > 0) bytes[at++] = 0x2c;
    const size = Math.abs(value);
    const decimal = size >= LEAST_WITHOUT_EXPONENT && size < MOST ? shortestDecimal(size) : undefined;
    if (decimal === undefined) {
      at += bytes.write(writeFloat32(value), at, "latin1");
    } else {
      if (value < 0) bytes[at++] = 0x2d;
      at = putDecimal(bytes, at, decimal);
    }
  }
  bytes[at++] = 0x5d;
  return bytes.toString("latin1", 0, at);
}

/** Puts it at `start`, without the zeros at its end but one, and returns the byte behind it. */
function putDecimal(bytes: Uint8Array, start: number, { digits, fraction }: Decimal): number {
  let rest = digits;
  let after = fraction;
  for (; after > 1 && rest % 10 === 0; after--) rest = (rest / 10) | 0;
  const whole = Math.floor(rest / (POWERS_OF_TEN[after] ?? 1));
  let point = start + 1;
  for (let edge = 10; whole >= edge; edge *= 10) point++;
  const end = point + 1 + after;
  for (let at = end - 1; at > point; at--) {
    bytes[at] = ZERO + (rest % 10);
    rest = (rest / 10) | 0;
  }
  bytes[point] = 0x2e;
  for (let at = point - 1; at >= start; at--) {
    bytes[at] = ZERO + (rest % 10);
    rest = (rest / 10) | 0;
  }
  return end;
}
