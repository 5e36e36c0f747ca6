import { type JsonValue } from "./json";

/** One float32 in an answer (a score): shown in its shortest form that reads back as the same float32, always with a point
 *  or an exponent; not finite: null. */
export class Float32 {
  constructor(readonly value: number) {}
}

/** What an operation may answer. json/write.ts writes it: plain objects without their undefined fields, a Float32Array as a
 *  list of `Float32`, a number as an integer where it is whole, else as a double. */
export type Output = JsonValue | Float32 | Float32Array | Output[] | OutputObject | Map<string, Output>;
export interface OutputObject {
  [key: string]: Output | undefined;
}
