/** Points in time as Qdrant reads them from strings: RFC 3339, the looser forms that its date library takes, and, without a
 *  zone (then UTC), a date with or without hours and minutes, with or without seconds. */

// Each number may be shorter than usual and may follow blanks, as in the library that Qdrant reads dates with.
const DATE = String.raw`\s*([+-]\d{4,6}|\d{1,4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})`;
const TIME = String.raw`\s*(\d{1,2})\s*:\s*(\d{1,2})(?:\s*:\s*(\d{1,2})(?:\.(\d+))?)?`;
const ZONE = String.raw`\s*(?:([Zz]|[Uu][Tt][Cc])|([+\u2212-])(\d{2})(?:\s*:?\s*(\d{2}))?)`;
const INSTANT = new RegExp(`^${DATE}(?:[Tt ]${TIME}(?:${ZONE})?)?$`, "u");

/** Instants are compared as Qdrant's library does, which keeps a leap second as more than 10^9 nanoseconds of the second before
 *  it. So a tick is a nanosecond of seconds that have room for two: ticks = seconds since 1970 * TICKS_PER_SECOND + nanoseconds. */
const TICKS_PER_SECOND = 2_000_000_000n;

/** Microseconds since 1970, UTC, finer digits cut off: what an index keeps. A leap second becomes the second after it. */
export function microsOf(ticks: bigint): bigint {
  const nanos = ((ticks % TICKS_PER_SECOND) + TICKS_PER_SECOND) % TICKS_PER_SECOND;
  return ((ticks - nanos) / TICKS_PER_SECOND) * 1_000_000n + nanos / 1000n;
}

/** The ticks of an instant in microseconds. */
export function ticksOf(micros: bigint): bigint {
  const within = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return ((micros - within) / 1_000_000n) * TICKS_PER_SECOND + within * 1000n;
}

/** Microseconds since 1970, UTC; undefined where the text is no date that Qdrant takes. */
export function parseDatetime(text: string): bigint | undefined {
  const ticks = parseInstant(text);
  return ticks === undefined ? undefined : microsOf(ticks);
}

/** The instant in ticks, which two instants can be compared by; undefined where the text is no date that Qdrant takes. */
export function parseInstant(text: string): bigint | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [
    ,
    yearText,
    monthText,
    dayText,
    hourText,
    minuteText,
    secondText,
    fraction,
    utc,
    sign,
    zoneHours,
    zoneMinutes,
  ] = found;
  const zoned = utc !== undefined || sign !== undefined;
  // A small t separates only where a zone follows.
  if (zoned ? secondText === undefined : text.includes("t")) return undefined;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  const hour = Number(hourText ?? 0);
  const minute = Number(minuteText ?? 0);
  const second = Number(secondText ?? 0);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const leap = second === 60 ? 1_000_000_000n : 0n;
  const nanos = BigInt((fraction ?? "").slice(0, 9).padEnd(9, "0")) + leap;
  const offset = sign === undefined ? 0 : offsetMinutes(Number(zoneHours), Number(zoneMinutes ?? 0));
  if (offset === undefined) return undefined;
  const minutes = hour * 60 + minute - (sign === "+" ? offset : -offset);
  const seconds = BigInt(date.getTime() / 1000 + minutes * 60 + Math.min(second, 59));
  return seconds * TICKS_PER_SECOND + nanos;
}

const offsetMinutes = (hours: number, minutes: number): number | undefined =>
  hours > 23 || minutes > 59 ? undefined : hours * 60 + minutes;

/** What Qdrant says of a text that is no date: its library's word on it as a date alone, the last form that it tries. */
export function datetimeFault(text: string): string {
  const parts: { digits: RegExp; most: number }[] = [
    { digits: /^(?:[+-]\d+|\d{1,4})/, most: Infinity },
    { digits: /^\d{1,2}/, most: 12 },
    { digits: /^\d{1,2}/, most: 31 },
  ];
  let rest = text;
  for (const [i, { digits, most }] of parts.entries()) {
    if (i > 0 && !rest.startsWith("-")) return rest === "" ? TOO_SHORT : INVALID;
    rest = (i > 0 ? rest.slice(1) : rest).trimStart();
    const [found] = digits.exec(rest) ?? [];
    if (found === undefined) return /^[+-]?$/.test(rest) ? TOO_SHORT : INVALID;
    if (i > 0 && (Number(found) < 1 || Number(found) > most)) return OUT_OF_RANGE;
    rest = rest.slice(found.length);
  }
  return rest === "" ? OUT_OF_RANGE : "trailing input";
}

const TOO_SHORT = "premature end of input";
const INVALID = "input contains invalid characters";
const OUT_OF_RANGE = "input is out of range";
