/** Calendar arithmetic for grouping, all in UTC and as ISO 8601 has it: a week begins on Monday, week 1 is the one with the
 *  year's first Thursday, Monday is day 1 and Sunday day 7. Pure. */
import { type DatePartUnit, type DateTruncUnit } from "./schemas";

const DAY_MS = 86_400_000;

/** The forms of a time that Qdrant's datetime index reads; without a zone it is UTC. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d))?)?$/;

/** Milliseconds since 1970; undefined for what is no time, such as a number or 30 February. */
export function timeOf(value: unknown): number | undefined {
  const match = typeof value === "string" ? TIME.exec(value) : null;
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 || part(9) > 23 || part(10) > 59) {
    return undefined;
  }
  const date = new Date(0);
  // Not Date.UTC, which takes years under 100 for 1900 and later.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  const milliseconds = Math.trunc(Number(`0.${match[7] ?? "0"}`) * 1000);
  const offsetMinutes = (match[8] === "-" ? -1 : 1) * (part(9) * 60 + part(10));
  return date.getTime() + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + milliseconds;
}

/** Monday 1 to Sunday 7. 1 January 1970 was a Thursday. */
const dayOfWeek = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

const dayNumber = (year: number, month: number, date: number): number => {
  const at = new Date(0);
  at.setUTCFullYear(year, month, date);
  return Math.floor(at.getTime() / DAY_MS);
};

/** The start of the year, month, … that the time is in, as `2024-02-05T00:00:00Z`. */
export function truncate(timeMs: number, unit: DateTruncUnit): string {
  const at = new Date(timeMs);
  switch (unit) {
    case "year":
      at.setUTCMonth(0, 1);
      at.setUTCHours(0, 0, 0, 0);
      break;
    case "month":
      at.setUTCDate(1);
      at.setUTCHours(0, 0, 0, 0);
      break;
    case "week":
      at.setUTCDate(at.getUTCDate() - (dayOfWeek(Math.floor(timeMs / DAY_MS)) - 1));
      at.setUTCHours(0, 0, 0, 0);
      break;
    case "day":
      at.setUTCHours(0, 0, 0, 0);
      break;
    case "hour":
      at.setUTCMinutes(0, 0, 0);
      break;
    case "minute":
      at.setUTCSeconds(0, 0);
      break;
    case "second":
      at.setUTCMilliseconds(0);
      break;
  }
  return at.toISOString().replace(".000Z", "Z");
}

/** ISO 8601's week of the year, 1 to 53: the number of the Thursday of its week. */
function weekOfYear(timeMs: number): number {
  const day = Math.floor(timeMs / DAY_MS);
  const thursday = day - dayOfWeek(day) + 4;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  return Math.floor((thursday - dayNumber(year, 0, 1)) / 7) + 1;
}

/** One number of the time: month 1 to 12, day of the month, week and day of the week as ISO 8601 counts them. */
export function partOf(timeMs: number, unit: DatePartUnit): number {
  const at = new Date(timeMs);
  const day = Math.floor(timeMs / DAY_MS);
  switch (unit) {
    case "year":
      return at.getUTCFullYear();
    case "month":
      return at.getUTCMonth() + 1;
    case "week":
      return weekOfYear(timeMs);
    case "day":
      return at.getUTCDate();
    case "dayOfWeek":
      return dayOfWeek(day);
    case "dayOfYear":
      return day - dayNumber(at.getUTCFullYear(), 0, 1) + 1;
    case "hour":
      return at.getUTCHours();
    case "minute":
      return at.getUTCMinutes();
    case "second":
      return at.getUTCSeconds();
  }
}
