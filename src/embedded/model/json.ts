/** JSON without loss, as Qdrant keeps it: whole numbers up to u64 stay exact, and `1.0` stays a float.
 *
 *  number          a whole number within ±(2^53 − 1), or a float that is not whole
 *  bigint          a whole number beyond that, within i64 or u64
 *  IntegralFloat   a float that happens to be whole (`1.0`, `1e20`), which Qdrant tells from the integer 1
 *  JsonObject      a Map, so that any key is just a key (`__proto__`) and order is kept (`"2"` after `"10"`)
 *  FloatList       a list of numbers where a request has a vector, and nowhere else */
export type JsonValue =
  null | boolean | string | number | bigint | IntegralFloat | JsonValue[] | JsonObject | FloatList;
export type JsonObject = Map<string, JsonValue>;

/** A double with a whole value that was written as a float; `value` may be -0. */
export class IntegralFloat {
  constructor(readonly value: number) {}
}

/** A list of numbers, at least one of them written as a float, read as a vector at once: as a list it would be a copy more, and of
 *  objects that the garbage collector has to move. */
export class FloatList {
  constructor(
    /** ±Infinity where a number is beyond float32. */
    readonly numbers: Float32Array,
    /** Its items as they were written, read again. */
    readonly items: () => JsonValue[],
  ) {}
}

/** An object whose text held a key more than once. The last value counts in a payload and in an upsert; what else should
 *  be a type of the API is refused for it (http/decode.ts). */
export class RepeatingObject extends Map<string, JsonValue> {
  readonly repeated = new Set<string>();

  static noting(object: JsonObject, key: string): RepeatingObject {
    const noting = object instanceof RepeatingObject ? object : new RepeatingObject(object);
    noting.repeated.add(key);
    return noting;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** The value as a double where it is any kind of number, else undefined. A bigint is rounded. */
export function asDouble(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof IntegralFloat ? value.value : undefined;
}

/** True for what Qdrant counts as an integer: a whole number written without point or exponent. */
export function isInteger(value: JsonValue | undefined): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}
