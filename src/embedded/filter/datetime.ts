/** Points in time as Qdrant reads them from strings: RFC 3339, the looser forms that its date library takes, and, without a
 *  zone (then UTC), a date with or without hours and minutes, with or without seconds. */

// Each number may be shorter than usual and may follow blanks, as in the library that Qdrant reads dates with.
const DATE = String.raw`\s*([+-]\d{4,6}|\d{1,4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})`;
const TIME = String.raw`\s*(\d{1,2})\s*:\s*(\d{1,2})(?:\s*:\s*(\d{1,2})(?:\.(\d+))?)?`;
const ZONE = String.raw`\s*(?:([Zz]|[Uu][Tt][Cc])|([+\u2212-])(\d{2})(?:\s*:?\s*(\d{2}))?)`;
const INSTANT = new RegExp(`^${DATE}(?:[Tt ]${TIME}(?:${ZONE})?)?$`, "u");

const MICROS_PER_MINUTE = 60_000_000n;

/** Microseconds since 1970, UTC (finer digits are cut off); undefined where the text is no date that Qdrant takes. A leap second
 *  counts as the second after it. */
export function parseDatetime(text: string): bigint | undefined {
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
  const micros = Number((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second);
  const local = seconds * 1_000_000n + BigInt(micros);
  if (sign === undefined) return local;
  if (Number(zoneHours) > 23 || Number(zoneMinutes ?? 0) > 59) return undefined;
  const offset = BigInt(Number(zoneHours) * 60 + Number(zoneMinutes ?? 0)) * MICROS_PER_MINUTE;
  return sign === "+" ? local - offset : local + offset;
}
