/** Values made from a schema of the OpenAPI document: one that fits it, and many that it forbids. Each of these differs from
 *  the one that fits in a single place, so that its refusal can have no other cause. */
import fc from "fast-check";

import { followed, isObject, type Json } from "./open-api";
import { SchemaChecks } from "./schema-checks";

export interface Forbidden {
  /** Such as `features[0].vectors`; empty: the value itself. */
  place: string;
  value: unknown;
}

const SEED = 7;
/** Longer arrays cost more than they show. */
const MAX_BUILT_ITEMS = 1_100;
const UNKNOWN_KEY = "no_such_field";
const STRANGERS: readonly unknown[] = [true, "text", -1, 1.5, [], [[]], {}, { [UNKNOWN_KEY]: 1 }];
/** How many of them stand at a place, from one of them on that changes with the place. */
const STRANGERS_PER_PLACE = 2;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const inside = (parent: string, key: string): string => (parent === "" ? key : `${parent}.${key}`);
const withPart = (base: Json, key: string, { place, value }: Forbidden): Forbidden => ({
  place,
  value: { ...base, [key]: value },
});

export class SchemaValues {
  private readonly checks: SchemaChecks;
  private places = 0;

  constructor(private readonly document: Json) {
    this.checks = new SchemaChecks(document.components);
  }

  private fits(schema: Json, value: unknown): boolean {
    return this.checks.of(schema)(value);
  }

  private branchesOf(schema: Json): Json[] {
    return [...listOf(schema.anyOf), ...listOf(schema.oneOf)].map((branch) => followed(this.document, branch));
  }

  /** A value that fits: the schema's own example where it has one, else one that holds what is required alone.
   *  @throws Error where none is found: then the schema needs an example */
  fitting(given: Json): unknown {
    const found = this.candidates(followed(this.document, given)).find((value) => this.fits(given, value));
    if (found === undefined) throw new Error(`Nothing is found that fits ${JSON.stringify(given)}.`);
    return found;
  }

  private candidates(schema: Json): unknown[] {
    const given = [...listOf(schema.examples), ...listOf(schema.enum), schema.const, schema.default];
    const shown = given.filter((value) => value !== undefined);
    if (shown.length > 0) return shown;
    const branches = this.branchesOf(schema);
    if (branches.length > 0) return branches.map((branch) => this.fitting(branch));
    switch (schema.type) {
      case "object":
        return [this.requiredAlone(schema)];
      case "array":
        return [Array.from({ length: Number(schema.minItems ?? 1) }, () => this.item(schema)), []];
      case "string":
        return this.texts(schema);
      case "integer":
      case "number":
        return [schema.minimum ?? 1, 1];
      default:
        return [true, null, "text", {}];
    }
  }

  private requiredAlone(schema: Json): Json {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = listOf(schema.required).map(String);
    return Object.fromEntries(required.map((name) => [name, this.fitting(followed(this.document, properties[name]))]));
  }

  private item(schema: Json): unknown {
    return isObject(schema.items) ? this.fitting(schema.items) : "text";
  }

  private texts({ format, pattern, minLength, maxLength }: Json): string[] {
    if (format === "date-time") return ["2024-05-07T12:00:00Z"];
    if (typeof pattern !== "string") return ["text".padEnd(Number(minLength ?? 0), "x")];
    const texts = fc.stringMatching(new RegExp(pattern), { maxLength: Number(maxLength ?? 40) });
    return fc.sample(texts, { numRuns: 5, seed: SEED });
  }

  /** What `schema` forbids: wrong types, null, what is empty, past a bound or no match, missing and unknown keys, at every
   *  place that it describes. */
  forbidden(schema: Json): Forbidden[] {
    const seen = new Set<string>();
    return [...this.wrong(schema, "")].filter(({ value }) => {
      const text = JSON.stringify(value);
      // A part that is wrong by itself may make another branch of a union.
      if (seen.has(text) || this.fits(schema, value)) return false;
      seen.add(text);
      return true;
    });
  }

  private strangers(schema: Json): unknown[] {
    const wrong = STRANGERS.filter((value) => !this.fits(schema, value));
    this.places += 1;
    const from = this.places % Math.max(1, wrong.length);
    const chosen = [...wrong.slice(from), ...wrong.slice(0, from)].slice(0, STRANGERS_PER_PLACE);
    return [null, "", ...chosen].filter((value) => !this.fits(schema, value));
  }

  private *wrong(given: Json, place: string): Generator<Forbidden> {
    const schema = followed(this.document, given);
    for (const value of this.strangers(given)) yield { place, value };
    const branches = this.branchesOf(schema);
    for (const part of branches.length === 0 ? [schema] : branches) yield* this.wrongInside(part, place);
  }

  /** Of the right type, and wrong all the same. */
  private *wrongInside(schema: Json, place: string): Generator<Forbidden> {
    for (const value of this.beyond(schema)) yield { place, value };
    if (schema.type === "object") yield* this.wrongObjects(schema, place);
    if (schema.type === "array" && isObject(schema.items)) {
      for (const item of this.wrong(schema.items, `${place}[0]`)) yield { ...item, value: [item.value] };
    }
  }

  private *wrongObjects(schema: Json, place: string): Generator<Forbidden> {
    const base = this.fitting(schema);
    if (!isObject(base)) return;
    const { additionalProperties: others } = schema;
    // In front, so that who reads a stream meets it first.
    if (others === false) yield { place: inside(place, UNKNOWN_KEY), value: { [UNKNOWN_KEY]: 1, ...base } };
    for (const name of listOf(schema.required).map(String)) {
      yield {
        place: inside(place, name),
        value: Object.fromEntries(Object.entries(base).filter(([key]) => key !== name)),
      };
    }
    const properties = isObject(schema.properties) ? schema.properties : {};
    const keyed = isObject(schema.patternProperties) ? Object.values(schema.patternProperties)[0] : others;
    for (const [name, part] of [...Object.entries(properties), ["any", keyed] as const]) {
      if (!isObject(part)) continue;
      for (const wrong of this.wrong(part, inside(place, name))) yield withPart(base, name, wrong);
    }
  }

  private beyond(schema: Json): unknown[] {
    const { minimum, maximum, minLength, maxLength, minItems, maxItems, uniqueItems, pattern, format } = schema;
    const items = (length: number): unknown[] => Array.from({ length }, () => this.item(schema));
    return [
      ...(typeof minimum === "number" ? [minimum - 1] : []),
      ...(typeof maximum === "number" ? [maximum + 1] : []),
      ...(typeof minLength === "number" && minLength > 0 ? ["x".repeat(minLength - 1)] : []),
      ...(typeof maxLength === "number" ? ["x".repeat(maxLength + 1)] : []),
      ...(typeof minItems === "number" && minItems > 0 ? [items(minItems - 1)] : []),
      ...(typeof maxItems === "number" && maxItems < MAX_BUILT_ITEMS ? [items(maxItems + 1)] : []),
      ...(uniqueItems === true ? [items(2)] : []),
      ...(typeof pattern === "string" || typeof format === "string" ? ["\u0000 \u2028", "2024-13-45T99:00:00Z"] : []),
    ];
  }

  /** The texts that a parameter of this schema may not have in a path, a query or a header. */
  forbiddenTexts(schema: Json): string[] {
    const beyond = this.beyond(schema).filter((value) => !Array.isArray(value));
    const texts = ["", "maybe", "-1", "1.5", "1e3", " 1", "0x10", "a b", "\u00e9", ...beyond.map(String)];
    return [...new Set(texts)].filter((text) => !this.fits(schema, meantBy(text, schema)));
  }
}

/** A parameter's text as what it stands for. */
function meantBy(text: string, { type }: Json): unknown {
  switch (type) {
    case "integer":
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return ["true", "1"].includes(text) ? true : ["false", "0"].includes(text) ? false : text;
    case "array":
      return text.split(",");
    default:
      return text;
  }
}
