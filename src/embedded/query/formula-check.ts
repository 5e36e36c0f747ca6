/** Reads the texts within a formula (variables, dates) and checks its decays, once before any point is scored. */
import { type QdrantError, badInput } from "../errors";
import { datetimeFault, parseDatetime } from "../filter/datetime";
import { readPath } from "../filter/path";
import { type Condition, type GeoPoint, type PayloadPath } from "../model/filter";
import { type JsonValue, asDouble } from "../model/json";
import { type Expression, type Formula } from "../model/query";

export type Variable = { kind: "score"; prefetch: number } | { kind: "payload"; path: PayloadPath };

/** An expression that can be evaluated. */
export type Term =
  | { kind: "constant"; value: number }
  | { kind: "score"; prefetch: number }
  | { kind: "number"; path: PayloadPath }
  | { kind: "datetime"; path: PayloadPath }
  | { kind: "condition"; condition: Condition }
  | { kind: "geo_distance"; origin: GeoPoint; path: PayloadPath }
  | { kind: "mult" | "sum"; of: Term[] }
  | { kind: "neg" | "abs" | "sqrt" | "exp" | "log10" | "ln"; of: Term }
  | { kind: "div"; left: Term; right: Term; byZeroDefault?: number }
  | { kind: "pow"; base: Term; exponent: Term }
  | { kind: "decay"; curve: "lin" | "exp" | "gauss"; x: Term; target: Term; scale: number; midpoint: number };

export interface CheckedFormula {
  term: Term;
  /** By prefetch. */
  scoreDefaults: Map<number, number>;
  /** By the path's text. */
  payloadDefaults: Map<string, JsonValue>;
}

const invalid = (text: string): QdrantError => badInput(`Validation failed: ${text}`);

/** `$score`, `$score[i]`, or a payload path. @returns a text where it is none of these: what is wrong with it */
export function readVariable(text: string): Variable | string {
  if (!text.startsWith("$")) {
    const path = readPath(text);
    return path === undefined ? `Invalid payload variable: ${text}` : { kind: "payload", path };
  }
  const [first, second, ...more] = readPath(text.slice(1))?.steps ?? [];
  if (first?.kind !== "key") return `Invalid reserved variable: ${text}`;
  if (first.key !== "score") return `Invalid reserved word: ${text}`;
  if (second === undefined) return { kind: "score", prefetch: 0 };
  if (second.kind !== "index" || more.length > 0) return `Invalid reserved variable: ${text}`;
  return { kind: "score", prefetch: second.index };
}

/** @throws QdrantError 400 for a variable, a date or a decay that makes no sense */
export function checkFormula({ expression, defaults }: Formula): CheckedFormula {
  const scoreDefaults = new Map<number, number>();
  const payloadDefaults = new Map<string, JsonValue>();
  for (const [text, value] of defaults) {
    const variable = readVariable(text);
    if (typeof variable === "string") throw invalid(variable);
    const number = asDouble(value);
    if (variable.kind === "payload") payloadDefaults.set(variable.path.text, value);
    else if (number !== undefined) scoreDefaults.set(variable.prefetch, number);
  }
  return { term: termOf(expression), scoreDefaults, payloadDefaults };
}

function termOf(expression: Expression): Term {
  switch (expression.kind) {
    case "constant":
    case "condition":
      return expression;
    case "variable": {
      const variable = variableOf(expression.text);
      return variable.kind === "score" ? variable : { kind: "number", path: variable.path };
    }
    case "datetime": {
      const micros = parseDatetime(expression.text);
      if (micros === undefined) {
        throw invalid(`failed to parse date-time ${expression.text}: ${datetimeFault(expression.text)}`);
      }
      return { kind: "constant", value: Number(micros) / 1e6 };
    }
    case "datetime_key":
      return { kind: "datetime", path: pathOf(expression.text) };
    case "geo_distance":
      return { kind: "geo_distance", origin: expression.origin, path: pathOf(expression.to) };
    case "mult":
    case "sum":
      return { kind: expression.kind, of: expression.of.map(termOf) };
    case "div": {
      const { left, right, byZeroDefault } = expression;
      return { kind: "div", left: termOf(left), right: termOf(right), byZeroDefault };
    }
    case "pow":
      return { kind: "pow", base: termOf(expression.base), exponent: termOf(expression.exponent) };
    case "decay":
      return decayOf(expression);
    default:
      return { kind: expression.kind, of: termOf(expression.of) };
  }
}

function variableOf(text: string): Variable {
  const variable = readVariable(text);
  if (typeof variable === "string") throw invalid(`failed to parse variable ID ${text}: ${variable}`);
  return variable;
}

function pathOf(text: string): PayloadPath {
  const path = readPath(text);
  if (path === undefined) throw invalid(`failed to parse variable ID ${text}: Invalid payload variable: ${text}`);
  return path;
}

/** Target 0, scale 1 and midpoint ½ where left out. */
function decayOf(decay: Extract<Expression, { kind: "decay" }>): Term {
  const { curve, x, target, scale = 1, midpoint = 0.5 } = decay;
  if (curve === "lin") {
    if (!(midpoint >= 0 && midpoint <= 1)) {
      throw invalid(`Linear decay midpoint should be in the range [0.0, 1.0], got ${midpoint}.`);
    }
  } else if (!(midpoint > 0 && midpoint < 1)) {
    throw invalid(`Decay midpoint should be in the range (0.0, 1.0), got ${midpoint}.`);
  }
  if (!(scale > 0)) throw invalid(`Decay scale should be non-zero positive, got ${scale}.`);
  const aim: Term = target === undefined ? { kind: "constant", value: 0 } : termOf(target);
  return { kind: "decay", curve, x: termOf(x), target: aim, scale, midpoint };
}

/** The payload keys that a formula reads, with the kinds of index that serve them (strict mode asks for one). */
export function keysRead(term: Term): { path: PayloadPath; types: ("integer" | "float" | "geo" | "datetime")[] }[] {
  switch (term.kind) {
    case "number":
      return [{ path: term.path, types: ["float", "integer"] }];
    case "datetime":
      return [{ path: term.path, types: ["datetime"] }];
    case "geo_distance":
      return [{ path: term.path, types: ["geo"] }];
    case "mult":
    case "sum":
      return term.of.flatMap(keysRead);
    case "div":
      return [...keysRead(term.left), ...keysRead(term.right)];
    case "pow":
      return [...keysRead(term.base), ...keysRead(term.exponent)];
    case "decay":
      return [...keysRead(term.x), ...keysRead(term.target)];
    case "constant":
    case "score":
    case "condition":
      return [];
    default:
      return keysRead(term.of);
  }
}

/** The conditions within a formula. */
export function conditionsIn(term: Term): Condition[] {
  switch (term.kind) {
    case "condition":
      return [term.condition];
    case "mult":
    case "sum":
      return term.of.flatMap(conditionsIn);
    case "div":
      return [...conditionsIn(term.left), ...conditionsIn(term.right)];
    case "pow":
      return [...conditionsIn(term.base), ...conditionsIn(term.exponent)];
    case "decay":
      return [...conditionsIn(term.x), ...conditionsIn(term.target)];
    case "constant":
    case "score":
    case "number":
    case "datetime":
    case "geo_distance":
      return [];
    default:
      return conditionsIn(term.of);
  }
}
