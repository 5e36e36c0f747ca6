/** `with_payload` and `with_vector`, which many bodies share. */
import { readPath } from "../../filter/path";
import { formatError } from "../../errors";
import { type PayloadPath } from "../../model/filter";
import { type JsonValue, isObject } from "../../model/json";
import { type PayloadSelector, type VectorSelector } from "../../model/selector";
import { type Decoder, type Fields } from "../decode";

export { payloadPath } from "../../filter/path";

const expectedPayload = "Expected a boolean, an array of strings, or an object with an include/exclude field";

function paths(value: JsonValue | undefined): PayloadPath[] {
  if (!Array.isArray(value)) throw formatError(expectedPayload);
  return value.map((item) => {
    const path = typeof item === "string" ? readPath(item) : undefined;
    if (path === undefined) throw formatError(expectedPayload);
    return path;
  });
}

/** `true`, `false`, a list of paths, `{include}` or `{exclude}`. */
export const payloadSelector: Decoder<PayloadSelector> = (value) => {
  if (typeof value === "boolean") return value ? { kind: "all" } : { kind: "none" };
  if (Array.isArray(value)) return { kind: "include", paths: paths(value) };
  if (isObject(value) && value.size === 1) {
    if (value.has("include")) return { kind: "include", paths: paths(value.get("include")) };
    if (value.has("exclude")) return { kind: "exclude", paths: paths(value.get("exclude")) };
  }
  throw formatError(expectedPayload);
};

/** `true`, `false`, or a list of vector names. */
export const vectorSelector: Decoder<VectorSelector> = (value) => {
  if (typeof value === "boolean") return value ? { kind: "all" } : { kind: "none" };
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return { kind: "named", names: value };
  throw formatError("Expected a boolean, or an array of strings");
};

/** The `with_payload` of a body; `byDefault` is what an absent or null one means. */
export const withPayload = (fields: Fields, byDefault: "all" | "none"): PayloadSelector =>
  fields.withDefault<PayloadSelector>("with_payload", payloadSelector, { kind: byDefault });

/** The `with_vector` (or `with_vectors`) of a body, nothing by default. A null is refused unless `nullable`, as queries are. */
export function withVector(fields: Fields, nullable = false): VectorSelector {
  const key = aliased(fields, "with_vector", "with_vectors");
  if (!fields.present(key) || (nullable && !fields.has(key))) return { kind: "none" };
  return fields.required(key, vectorSelector);
}

/** Which of a field's two names is used (the first where neither is). @throws QdrantError 400 for both at once. */
export function aliased(fields: Fields, name: string, alias: string): string {
  if (!fields.present(alias)) return name;
  if (fields.present(name)) throw formatError(`duplicate field \`${name}\``);
  return alias;
}
