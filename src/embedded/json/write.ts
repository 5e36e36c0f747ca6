/** Writes answers and stored payloads: every number in the form in which Qdrant shows it. */
import { FloatList, IntegralFloat } from "../model/json";
import { Float32, type Output } from "../model/output";
import { writeDouble, writeFloat32, writeFloats } from "./float32";

/** The JSON text of a value. Plain objects lose their undefined fields; keys of Maps stand in their order. */
export function writeJson(value: Output): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 1e21
        ? String(value)
        : writeDouble(value);
    case "bigint":
    case "boolean":
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof IntegralFloat) return writeDouble(value.value);
  if (value instanceof Float32) return writeFloat32(value.value);
  if (value instanceof Float32Array) return writeFloats(value);
  if (Array.isArray(value)) return writeList(value);
  if (value instanceof FloatList) return writeList(value.items());
  return value instanceof Map ? writeFields(value) : writeFields(Object.entries(value));
}

function writeList(list: readonly Output[]): string {
  let text = "[";
  let separator = "";
  for (const item of list) {
    text += separator + writeJson(item);
    separator = ",";
  }
  return `${text}]`;
}

function writeFields(fields: Iterable<[string, Output | undefined]>): string {
  let text = "{";
  let separator = "";
  for (const [key, value] of fields) {
    if (value === undefined) continue;
    text += `${separator}${JSON.stringify(key)}:${writeJson(value)}`;
    separator = ",";
  }
  return `${text}}`;
}
