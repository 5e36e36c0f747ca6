/** Lines as text and back. Numbers keep their bits: JSON in JavaScript reads -0 but does not write it. */
import { type Static, type TSchema } from "@sinclair/typebox";

import { InletError, type Fault, validationError } from "../errors";
import { type QdrantPoint, type QdrantVector } from "../qdrant/gateway";
import { compile, type Check } from "../schema/compile";
import {
  CollectionLine,
  DocumentLine,
  EndLine,
  ErrorLine,
  FORMAT,
  FORMAT_VERSION,
  HeaderLine,
  SkippedLine,
  VectorLine,
} from "./schemas";

export const lineText = (line: Readonly<Record<string, unknown>>): string => `${JSON.stringify(line)}\n`;

/** A document's line. Its vectors hold finite numbers alone. */
export function documentText({ id, payload, vector }: QdrantPoint): string {
  const vectors = Object.entries(vector).map(([name, each]) => `${JSON.stringify(name)}:${vectorText(each)}`);
  const head = `{"type":"document","id":${JSON.stringify(id)},"payload":${JSON.stringify(payload)}`;
  return `${head},"vectors":{${vectors.join(",")}}}\n`;
}

function vectorText(vector: QdrantVector): string {
  if (!Array.isArray(vector)) {
    return `{"indices":${JSON.stringify(vector.indices)},"values":${numbersText(vector.values)}}`;
  }
  return isRow(vector) ? numbersText(vector) : `[${vector.map(numbersText).join(",")}]`;
}

const isRow = (vector: number[] | number[][]): vector is number[] => !Array.isArray(vector[0]);
const isNegativeZero = (value: number): boolean => Object.is(value, -0);

function numbersText(values: number[]): string {
  if (!values.some(isNegativeZero)) return JSON.stringify(values);
  return `[${values.map((value) => (isNegativeZero(value) ? "-0" : String(value))).join(",")}]`;
}

/** Every line but a document's, checked. A document's may be faulty by itself, so it is left to document-line.ts. */
export type ReadLine =
  | HeaderLine
  | VectorLine
  | CollectionLine
  | EndLine
  | ErrorLine
  | { type: "skipped" }
  | { type: "document"; value: object };

const checked = <S extends TSchema>(schema: S): ((value: unknown) => Static<S>) => {
  const check: Check = compile(schema);
  const fits = (_value: unknown, faults: readonly Fault[]): _value is Static<S> => faults.length === 0;
  return (value) => {
    const faults = check(value);
    if (fits(value, faults)) return value;
    throw validationError(faults);
  };
};

const readHeader = checked(HeaderLine);
const readVector = checked(VectorLine);
const readCollection = checked(CollectionLine);
const readEnd = checked(EndLine);
const readError = checked(ErrorLine);
const readSkipped = checked(SkippedLine);
export const documentFaults: Check = compile(DocumentLine);

/** @throws InletError 422 for what is no line of this format */
export function readLine(value: unknown): ReadLine {
  const type: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "type") : undefined;
  switch (type) {
    case "header":
      requireVersion(value);
      return readHeader(value);
    case "vector":
      return readVector(value);
    case "collection":
      return readCollection(value);
    case "end":
      return readEnd(value);
    case "error":
      return readError(value);
    case "skipped":
      readSkipped(value);
      return { type };
    case "document":
      return { type, value: Object(value) };
    default:
      throw validationError([
        { path: "type", message: "is none of header, vector, collection, document, skipped, end" },
      ]);
  }
}

/** A file of another version may look otherwise in every other respect. */
function requireVersion(value: unknown): void {
  const [format, version]: unknown[] =
    typeof value === "object" && value !== null ? [Reflect.get(value, "format"), Reflect.get(value, "version")] : [];
  if (format !== FORMAT || version === FORMAT_VERSION || typeof version !== "number") return;
  throw new InletError(
    422,
    "validation_error",
    `The file has version ${version} of the format; this Inlet reads version ${FORMAT_VERSION}.`,
    { code: "unsupported_version", details: { version, supported: FORMAT_VERSION } },
  );
}
