/** Reads the forms in which a request may give a vector: dense, multi-dense, sparse, and base64 of little-endian float32.
 *  One pass per array, since a document has thousands of numbers. Pure: faults are collected, nothing throws. */
import { type Fault } from "../errors";
import { keyPath } from "../schema/paths";
import { isRecord } from "./json-rules";

/** One vector as the caller means it. `rows` are of one length, at least one; nothing is empty. */
export type SuppliedVector =
  | { kind: "dense"; values: number[] }
  | { kind: "multi"; rows: number[][] }
  | { kind: "sparse"; indices: number[]; values: number[] };

/** Qdrant's limits. */
const MAX_SIZE = 65_536;
const MAX_MULTIVECTOR_FLOATS = 1_048_576;
const MAX_SPARSE_INDEX = 4_294_967_295;
/** A caller learns enough from the first ones of a vector. */
const MAX_FAULTS_PER_ARRAY = 10;

const FLOAT_BYTES = 4;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function floatFault(value: unknown): string | undefined {
  if (typeof value !== "number") return `must be a number, not ${nameOf(value)}`;
  // 1e39 is finite as a double and Infinity as float32, so the check comes after rounding.
  return Number.isFinite(Math.fround(value)) ? undefined : "does not fit a float32";
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Without an iterator, which would make an object for each number. */
function areFloats(input: unknown[]): input is number[] {
  for (let at = 0; at < input.length; at++) {
    const value = input[at];
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) return false;
  }
  return true;
}

/** The array itself where all its items are numbers, else undefined after adding its faults. */
function readFloats(input: unknown[], path: string, faults: Fault[]): number[] | undefined {
  if (areFloats(input)) return input;
  const before = faults.length;
  for (const [index, value] of input.entries()) {
    const message = floatFault(value);
    if (message !== undefined) faults.push({ path: `${path}[${index}]`, message });
    if (faults.length - before >= MAX_FAULTS_PER_ARRAY) break;
  }
  return undefined;
}

function readDense(input: unknown[], path: string, faults: Fault[]): number[] | undefined {
  if (input.length === 0) {
    faults.push({ path, message: "is an empty vector" });
    return undefined;
  }
  if (input.length > MAX_SIZE) {
    faults.push({ path, message: `has ${input.length} numbers; Qdrant stores at most ${MAX_SIZE}` });
    return undefined;
  }
  return readFloats(input, path, faults);
}

function readMulti(input: readonly unknown[], path: string, faults: Fault[]): number[][] | undefined {
  const before = faults.length;
  const rows: number[][] = [];
  let size: number | undefined;
  let floats = 0;
  for (const [index, row] of input.entries()) {
    const rowPath = `${path}[${index}]`;
    if (!Array.isArray(row)) {
      faults.push({ path: rowPath, message: `must be an array of numbers, as the first row is, not ${nameOf(row)}` });
    } else {
      size ??= row.length;
      floats += row.length;
      if (row.length > 0 && row.length !== size) {
        faults.push({ path: rowPath, message: `has ${row.length} numbers where the first row has ${size}` });
      } else {
        const values = readDense(row, rowPath, faults);
        if (values) rows.push(values);
      }
    }
    if (faults.length - before >= MAX_FAULTS_PER_ARRAY) break;
  }
  if (floats >= MAX_MULTIVECTOR_FLOATS) {
    faults.push({ path, message: `has ${floats} numbers; a multivector has fewer than ${MAX_MULTIVECTOR_FLOATS}` });
  }
  return faults.length === before ? rows : undefined;
}

function readIndices(input: readonly unknown[], path: string, faults: Fault[]): number[] {
  const indices: number[] = [];
  const seen = new Set<number>();
  const before = faults.length;
  for (const [at, index] of input.entries()) {
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index > MAX_SPARSE_INDEX) {
      faults.push({ path: `${path}[${at}]`, message: `must be a whole number from 0 to ${MAX_SPARSE_INDEX}` });
    } else if (seen.has(index)) {
      faults.push({ path: `${path}[${at}]`, message: `repeats the index ${index}` });
    } else {
      seen.add(index);
      indices.push(index);
    }
    if (faults.length - before >= MAX_FAULTS_PER_ARRAY) break;
  }
  return indices;
}

function readSparse(input: Record<string, unknown>, path: string, faults: Fault[]): SuppliedVector | undefined {
  const before = faults.length;
  for (const key of Object.keys(input)) {
    if (key !== "indices" && key !== "values") {
      faults.push({ path: keyPath(path, key), message: "is no field of a sparse vector (indices, values)" });
    }
  }
  const { indices, values } = input;
  if (!Array.isArray(indices)) faults.push({ path: `${path}.indices`, message: "must be an array of whole numbers" });
  if (!Array.isArray(values)) faults.push({ path: `${path}.values`, message: "must be an array of numbers" });
  if (!Array.isArray(indices) || !Array.isArray(values)) return undefined;
  if (indices.length !== values.length) {
    faults.push({ path, message: `has ${indices.length} indices and ${values.length} values` });
  } else if (indices.length === 0) {
    faults.push({ path, message: "is an empty vector" });
  }
  const readIndex = readIndices(indices, `${path}.indices`, faults);
  const readValues = readFloats(values, `${path}.values`, faults);
  if (faults.length !== before || !readValues) return undefined;
  return { kind: "sparse", indices: readIndex, values: readValues };
}

function readBase64(input: Record<string, unknown>, path: string, faults: Fault[]): SuppliedVector | undefined {
  const text = input["base64_f32"];
  const textPath = `${path}.base64_f32`;
  for (const key of Object.keys(input)) {
    if (key !== "base64_f32") faults.push({ path: keyPath(path, key), message: "can't stand beside base64_f32" });
  }
  if (typeof text !== "string" || !BASE64.test(text)) {
    faults.push({ path: textPath, message: "must be base64 of little-endian float32 numbers" });
    return undefined;
  }
  const bytes = Buffer.from(text, "base64");
  if (bytes.length % FLOAT_BYTES !== 0) {
    faults.push({ path: textPath, message: `is ${bytes.length} bytes, which is no whole number of float32` });
    return undefined;
  }
  const values: number[] = [];
  for (let offset = 0; offset < bytes.length; offset += FLOAT_BYTES) values.push(bytes.readFloatLE(offset));
  const read = readDense(values, textPath, faults);
  return read && { kind: "dense", values: read };
}

/** One vector in any of its forms. undefined after adding at least one fault under `path`. */
export function readVector(input: unknown, path: string, faults: Fault[]): SuppliedVector | undefined {
  if (Array.isArray(input)) {
    if (Array.isArray(input[0])) {
      const rows = readMulti(input, path, faults);
      return rows && { kind: "multi", rows };
    }
    const values = readDense(input, path, faults);
    return values && { kind: "dense", values };
  }
  if (isRecord(input)) {
    if ("base64_f32" in input) return readBase64(input, path, faults);
    if ("indices" in input || "values" in input) return readSparse(input, path, faults);
  }
  faults.push({
    path,
    message: `must be an array of numbers, an array of such arrays, {"indices", "values"} or {"base64_f32"}, not ${nameOf(input)}`,
  });
  return undefined;
}

/** The key under which a bare `{"indices", "values"}` counts. */
export const BARE_SPARSE_KEY = "sparse";

const isBareSparse = (input: Record<string, unknown>): boolean =>
  Object.keys(input).length > 0 &&
  Object.entries(input).every(
    ([key, value]) => (key === "indices" || key === "values") && (!Array.isArray(value) || !Array.isArray(value[0])),
  );

/** The `vectors` of a feature or of a document: each key with its vector; a bare sparse vector under `sparse`. Keys keep
 *  their order; faulty vectors are left out and have added their faults. */
export function readVectors(input: unknown, path: string, faults: Fault[]): Map<string, SuppliedVector> {
  const vectors = new Map<string, SuppliedVector>();
  if (input === undefined || input === null) return vectors;
  if (!isRecord(input)) {
    faults.push({ path, message: `must be an object of vectors by name, not ${nameOf(input)}` });
    return vectors;
  }
  if (isBareSparse(input)) {
    const sparse = readSparse(input, path, faults);
    if (sparse) vectors.set(BARE_SPARSE_KEY, sparse);
    return vectors;
  }
  for (const [key, value] of Object.entries(input)) {
    const vector = readVector(value, keyPath(path, key), faults);
    if (vector) vectors.set(key, vector);
  }
  return vectors;
}
