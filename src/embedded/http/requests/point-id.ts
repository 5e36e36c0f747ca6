/** Point ids in bodies and in paths. A body takes a u64 or a UUID in any spelling; a path takes the same as text, so digits
 *  are a number there and no id at all in a body's string. */
import { badInput, formatError } from "../../errors";
import { type JsonValue, asDouble, isInteger, isObject } from "../../model/json";
import { MAX_U64, type PointId, numericPointId, uuidPointId } from "../../model/point-id";
import { type Decoder } from "../decode";

const spelled = (value: JsonValue): string => {
  if (value === null) return "Unit";
  if (typeof value === "string") return value;
  if (isObject(value)) return "Map";
  if (Array.isArray(value)) return "Seq";
  return String(asDouble(value) ?? value);
};

/** The id, or undefined where the value is none; for bodies in which an id is one choice of several. */
export function asPointId(value: JsonValue): PointId | undefined {
  if (typeof value === "string") return uuidPointId(value);
  if (!isInteger(value) || value < 0 || value > MAX_U64) return undefined;
  return typeof value === "bigint" ? numericPointId(value) : value;
}

export const pointId: Decoder<PointId> = (value) => {
  const id = asPointId(value);
  if (id !== undefined) return id;
  throw formatError(
    `value ${spelled(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
};

/** The id of a path (`/points/0007` is 7). @throws QdrantError 400 for anything else. */
export function pathPointId(text: string): PointId {
  if (/^\+?\d+$/.test(text)) {
    const value = BigInt(text.replace("+", ""));
    if (value <= MAX_U64) return numericPointId(value);
  }
  const uuid = uuidPointId(text);
  if (uuid === undefined) throw badInput(`Can not recognize "${text}" as point id`);
  return uuid;
}
