/** What a formula's variable is worth at one point: from the payload, or, where the field has an index of a fitting type, from
 *  what that index holds (values of other types are then as if absent), or from the formula's defaults. */
import { type QdrantError, badInput } from "../errors";
import { datetimeFault, parseDatetime } from "../filter/datetime";
import { geoPointOf, isOnGlobe } from "../filter/geo";
import { valuesAt } from "../filter/path";
import { type PayloadIndexType } from "../model/collection";
import { type GeoPoint, type PayloadPath } from "../model/filter";
import { type JsonObject, type JsonValue, IntegralFloat, asDouble, isInteger, isObject } from "../model/json";
import { decimal } from "./decimal";

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
    return micros === undefined ? wrong(datetimeFault(value)) : read(Number(micros) / 1e6);
  });
}

/** @throws QdrantError 400 likewise */
export function geoPointAt(source: ValueSource, path: PayloadPath): GeoPoint {
  return valueAt(source, path, "geo point", (value) => {
    const point = Array.isArray(value) ? pairAsPoint(value) : geoPointOf(value);
    if (point === undefined) return wrong(geoFault(value));
    if (isOnGlobe(point)) return read(point);
    const { lat, lon } = point;
    return wrong(
      `Wrong format of GeoPoint payload: expected \`lat\` = ${decimal(lat)} within [-90;90] and \`lon\` = ` +
        `${decimal(lon)} within [-180;180]`,
    );
  });
}

/** Qdrant's parser takes the fields of a point in a list too: the longitude, then the latitude. */
function pairAsPoint([first, second, ...more]: readonly JsonValue[]): GeoPoint | undefined {
  const [lon, lat] = [first, second].map((value) => (value === undefined ? undefined : asDouble(value)));
  return lon === undefined || lat === undefined || more.length > 0 ? undefined : { lon, lat };
}

function geoFault(value: JsonValue): string {
  const wrongType = (field: JsonValue): string => `invalid type: ${typeName(field)}, expected f64`;
  const isWrong = (field: JsonValue | undefined): field is JsonValue =>
    field !== undefined && asDouble(field) === undefined;
  if (Array.isArray(value)) {
    const wrongField = value.slice(0, 2).find(isWrong);
    if (wrongField !== undefined) return wrongType(wrongField);
    return `invalid length ${value.length}, expected ${
      value.length > 2 ? "fewer elements in array" : "struct GeoPointShadow with 2 elements"
    }`;
  }
  if (!isObject(value)) return `invalid type: ${typeName(value)}, expected struct GeoPointShadow`;
  const wrongField = [value.get("lat"), value.get("lon")].find(isWrong);
  if (wrongField !== undefined) return wrongType(wrongField);
  return `missing field \`${value.has("lon") ? "lat" : "lon"}\``;
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
  // A list stands for its elements, unless the path names these itself. So an empty one is no value.
  return single(path.steps.at(-1)?.kind === "every" ? found : found.flat());
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
