/** User fields against the `input_schema` of their collection: `{properties: {name: {type, required, enum, items, properties}}}`
 *  with the published API's types. Inlet stores such a schema and enforces none of it; this says what does not fit. What the
 *  schema does not name fits. Pure. */
import { type Fault } from "../errors";
import { describeValue } from "../schema/faults";
import { isDateTime } from "../schema/formats";
import { MAX_FAULTS } from "../schema/keywords";
import { indexPath, keyPath } from "../schema/paths";
import { isRecord } from "./json-rules";

/** How many values of an enum a message names. */
const MAX_SHOWN = 20;

interface FieldType {
  wanted: string;
  fits(value: unknown): boolean;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number";
const text: FieldType = { wanted: "a string", fits: isText };
const number: FieldType = { wanted: "a number", fits: isNumber };
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (value: unknown): boolean =>
  typeof value === "string" && DAY.test(value) && isDateTime(`${value}T00:00:00Z`);
/** A file is named by its address. */
const file: FieldType = { wanted: "a string, the file's address", fits: isText };

const TYPES = new Map<unknown, FieldType>([
  ["string", text],
  ["text", text],
  ["number", number],
  ["float", number],
  ["integer", { wanted: "a whole number", fits: (value) => Number.isInteger(value) }],
  ["boolean", { wanted: "true or false", fits: (value) => typeof value === "boolean" }],
  ["object", { wanted: "an object", fits: isRecord }],
  ["array", { wanted: "an array", fits: (value) => Array.isArray(value) }],
  ["date", { wanted: "a date such as 2024-05-07", fits: isDay }],
  [
    "datetime",
    { wanted: "a time such as 2024-05-07T09:00:00Z", fits: (value) => typeof value === "string" && isDateTime(value) },
  ],
  ...["image", "audio", "video", "pdf", "excel"].map((type): [string, FieldType] => [type, file]),
]);

/** At most MAX_FAULTS. Any JSON may stand in for `schema`: what is no schema asks for nothing. */
export function fieldFaults(schema: unknown, fields: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const faults: Fault[] = [];
  checkProperties(schema, fields, path, faults);
  return faults;
}

function checkProperties(
  schema: unknown,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  faults: Fault[],
): void {
  const properties = isRecord(schema) ? schema["properties"] : undefined;
  if (!isRecord(properties)) return;
  for (const [name, field] of Object.entries(properties)) {
    if (faults.length >= MAX_FAULTS) return;
    const value = Object.prototype.hasOwnProperty.call(fields, name) ? fields[name] : undefined;
    if (value !== undefined && value !== null) checkField(field, value, keyPath(path, name), faults);
    else if (isRecord(field) && field["required"] === true)
      faults.push({ path: keyPath(path, name), message: "is required" });
  }
}

function checkField(field: unknown, value: unknown, path: string, faults: Fault[]): void {
  if (!isRecord(field) || faults.length >= MAX_FAULTS) return;
  const type = TYPES.get(field["type"]);
  if (type !== undefined && !type.fits(value)) {
    faults.push({ path, message: `must be ${type.wanted}, not ${describeValue(value)}` });
    return;
  }
  const allowed = field["enum"];
  if (Array.isArray(allowed) && allowed.length > 0 && !allowed.includes(value)) {
    const words = allowed.slice(0, MAX_SHOWN).map(describeValue).join(", ");
    const more = allowed.length > MAX_SHOWN ? ", …" : "";
    faults.push({ path, message: `must be one of ${words}${more}, not ${describeValue(value)}` });
  }
  if (isRecord(value)) checkProperties(field, value, path, faults);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkField(field["items"], item, indexPath(path, index), faults);
  }
}
