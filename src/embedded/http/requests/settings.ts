/** Decoders of settings that the engine validates, keeps and shows, and mostly does nothing with. */
import { type Decoder, type Place, object, oneOf, wrongType } from "../decode";
import { type JsonObject, type JsonValue, asDouble, isInteger, isObject } from "../../model/json";
import { formatError } from "../../errors";

/** The known fields of an object as given, without those that are null or unknown. `aliases`: other names of a field. */
export const settings = (
  fields: Record<string, Decoder<unknown>>,
  aliases: Record<string, string> = {},
): Decoder<JsonObject> =>
  object((given) => {
    const kept: JsonObject = new Map<string, JsonValue>();
    const keep = (key: string, decode: Decoder<unknown>, name: string): void => {
      if (given.present(key) && kept.has(name)) throw formatError(`duplicate field \`${name}\``);
      const value = given.optional(key, (raw) => {
        // Qdrant's validator knows the field by its own name alone.
        decode(raw, given.at.key(name));
        return raw;
      });
      if (value !== undefined) kept.set(name, value);
    };
    for (const [name, decode] of Object.entries(fields)) keep(name, decode, name);
    for (const [alias, name] of Object.entries(aliases)) {
      const decode = fields[name];
      if (decode !== undefined) keep(alias, decode, name);
    }
    return kept;
  });

/** A float within bounds; `single`: Qdrant reads it as float32 and says so in its message. */
export const doubleWithin =
  (min: number, max: number, single = false): Decoder<number> =>
  (value, at) => {
    const read = asDouble(value);
    if (read === undefined) throw wrongType(value, "f64");
    const shown = single ? Math.fround(read) : read;
    if (shown < min || shown > max) {
      at.fault(`value ${shown} invalid, must be from ${min.toFixed(1)} to ${max.toFixed(1)}`);
    }
    return read;
  };

/** A whole number that may not be 0, which Qdrant's parser itself refuses. */
export const nonZero: Decoder<number> = (value) => {
  if (!isInteger(value) || value <= 0) throw wrongType(value, "a nonzero u32");
  return Number(value);
};

/** A whole number of 8 bits, from 1 to 100. */
export const percent: Decoder<number> = (value, at) => {
  if (!isInteger(value) || value < 0 || value > 255) throw wrongType(value, "u8");
  if (value < 1 || value > 100) at.fault(`value ${value} invalid, must be from 1 to 100`);
  return Number(value);
};

/** Exactly one of these keys, each with its own form: how Qdrant writes an enum with contents. The first that is there and
 *  fits counts. */
export const variant =
  (forms: Record<string, Decoder<JsonObject>>): Decoder<JsonObject> =>
  (value, at) =>
    object((fields) => {
      for (const [name, form] of Object.entries(forms)) {
        if (fields.has(name)) return new Map<string, JsonValue>([[name, fields.required(name, form)]]);
      }
      throw formatError(`data did not match any variant, expected one of ${Object.keys(forms).join(", ")}`);
    })(value, at);

/** A map whose keys Qdrant's validator does not name: faults stand under `?`, numbered where several entries are faulty. */
export const anonymousMap =
  <T>(item: Decoder<T>, name: (faulty: number, index: number) => (at: Place) => Place = questionMarks) =>
  (value: JsonValue, at: Place): Map<string, T> => {
    if (!isObject(value)) throw wrongType(value, "a map");
    const read = (place: (index: number) => Place): { decoded: Map<string, T>; places: Place[] } => {
      const decoded = new Map<string, T>();
      const places: Place[] = [];
      let faulty = 0;
      for (const [key, each] of value) {
        const trial = place(faulty).trial();
        decoded.set(key, item(each, trial));
        if (trial.isFaulty) faulty++;
        places.push(trial);
      }
      return { decoded, places };
    };
    const first = read(() => at);
    const faulty = first.places.filter((place) => place.isFaulty).length;
    if (faulty === 0) return first.decoded;
    const named = read((index) => name(faulty, index)(at));
    for (const place of named.places) at.adopt(place);
    return named.decoded;
  };

const questionMarks =
  (faulty: number, index: number) =>
  (at: Place): Place =>
    faulty === 1 ? at.key("?") : at.key("?").item(index);

/** Faults numbered from 0 without a question mark, as Qdrant has it for some maps. */
export const numbered =
  (_: number, index: number) =>
  (at: Place): Place =>
    at.item(index);

export const datatype = oneOf("float32", "float16", "uint8", "turbo4");
