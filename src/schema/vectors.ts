/** Schemas of the number arrays that vectors are made of; their elements are checked by the keywords of keywords.ts. */
import { type SchemaOptions, Type } from "@sinclair/typebox";

/** A dense vector: at least one number, each finite as float32. */
export const Float32Array1D = (options: SchemaOptions = {}) =>
  Type.Unsafe<number[]>({
    type: "array",
    minItems: 1,
    float32Items: true,
    wanted: "a non-empty array of numbers",
    ...options,
  });

/** A multivector: at least one row, none empty, all of one length. */
export const Float32Array2D = (options: SchemaOptions = {}) =>
  Type.Unsafe<number[][]>({
    type: "array",
    minItems: 1,
    float32Rows: true,
    wanted: "a non-empty array of equally long arrays of numbers",
    ...options,
  });

/** The indices of a sparse vector: unique whole numbers below 2^32. */
export const SparseIndices = (options: SchemaOptions = {}) =>
  Type.Unsafe<number[]>({ type: "array", minItems: 1, uniqueUint32Items: true, ...options });
