/** Shortest decimal forms of floats, as Qdrant's serialiser (ryu) writes them: with a point or an exponent, always. */

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The double with the fewest decimal digits that reads back as the float32 `value`, so that printing it prints the
 *  shortest form of the float32. Nine significant digits tell any two float32 apart (IEEE 754-2019, 5.12.2). */
export function shortestFloat32(value: number): number {
  if (value === 0) return value;
  const size = Math.abs(value);
  // Here the scale below is a power of ten from 1 to 1e15, which a double holds exactly.
  if (size >= 1e-6 && size < 1e7) {
    // Digits before the point, so that 7, 8 or 9 significant ones remain in all.
    const whole = size < 1 ? -leadingZeros(size) : size < 10 ? 1 : Math.floor(Math.log10(size)) + 1;
    for (let digits = 7; digits <= 9; digits++) {
      const scale = POWERS_OF_TEN[digits - whole] ?? 1;
      const candidate = Math.round(value * scale) / scale;
      if (Math.fround(candidate) === value) return candidate;
    }
  }
  for (let digits = 1; digits <= 9; digits++) {
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

/** A double in its shortest form; a whole one with `.0`, or from 1e16 on with an exponent. JSON has no form for what is
 *  not finite: null. */
export function writeDouble(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (!Number.isInteger(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  return Math.abs(value) < 1e16 ? `${value}.0` : value.toExponential();
}

export function writeFloat32(value: number): string {
  return Number.isFinite(value) ? writeDouble(shortestFloat32(value)) : "null";
}
