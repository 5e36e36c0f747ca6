/** The `input_schema` of a collection: which fields its documents are made from, in the published API's form. Kept and given
 *  back; what documents' fields differ from it says `…/documents/schema/validate`. Pure. */
import { type Fault } from "../errors";
import { describeValue } from "../schema/faults";
import { keyPath } from "../schema/paths";

const TYPES = [
  "string",
  "number",
  "integer",
  "float",
  "boolean",
  "object",
  "array",
  "date",
  "datetime",
  "text",
  "image",
  "audio",
  "video",
  "pdf",
  "excel",
];
const MAX_DEPTH = 32;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const given = (value: unknown): boolean => value !== undefined && value !== null;

/** What is wrong with it. Takes any JSON; further keys of a field are kept as given. */
export function inputSchemaFaults(schema: unknown, path = "input_schema"): Fault[] {
  const faults: Fault[] = [];
  // That it is an object is the body's schema's matter.
  if (isRecord(schema)) checkProperties(schema["properties"], keyPath(path, "properties"), 1, faults);
  return faults;
}

function checkProperties(properties: unknown, path: string, depth: number, faults: Fault[]): void {
  if (!isRecord(properties)) {
    faults.push({
      path,
      message: given(properties) ? `must be an object, not ${describeValue(properties)}` : "is required",
    });
    return;
  }
  for (const [name, field] of Object.entries(properties)) checkField(field, keyPath(path, name), depth, faults);
}

function checkField(field: unknown, path: string, depth: number, faults: Fault[]): void {
  if (!isRecord(field)) {
    faults.push({ path, message: `must be an object with a type, not ${describeValue(field)}` });
    return;
  }
  if (depth > MAX_DEPTH) {
    faults.push({ path, message: `is nested deeper than ${MAX_DEPTH} levels` });
    return;
  }
  const { type, items, properties, enum: allowed, examples, description, required } = field;
  const refuse = (key: string, wanted: string, value: unknown): void => {
    faults.push({ path: keyPath(path, key), message: `must be ${wanted}, not ${describeValue(value)}` });
  };
  if (typeof type !== "string" || !TYPES.includes(type)) refuse("type", `one of ${TYPES.join(", ")}`, type);
  if (given(allowed) && !Array.isArray(allowed)) refuse("enum", "an array", allowed);
  if (given(examples) && !Array.isArray(examples)) refuse("examples", "an array", examples);
  if (given(description) && typeof description !== "string") refuse("description", "a string", description);
  if (given(required) && typeof required !== "boolean") refuse("required", "true or false", required);
  if (given(items)) checkField(items, keyPath(path, "items"), depth + 1, faults);
  if (given(properties)) checkProperties(properties, keyPath(path, "properties"), depth + 1, faults);
}
