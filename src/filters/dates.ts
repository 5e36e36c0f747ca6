/** Dates as Qdrant reads them from texts: `2020-01-31`, or with `T` or a blank and `hh:mm`, `hh:mm:ss` or a fraction, UTC
 *  where no zone stands; a zone (`Z`, `UTC`, `±hh:mm`, `±hhmm`, `±hh`) only behind seconds. Pure. */

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?:(:)(\d{2})(?:\.(\d+))?)?(?:(Z|UTC)|([+-])(\d{2})(?::?(\d{2}))?)?)?$/;

/** Nanoseconds since 1970, UTC; undefined where the text is no such date. */
export function instantOf(text: string): bigint | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "0",
    minute = "0",
    withSeconds,
    second = "0",
    fraction = "",
    utc,
    sign,
    hours,
    rest,
  ] = found;
  if ((utc !== undefined || sign !== undefined) && withSeconds === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(hours ?? 0) > 23 || Number(rest ?? 0) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const zone = (Number(hours ?? 0) * 60 + Number(rest ?? 0)) * (sign === "-" ? -1 : 1);
  const seconds = date.getTime() / 1000 + (Number(hour) * 60 + Number(minute) - zone) * 60 + Number(second);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
}
