/** The schemas that validate, written out as the JSON Schema of OpenAPI 3.1: without Inlet's own keywords, and with every
 *  titled schema once, as a component. */
import { type TSchema } from "@sinclair/typebox";

import { ANNOTATIONS } from "../schema/keywords";

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const NOT_WRITTEN = new Set<string>([...ANNOTATIONS, "$id"]);

const isComponentName = (title: unknown): title is string =>
  typeof title === "string" && /^[A-Z][A-Za-z0-9]*$/.test(title);

/** Gathers components while schemas are written. */
export class SchemaWriter {
  readonly components: Record<string, Json> = {};
  /** Which schema a component's name stands for, to notice a second one of that name. */
  private readonly sources = new Map<string, string>();
  private readonly idNames = new Map<string, string>();

  /** `schema`, or a reference to it where it has a title. @throws Error when two schemas share a title */
  write(schema: TSchema): Json {
    // Through text: that leaves behind TypeBox's symbols and its undefined values.
    const plain: unknown = JSON.parse(JSON.stringify(schema));
    return isObject(plain) ? this.schemaOf(plain) : {};
  }

  private schemaOf(schema: Json): Json {
    const id = typeof schema.$id === "string" ? schema.$id : undefined;
    const name = isComponentName(schema.title) ? schema.title : id;
    if (name === undefined) return this.writtenOut(schema);
    if (id !== undefined) this.idNames.set(id, name);
    const reference = { $ref: `#/components/schemas/${name}` };
    const source = JSON.stringify(schema);
    const known = this.sources.get(name);
    if (known !== undefined && known !== source) throw new Error(`Two schemas have the title ${name}.`);
    if (known === undefined) {
      this.sources.set(name, source);
      this.components[name] = this.writtenOut(schema);
    }
    return reference;
  }

  private writtenOut(schema: Json): Json {
    const out: Json = {};
    for (const [key, value] of Object.entries(schema)) {
      if (NOT_WRITTEN.has(key)) continue;
      if (key === "$ref") out[key] = `#/components/schemas/${this.idNames.get(String(value)) ?? String(value)}`;
      else out[key] = this.valueOf(key, value);
    }
    return out;
  }

  /** Goes on into what holds schemas; constants and examples stay as they are. */
  private valueOf(key: string, value: unknown): unknown {
    switch (key) {
      case "properties":
      case "patternProperties":
        return isObject(value)
          ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.partOf(part)]))
          : value;
      case "anyOf":
      case "allOf":
      case "oneOf":
        return Array.isArray(value) ? value.map((part) => this.partOf(part)) : value;
      case "items":
      case "not":
      case "additionalProperties":
      case "propertyNames":
        return this.partOf(value);
      default:
        return value;
    }
  }

  private partOf(value: unknown): unknown {
    return isObject(value) ? this.schemaOf(value) : value;
  }
}
