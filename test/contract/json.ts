/** JSON values as the replay sees them, and a few ways through them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

export const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text as JSON, or the text itself where it is none. */
export function parsed(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** Without what stands at one of `paths` (keys from the root, `*` for any one key or index). */
export function without(value: Json, paths: readonly string[][]): Json {
  if (paths.length === 0) return value;
  const below = (key: string): string[][] =>
    paths.filter(([first]) => first === key || first === "*").map(([, ...rest]) => rest);
  const kept = (key: string, child: Json): [string, Json][] => {
    const rest = below(key);
    return rest.some((path) => path.length === 0) ? [] : [[key, without(child, rest)]];
  };
  if (Array.isArray(value)) return value.flatMap((child, i) => kept(String(i), child).map(([, each]) => each));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).flatMap(([key, child]) => kept(key, child)));
  return value;
}

/** JSON text that is equal for equal values whatever the order of their keys, fractions cut to three digits. */
export const sortKey = (value: Json): string =>
  JSON.stringify(value, (_, each: Json) => {
    if (typeof each === "number") return Number.isInteger(each) ? each : Number(each.toPrecision(3));
    return isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each;
  });
