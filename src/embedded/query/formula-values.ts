/** What a formula's variable is worth at one point: from the payload, or, where the field has an index of a fitting type, from
 *  what that index holds (values of other types are then as if absent), or from the formula's defaults. */
import { type QdrantError, badInput } from "../errors";
import { parseDatetime } from "../filter/datetime";
import { geoPointOf, isOnGlobe } from "../filter/geo";
import { valuesAt } from "../filter/path";
import { type PayloadIndexType } from "../model/collection";
import { type GeoPoint, type PayloadPath } from "../model/filter";
import { type JsonObject, type JsonValue, IntegralFloat, asDouble, isInteger, isObject } from "../model/json";

/** Where values are looked up. */
export interface ValueSource {
  payload: JsonObject;
  /** The type of the index on that field, if any. */
  indexOn(path: PayloadPath): PayloadIndexType | undefined;
  defaults: ReadonlyMap<string, JsonValue>;
}

type Wanted = "number" | "geo point" | "datetime";

/** How a payload value is read as one of the wanted kind: the value, or what is wrong. */
type Reading<T> = { ok: true; value: T } | { ok: false; error: string };
const read = <T>(value: T): Reading<T> => ({ ok: true, value });
const wrong = (error: string): Reading<never> => ({ ok: false, error });

/** @throws QdrantError 400 where there is no value, or none of that type */
export function numberAt(source: ValueSource, path: PayloadPath): number {
  return valueAt(source, path, "number", (value) => {
    const number = asDouble(value);
    return number === undefined ? wrong("Value is not a number") : read(number);
  });
}

/** Seconds since 1970. @throws QdrantError 400 likewise */
export function secondsAt(source: ValueSource, path: PayloadPath): number {
  return valueAt(source, path, "datetime", (value) => {
    if (typeof value !== "string") return wrong("Value is not a string");
    const micros = parseDatetime(value);
    return micros === undefined ? wrong("input contains invalid characters") : read(Number(micros) / 1e6);
  });
}

/** @throws QdrantError 400 likewise */
export function geoPointAt(source: ValueSource, path: PayloadPath): GeoPoint {
  return valueAt(source, path, "geo point", (value) => {
    const point = geoPointOf(value);
    if (point !== undefined) return read(point);
    if (!isObject(value)) return wrong(`invalid type: ${typeName(value)}, expected struct GeoPointShadow`);
    const key = value.has("lon") ? "lat" : "lon";
    if (!value.has(key)) return wrong(`missing field \`${key}\``);
    return wrong(`invalid type: ${typeName(value.get(key) ?? null)}, expected f64`);
  });
}

function valueAt<T>(
  source: ValueSource,
  path: PayloadPath,
  wanted: Wanted,
  readAs: (value: JsonValue) => Reading<T>,
): T {
  const found = stored(source, path, wanted);
  const value = found === undefined ? source.defaults.get(path.text) : found;
  if (value === undefined) throw unreadable(path, wanted, "No value found in a payload nor defaults");
  const reading = readAs(value);
  if (!reading.ok) throw unreadable(path, wanted, reading.error);
  return reading.value;
}

const unreadable = (path: PayloadPath, wanted: Wanted, error: string): QdrantError =>
  badInput(`Expected ${wanted} value for ${path.text} in the payload and/or in the formula defaults. Error: ${error}`);

/** The one value that stands there; several stay a list, which is of no wanted type. undefined: none. */
function stored({ payload, indexOn }: ValueSource, path: PayloadPath, wanted: Wanted): JsonValue | undefined {
  const found = valuesAt(payload, path);
  const holds = indexed(indexOn(path), wanted);
  if (holds !== undefined) return single(found.flat().filter(holds));
  const value = single(found);
  return Array.isArray(value) ? (single(value) ?? value) : value;
}

const single = (values: JsonValue[]): JsonValue | undefined => (values.length > 1 ? values : values[0]);

/** Which values an index of that type holds; undefined where it does not serve what is wanted. */
function indexed(type: PayloadIndexType | undefined, wanted: Wanted): ((value: JsonValue) => boolean) | undefined {
  if (wanted === "number" && type === "integer") return (value) => isInteger(value) || value instanceof IntegralFloat;
  if (wanted === "number" && type === "float") return (value) => asDouble(value) !== undefined;
  if (wanted === "datetime" && type === "datetime") {
    return (value) => typeof value === "string" && parseDatetime(value) !== undefined;
  }
  if (wanted === "geo point" && type === "geo") {
    return (value) => {
      const point = geoPointOf(value);
      return point !== undefined && isOnGlobe(point);
    };
  }
  return undefined;
}

/** As serde names a JSON value in its complaints. */
function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (typeof value === "boolean") return `boolean \`${String(value)}\``;
  if (isInteger(value)) return `integer \`${value}\``;
  if (Array.isArray(value)) return "sequence";
  return isObject(value) ? "map" : `floating point \`${asDouble(value)}\``;
}
