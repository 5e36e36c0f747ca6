/** Reads request bodies the way Qdrant does, in two kinds of refusal: a value of the wrong type stops at once (400, "Format
 *  error"), a value of the right type outside its limits is collected (422, "Validation error", all of them in one answer).
 *  Unknown keys are ignored unless `object` is told otherwise. */
import { QdrantError, formatError } from "../errors";
import {
  FloatList,
  IntegralFloat,
  type JsonObject,
  type JsonValue,
  RepeatingObject,
  asDouble,
  isInteger,
  isObject,
} from "../model/json";

/** Where a value stands: `path` as Qdrant's validator spells it (`internal.limit`, `points[0].vector`). */
export class Place {
  private constructor(
    readonly path: string,
    private readonly faults: string[],
    /** Whether a key may stand more than once, its last value counting, instead of being refused. */
    readonly takesRepeats = false,
  ) {}

  static root(name = ""): Place {
    return new Place(name, []);
  }
  key(name: string): Place {
    return new Place(this.path === "" ? name : `${this.path}.${name}`, this.faults, this.takesRepeats);
  }
  item(index: number): Place {
    return new Place(`${this.path}[${index}]`, this.faults, this.takesRepeats);
  }
  /** Notes a value outside its limits; decoding goes on. */
  fault(text: string): void {
    this.faults.push(`${this.path}: ${text}`);
  }
  /** The same place with faults of its own, for reading something that may turn out not to count. */
  trial(): Place {
    return new Place(this.path, [], this.takesRepeats);
  }
  /** The same place, where repeated keys are taken. */
  takingRepeats(): Place {
    return new Place(this.path, this.faults, true);
  }
  /** Takes over the faults that were noted on trial. */
  adopt(trial: Place): void {
    this.faults.push(...trial.faults);
  }
  get isFaulty(): boolean {
    return this.faults.length > 0;
  }
  /** @throws QdrantError 422 with every fault noted below this root. */
  check(where: "JSON body" | "path parameters" | "query parameters" = "JSON body"): void {
    if (this.faults.length > 0) throw new QdrantError(422, `Validation error in ${where}: [${this.faults.join("; ")}]`);
  }
}

export type Decoder<T> = (value: JsonValue, at: Place) => T;

/** The items of any list; undefined for what is none. */
const itemsOf = (value: JsonValue): JsonValue[] | undefined => {
  if (value instanceof FloatList) return value.items();
  return Array.isArray(value) ? value : undefined;
};

const typeOf = (value: JsonValue): string =>
  value === null
    ? "null"
    : isObject(value)
      ? "map"
      : itemsOf(value)
        ? "sequence"
        : isInteger(value)
          ? `integer \`${value}\``
          : asDouble(value) !== undefined
            ? `floating point \`${asDouble(value)}\``
            : typeof value === "string"
              ? `string ${JSON.stringify(value)}`
              : `boolean \`${String(value)}\``;

/** The 400 for a value of another type than the one expected. */
export const wrongType = (value: JsonValue, expected: string): QdrantError =>
  formatError(`invalid type: ${typeOf(value)}, expected ${expected}`);

export const string: Decoder<string> = (value) => {
  if (typeof value !== "string") throw wrongType(value, "a string");
  return value;
};

export const boolean: Decoder<boolean> = (value) => {
  if (typeof value !== "boolean") throw wrongType(value, "a boolean");
  return value;
};

/** Any kind of number, as a double. */
export const double: Decoder<number> = (value) => {
  const read = asDouble(value);
  if (read === undefined) throw wrongType(value, "f64");
  return read;
};

/** A whole number without point or exponent, 0 up to 2^53 − 1 (Qdrant's usize; larger ones are cut to that), with the
 *  limits that Qdrant's validator puts on it. */
export const unsigned =
  (limits: { min?: number; max?: number } = {}): Decoder<number> =>
  (value, at) => {
    if (!isInteger(value) || value < 0) throw wrongType(value, "usize");
    const read = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    const { min, max } = limits;
    if (min !== undefined && max !== undefined) {
      if (read < min || read > max) at.fault(`value ${value} invalid, must be from ${min} to ${max}`);
    } else if (min !== undefined && read < min) at.fault(`value ${value} invalid, must be ${min} or larger`);
    else if (max !== undefined && read > max) at.fault(`value ${value} invalid, must be ${max} or smaller`);
    return read;
  };

export const oneOf =
  <const T extends string>(...names: T[]): Decoder<T> =>
  (value) => {
    const found = names.find((name) => name === value);
    if (found === undefined) {
      if (typeof value !== "string") throw wrongType(value, "a string");
      throw formatError(`unknown variant \`${value}\`, expected one of ${names.map((n) => `\`${n}\``).join(", ")}`);
    }
    return found;
  };

export const listOf =
  <T>(item: Decoder<T>): Decoder<T[]> =>
  (value, at) => {
    const items = itemsOf(value);
    if (items === undefined) throw wrongType(value, "a sequence");
    return items.map((each, index) => item(each, at.item(index)));
  };

/** A list, or one item standing alone for a list of one. */
export const oneOrMany =
  <T>(item: Decoder<T>): Decoder<T[]> =>
  (value, at) =>
    itemsOf(value) ? listOf(item)(value, at) : [item(value, at)];

export const mapOf =
  <T>(item: Decoder<T>): Decoder<Map<string, T>> =>
  (value, at) => {
    if (!isObject(value)) throw wrongType(value, "a map");
    return new Map([...value].map(([key, each]) => [key, item(each, at.key(key))]));
  };

export const json: Decoder<JsonValue> = (value) => value;
export const jsonObject: Decoder<JsonObject> = (value) => {
  if (!isObject(value)) throw wrongType(value, "a map");
  return value;
};

/** The fields of one object. Each getter reads one key once; a null counts as absent for optional ones, as in Qdrant. */
export class Fields {
  constructor(
    private readonly object: JsonObject,
    readonly at: Place,
  ) {}

  has(key: string): boolean {
    return (this.object.get(key) ?? null) !== null;
  }
  /** True where the key is there at all, be it null. */
  present(key: string): boolean {
    return this.object.has(key);
  }
  required<T>(key: string, decode: Decoder<T>): T {
    const value = this.once(key);
    if (value === undefined) throw formatError(`missing field \`${key}\``);
    return decode(value, this.at.key(key));
  }
  optional<T>(key: string, decode: Decoder<T>): T | undefined {
    const value = this.once(key) ?? null;
    return value === null ? undefined : decode(value, this.at.key(key));
  }
  withDefault<T>(key: string, decode: Decoder<T>, byDefault: T): T {
    return this.optional(key, decode) ?? byDefault;
  }
  private once(key: string): JsonValue | undefined {
    if (!this.at.takesRepeats && this.object instanceof RepeatingObject && this.object.repeated.has(key)) {
      throw formatError(`duplicate field \`${key}\``);
    }
    return this.object.get(key);
  }
}

/** An object's fields; `onlyKeys` refuses any other key (Qdrant does so in Filter alone). */
export const object =
  <T>(read: (fields: Fields) => T, onlyKeys?: readonly string[]): Decoder<T> =>
  (value, at) => {
    if (!isObject(value)) throw wrongType(value, "a map");
    if (onlyKeys) {
      for (const key of value.keys()) {
        if (!onlyKeys.includes(key))
          throw formatError(`unknown field \`${key}\`, expected one of ${onlyKeys.join(", ")}`);
      }
    }
    return read(new Fields(value, at));
  };

/** A float written as a whole number (`1.0`), which a decoder of integers refuses. */
export const isIntegralFloat = (value: JsonValue): value is IntegralFloat => value instanceof IntegralFloat;
