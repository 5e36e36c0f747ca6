/** Formulas as requests write them. */
import { formatError } from "../../errors";
import { condition } from "../../filter/parse";
import { isOnGlobe } from "../../filter/geo";
import { readPath } from "../../filter/path";
import { type GeoPoint } from "../../model/filter";
import { type JsonValue, asDouble, isObject } from "../../model/json";
import { type Expression, type Formula } from "../../model/query";
import { readVariable } from "../../query/formula-check";
import { asPointId } from "./point-id";
import { type Decoder, Fields, type Place, double, jsonObject, object, string } from "../decode";

const float32: Decoder<number> = (value, at) => Math.fround(double(value, at));

/** `formula` and `defaults` of a query. */
export function formulaQuery(fields: Fields): Formula {
  // Qdrant's validator puts the expression's faults at the query itself.
  const expressionAt: Decoder<Expression> = (value) => expression(value, fields.at);
  const defaults = fields.optional("defaults", jsonObject) ?? new Map<string, JsonValue>();
  const read = { expression: fields.required("formula", expressionAt), defaults };
  noteDefaults(defaults, fields.at.key("defaults"));
  return read;
}

function noteDefaults(defaults: Map<string, JsonValue>, at: Place): void {
  for (const [text, value] of defaults) {
    const variable = readVariable(text);
    if (typeof variable === "string") at.fault(variable);
    else if (variable.kind === "score" && asDouble(value) === undefined) {
      at.fault("Validation error: Score default must be a number [{}]");
    }
  }
}

const origin: Decoder<GeoPoint> = object((fields) => {
  const point = { lon: fields.required("lon", double), lat: fields.required("lat", double) };
  if (!isOnGlobe(point)) throw formatError("a geo point has a longitude within ±180 and a latitude within ±90");
  return point;
});

const expressions =
  (name: string): Decoder<Expression[]> =>
  (value, at) => {
    if (!Array.isArray(value)) throw formatError(`\`${name}\` takes a list of expressions`);
    return value.map((each, index) => expression(each, at.item(index)));
  };

const UNARY = ["neg", "abs", "sqrt", "exp", "log10", "ln"] as const;

/** The operators by their key, in the order in which Qdrant tries them. */
const OPERATORS: Record<string, (fields: Fields) => Expression> = {
  geo_distance: (fields) => ({
    kind: "geo_distance",
    ...fields.required(
      "geo_distance",
      object((inner) => ({ origin: inner.required("origin", origin), to: inner.required("to", string) })),
    ),
  }),
  datetime: (fields) => ({ kind: "datetime", text: fields.required("datetime", string) }),
  datetime_key: (fields) => ({ kind: "datetime_key", text: fields.required("datetime_key", string) }),
  mult: (fields) => ({ kind: "mult", of: fields.required("mult", expressions("mult")) }),
  sum: (fields) => ({ kind: "sum", of: fields.required("sum", expressions("sum")) }),
  div: (fields) => ({
    kind: "div",
    ...fields.required(
      "div",
      object((inner) => ({
        left: inner.required("left", expression),
        right: inner.required("right", expression),
        byZeroDefault: inner.optional("by_zero_default", float32),
      })),
    ),
  }),
  pow: (fields) => ({
    kind: "pow",
    ...fields.required(
      "pow",
      object((inner) => ({
        base: inner.required("base", expression),
        exponent: inner.required("exponent", expression),
      })),
    ),
  }),
  ...Object.fromEntries(
    UNARY.map((kind) => [kind, (fields: Fields): Expression => ({ kind, of: fields.required(kind, expression) })]),
  ),
  lin_decay: (fields) => decay("lin", fields),
  exp_decay: (fields) => decay("exp", fields),
  gauss_decay: (fields) => decay("gauss", fields),
};

const decay = (curve: "lin" | "exp" | "gauss", fields: Fields): Expression => ({
  kind: "decay",
  curve,
  ...fields.required(
    `${curve}_decay`,
    object((inner) => ({
      x: inner.required("x", expression),
      target: inner.optional("target", expression),
      scale: inner.optional("scale", float32),
      midpoint: inner.optional("midpoint", float32),
    })),
  ),
});

/** A number, a variable's text, a condition, or an operator. */
function expression(value: JsonValue, at: Place): Expression {
  const number = asDouble(value);
  if (number !== undefined) return { kind: "constant", value: Math.fround(number) };
  if (typeof value === "string") return { kind: "variable", text: value };
  if (Array.isArray(value)) return byPosition(value, at);
  if (!isObject(value)) throw formatError("Expected some form of expression");
  const operator = Object.entries(OPERATORS).find(([name]) => value.has(name));
  if (operator !== undefined && !value.has("key")) return operator[1](new Fields(value, at));
  return { kind: "condition", condition: condition(value, at) };
}

/** A list of one is read by Qdrant's parser as the fields of the first type that it fits. */
function byPosition(value: JsonValue[], at: Place): Expression {
  const [only] = value;
  if (only === undefined || value.length > 1) throw formatError("Expected some form of expression");
  if (typeof only === "string") return { kind: "condition", condition: { kind: "has_vector", name: only } };
  if (!Array.isArray(only)) return { kind: "neg", of: expression(only, at) };
  const [key, ...more] = only;
  const path = typeof key === "string" && more.length === 0 ? readPath(key) : undefined;
  if (path !== undefined) return { kind: "condition", condition: { kind: "is_empty", path } };
  const ids = only.map(asPointId).filter((id) => id !== undefined);
  if (ids.length === only.length) return { kind: "condition", condition: { kind: "has_id", ids: new Set(ids) } };
  return { kind: "mult", of: only.map((each) => expression(each, at)) };
}
