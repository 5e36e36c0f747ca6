/** Ajv's errors as faults that a person can act on: where, what was wanted, what came. A union's errors, of which Ajv gives
 *  those of every branch, become those of the branch that was meant, or one that names the choices. */
import { type ErrorObject } from "ajv";

import { type Fault } from "../errors";
import { MAX_FAULTS } from "./keywords";
import { keyPath, pathOfPointer } from "./paths";

const MAX_SHOWN = 60;

/** What came, short enough for a message. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "an array",
  null: "null",
};

function anyOfWords(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const last = distinct.pop() ?? "";
  return distinct.length === 0 ? last : `${distinct.join(", ")} or ${last}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** A schema in a few words: its own, else its type or its constants. */
function wordsOf(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  if (typeof schema.wanted === "string") return schema.wanted;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (typeof schema.type === "string") return ARTICLES[schema.type];
  return undefined;
}

const countOf = (count: unknown, noun: string): string => `${String(count)} ${noun}${count === 1 ? "" : "s"}`;

const refusalOf = ({ parentSchema }: ErrorObject): string | undefined => {
  const schema: unknown = parentSchema;
  return isRecord(schema) && typeof schema.refusal === "string" ? schema.refusal : undefined;
};

/** What is wrong, in words that follow the path. */
function messageOf(error: ErrorObject): string {
  const { params, data } = error;
  const parent: unknown = error.parentSchema;
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal;
  const got = describeValue(data);
  const wanted = isRecord(parent) && typeof parent.wanted === "string" ? parent.wanted : undefined;
  switch (error.keyword) {
    case "required":
      return "is required";
    case "additionalProperties": {
      const hint = isRecord(parent) && typeof parent.unknownKeyHint === "string" ? `; ${parent.unknownKeyHint}` : "";
      return `is not a known field${hint}`;
    }
    case "minItems":
      return Array.isArray(data) && data.length === 0
        ? "must not be empty"
        : `must have at least ${countOf(params.limit, "item")}`;
    case "maxItems":
      return `must have at most ${countOf(params.limit, "item")}, not ${Array.isArray(data) ? data.length : got}`;
    case "anyOf":
      return unionMessage(error, wanted);
  }
  if (wanted !== undefined) return `must be ${wanted}, not ${got}`;
  switch (error.keyword) {
    case "type": {
      const types: unknown[] = Array.isArray(params.type) ? params.type : String(params.type).split(",");
      return `must be ${anyOfWords(types.map((type) => ARTICLES[String(type)] ?? String(type)))}, not ${got}`;
    }
    case "const":
      return `must be ${JSON.stringify(params.allowedValue)}, not ${got}`;
    case "enum": {
      const allowed: unknown[] = Array.isArray(params.allowedValues) ? params.allowedValues : [];
      return `must be ${anyOfWords(allowed.map((value) => JSON.stringify(value)))}, not ${got}`;
    }
    case "minLength":
      return data === "" ? "must not be empty" : `must have at least ${countOf(params.limit, "character")}`;
    case "maxLength":
      return `must have at most ${countOf(params.limit, "character")}`;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return `must be ${String(params.comparison)} ${String(params.limit)}, not ${got}`;
    case "pattern":
      return `must match ${String(params.pattern)}, not ${got}`;
    case "format":
      return `must be a ${String(params.format)}, not ${got}`;
    case "uniqueItems":
      return `has the same item at ${String(params.j)} and ${String(params.i)}`;
    case "minProperties":
      return `must have at least ${countOf(params.limit, "key")}`;
    default:
      return error.message ?? "is not valid";
  }
}

function unionMessage(error: ErrorObject, wanted: string | undefined): string {
  const branches: unknown[] = Array.isArray(error.schema) ? error.schema : [];
  const words = branches.map(wordsOf).filter((word) => word !== undefined);
  const choice = wanted ?? (words.length === branches.length && words.length > 0 ? anyOfWords(words) : undefined);
  return choice === undefined
    ? `has none of the forms that are allowed here (${describeValue(error.data)})`
    : `must be ${choice}, not ${describeValue(error.data)}`;
}

/** A branch that was certainly not meant: its type or its constant differs, there or at a key that tells branches apart. */
const ruledOut = (error: ErrorObject, at: string): boolean =>
  (error.instancePath === at && (error.keyword === "type" || error.keyword === "enum")) || error.keyword === "const";
/** A sign of another form of object. */
const otherShape = (error: ErrorObject, at: string): boolean =>
  error.instancePath === at && (error.keyword === "required" || error.keyword === "additionalProperties");

/** The errors of the one branch that was meant, or undefined where that can't be told. */
function meantBranch(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] | undefined {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const inline = error.schemaPath.startsWith(`${union.schemaPath}/`);
    const branch = inline ? error.schemaPath.slice(union.schemaPath.length + 1).split("/", 1)[0] : "reference";
    const group = groups.get(branch ?? "") ?? [];
    group.push(error);
    groups.set(branch ?? "", group);
  }
  const at = union.instancePath;
  const possible = [...groups.values()].filter((group) => !group.some((error) => ruledOut(error, at)));
  if (possible.length === 1) return possible[0];
  const sameShape = possible.filter((group) => !group.some((error) => otherShape(error, at)));
  return sameShape.length === 1 ? sameShape[0] : undefined;
}

/** Replaces each union's errors. Ajv reports the branches' errors first, then the union's own. */
function withoutUnionNoise(errors: readonly ErrorObject[]): ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword !== "anyOf" && error.keyword !== "oneOf") {
      kept.push(error);
      continue;
    }
    const inside = (path: string): boolean => path === error.instancePath || path.startsWith(`${error.instancePath}/`);
    let start = kept.length;
    while (start > 0 && inside(kept[start - 1]?.instancePath ?? "")) start -= 1;
    const branchErrors = kept.splice(start);
    const meant = refusalOf(error) === undefined ? meantBranch(error, branchErrors) : undefined;
    kept.push(...(meant ?? [{ ...error, keyword: "anyOf" }]));
  }
  return kept;
}

/** At most MAX_FAULTS faults, in the order of the schema, one per path and text. `root` is the value that was checked. */
export function faultsOf(errors: readonly ErrorObject[], root: unknown): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of withoutUnionNoise(errors)) {
    const at = pathOfPointer(root, error.instancePath);
    const key: unknown = error.keyword === "required" ? error.params.missingProperty : error.params.additionalProperty;
    const fault = { path: typeof key === "string" ? keyPath(at, key) : at, message: messageOf(error) };
    faults.set(`${fault.path}\n${fault.message}`, fault);
    if (faults.size >= MAX_FAULTS) break;
  }
  return [...faults.values()];
}
