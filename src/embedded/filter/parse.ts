/** Reads filters from request bodies. A body that is no filter is refused at once (400); a field condition without a clause is
 *  a fault that validation answers (422). Keys that a condition does not know are ignored, those of a filter are not. */
import { QdrantError, formatError } from "../errors";
import {
  type Decoder,
  Fields,
  type Place,
  boolean,
  double,
  listOf,
  object,
  string,
  unsigned,
  wrongType,
} from "../http/decode";
import { pointId } from "../http/requests/point-id";
import {
  type Condition,
  type FieldClauses,
  type Filter,
  type GeoBox,
  type GeoCircle,
  type GeoPoint,
  type GeoPolygon,
  type MatchClause,
  type NumberRange,
} from "../model/filter";
import { type JsonObject, type JsonValue, isObject } from "../model/json";
import { integerKey } from "./clauses";
import { parseInstant } from "./datetime";
import { isOnGlobe } from "./geo";
import { payloadPath } from "./path";

/** An object with these fields. Like Qdrant's parser it takes a list of their values, too, in this order, of which the last ones
 *  may be left out as far as `needed` goes. Below a condition a key that is repeated counts as it stands last. */
function structure<T>(names: readonly string[], read: (fields: Fields) => T, needed = names.length): Decoder<T> {
  return (value, at) => {
    if (isObject(value)) return read(new Fields(new Map(value), at));
    if (!Array.isArray(value)) throw wrongType(value, "a map");
    if (value.length < needed || value.length > names.length)
      throw formatError(`invalid length ${value.length}, expected ${names.length} elements`);
    return read(new Fields(new Map(value.map((each, index) => [names[index] ?? "", each])), at));
  };
}

const noCondition = (): QdrantError =>
  formatError(
    "Expected some form of condition, which can be a field condition or another one that the documentation of filtering names",
  );

const FILTER_KEYS = ["should", "min_should", "must", "must_not"] as const;

const filterOf = (fields: Fields): Filter => ({
  must: fields.optional("must", conditions),
  should: fields.optional("should", conditions),
  mustNot: fields.optional("must_not", conditions),
  minShould: fields.optional("min_should", minShould),
});

export const filter: Decoder<Filter> = (value, at) =>
  Array.isArray(value) ? innerFilter(value, at) : object(filterOf, FILTER_KEYS)(value, at);

/** A filter within a condition. */
const innerFilter: Decoder<Filter> = (value, at) => {
  const unknown = isObject(value)
    ? [...value.keys()].find((name) => !FILTER_KEYS.some((known) => known === name))
    : undefined;
  if (unknown !== undefined)
    throw formatError(`unknown field \`${unknown}\`, expected one of ${FILTER_KEYS.join(", ")}`);
  return structure(FILTER_KEYS, filterOf, 2)(value, at);
};

/** A list of conditions, or one alone. */
const conditions: Decoder<Condition[]> = (value, at) => {
  if (isObject(value)) return [condition(value, at.item(0))];
  if (!Array.isArray(value)) throw wrongType(value, "null, array or map");
  return value.map((each, index) => condition(each, at.item(index)));
};

const minShould: Decoder<{ conditions: Condition[]; minCount: number }> = (value, at) => {
  const read = (fields: Fields): { conditions: Condition[]; minCount: number } => ({
    conditions: fields.required("conditions", (each, place) => listOf(condition)(each, place)),
    minCount: fields.required("min_count", unsigned()),
  });
  return isObject(value) ? read(new Fields(value, at)) : structure(["conditions", "min_count"], read)(value, at);
};

const key = structure(["key"], (fields) => fields.required("key", payloadPath));

const nested = structure(["key", "filter"], (fields) => ({
  path: fields.required("key", payloadPath),
  filter: fields.required("filter", innerFilter),
}));

/** The kinds of condition that are told by their only key, in the order in which Qdrant tries them. */
const KINDS: readonly Decoder<Condition>[] = [
  structure(["is_empty"], (fields) => ({ kind: "is_empty", path: fields.required("is_empty", key) })),
  structure(["is_null"], (fields) => ({ kind: "is_null", path: fields.required("is_null", key) })),
  structure(["has_id"], (fields) => ({ kind: "has_id", ids: new Set(fields.required("has_id", listOf(pointId))) })),
  structure(["has_vector"], (fields) => ({ kind: "has_vector", name: fields.required("has_vector", string) })),
  structure(["nested"], (fields) => ({ kind: "nested", ...fields.required("nested", nested) })),
  (value, at) => ({ kind: "filter", filter: innerFilter(value, at) }),
];

/** One condition; formulas take them, too. */
export const condition: Decoder<Condition> = (value, at) => {
  if (isObject(value) && value.has("key")) return fieldCondition(value, at);
  if (isObject(value) || Array.isArray(value)) {
    for (const kind of KINDS) {
      const found = orUndefined(() => kind(value, at));
      if (found !== undefined) return found;
    }
  }
  throw noCondition();
};

/** Undefined where the value is not of this kind, so that the next kind may be tried. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof QdrantError && error.status === 400) return undefined;
    throw error;
  }
}

function fieldCondition(value: JsonObject, at: Place): Condition {
  const fields = new Fields(new Map(value), at);
  const path = fields.required("key", payloadPath);
  const clauses: FieldClauses = {
    match: fields.optional("match", match),
    ...fields.optional("range", range),
    geoBoundingBox: fields.optional("geo_bounding_box", geoBox),
    geoRadius: fields.optional("geo_radius", geoCircle),
    geoPolygon: fields.optional("geo_polygon", geoPolygon),
    valuesCount: fields.optional("values_count", valuesCount),
    isEmpty: fields.optional("is_empty", boolean),
    isNull: fields.optional("is_null", boolean),
  };
  if (Object.values(clauses).every((clause) => clause === undefined))
    at.key("__all__").fault("Validation error: At least one field condition must be specified [{}]");
  return { kind: "field", path, clauses };
}

const MATCH_FORMS = ["value", "text", "text_any", "phrase", "any", "except"] as const;

/** The first form that fits wins, as `{value: 7.5, text: "a"}` is a text match. */
const match: Decoder<MatchClause> = (given) => {
  // A list of one stands for whatever form its value fits.
  const alone = Array.isArray(given) && given.length === 1 ? given[0] : undefined;
  const value = alone === undefined ? given : new Map(MATCH_FORMS.map((form) => [form, alone]));
  if (isObject(value)) {
    const wanted = value.get("value");
    if (typeof wanted === "string" || typeof wanted === "boolean") return { kind: "value", value: wanted };
    const integer = wanted === undefined ? undefined : integerKey(wanted);
    if (integer !== undefined) return { kind: "value", value: integer };
    const text = value.get("text");
    if (typeof text === "string") return { kind: "text", text };
    const anyText = value.get("text_any");
    if (typeof anyText === "string") return { kind: "text_any", text: anyText };
    const phrase = value.get("phrase");
    if (typeof phrase === "string") return { kind: "phrase", text: phrase };
    const any = listed(value.get("any"));
    if (any) return { kind: "any", values: any };
    const except = listed(value.get("except"));
    if (except) return { kind: "except", values: except };
  }
  throw formatError("data did not match any variant of untagged enum MatchInterface");
};

/** A list of strings or of integers, each once; undefined for anything else. */
function listed(value: JsonValue | undefined): (string | number | bigint)[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((each) => typeof each === "string");
  if (strings.length === value.length) return [...new Set(strings)];
  const integers = value.map(integerKey).filter((each) => each !== undefined);
  return integers.length === value.length ? [...new Set(integers)] : undefined;
}

const BOUNDS = ["lt", "gt", "gte", "lte"] as const;

/** Bounds of one kind: a string among them makes all of them dates. */
const range: Decoder<Pick<FieldClauses, "range" | "datetimeRange">> = structure(BOUNDS, (fields) =>
  ["gt", "gte", "lt", "lte"].some((bound) => fields.optional(bound, (value) => typeof value === "string"))
    ? { datetimeRange: bounds(fields, instant) }
    : { range: bounds(fields, double) },
);

function bounds<T>(fields: Fields, decode: Decoder<T>): { gt?: T; gte?: T; lt?: T; lte?: T } {
  return {
    gt: fields.optional("gt", decode),
    gte: fields.optional("gte", decode),
    lt: fields.optional("lt", decode),
    lte: fields.optional("lte", decode),
  };
}

const instant: Decoder<bigint> = (value, at) => {
  const text = string(value, at);
  const ticks = parseInstant(text);
  if (ticks === undefined)
    throw formatError(`'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`);
  return ticks;
};

const valuesCount: Decoder<NumberRange> = structure(BOUNDS, (fields) => bounds(fields, unsigned()));

/** @throws QdrantError 400 for coordinates that no place has */
export const geoPoint: Decoder<GeoPoint> = structure(["lon", "lat"], (fields) => {
  const point = { lon: fields.required("lon", double), lat: fields.required("lat", double) };
  if (!isOnGlobe(point))
    throw formatError(
      `Wrong format of GeoPoint payload: expected \`lat\` = ${point.lat} within [-90;90] and \`lon\` = ${point.lon} within [-180;180]`,
    );
  return point;
});

const geoBox: Decoder<GeoBox> = structure(["top_left", "bottom_right"], (fields) => ({
  topLeft: fields.required("top_left", geoPoint),
  bottomRight: fields.required("bottom_right", geoPoint),
}));

const geoCircle: Decoder<GeoCircle> = structure(["center", "radius"], (fields) => ({
  center: fields.required("center", geoPoint),
  radius: fields.required("radius", double),
}));

const ring: Decoder<GeoPoint[]> = structure(["points"], (fields) => {
  const points = fields.required("points", listOf(geoPoint));
  if (points.length < 4)
    throw formatError(`Validation failed: polygon invalid, the size must be at least 4, got ${points.length}`);
  const first = points[0];
  const last = points.at(-1);
  const apart = (a: number | undefined, b: number | undefined): boolean =>
    Math.abs((a ?? 0) - (b ?? 0)) > Number.EPSILON;
  if (apart(first?.lat, last?.lat) || apart(first?.lon, last?.lon))
    throw formatError(
      "Validation failed: polygon invalid, the first and the last points should be the same to form a closed line",
    );
  return points;
});

const geoPolygon: Decoder<GeoPolygon> = structure(["exterior", "interiors"], (fields) => ({
  exterior: fields.required("exterior", ring),
  interiors: fields.withDefault("interiors", listOf(ring), []),
}));
