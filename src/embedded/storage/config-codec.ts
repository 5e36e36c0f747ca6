/** A collection's catalog record as JSON and back. Written and read by this engine alone, so a record that does not fit is
 *  a damaged folder, not a user's mistake. */
import { internal } from "../errors";
import { parseJsonText } from "../json/parse";
import { writeJson } from "../json/write";
import {
  type CollectionConfig,
  type Datatype,
  type DenseParams,
  type Distance,
  type PayloadIndexSchema,
  type PayloadIndexType,
  type SparseParams,
  type TextIndexOptions,
} from "../model/collection";
import { type JsonObject, type JsonValue, isObject } from "../model/json";
import { type Output } from "../model/output";

export interface CollectionRecord {
  name: string;
  config: CollectionConfig;
  vectorNumbers: Map<string, number>;
  nextVectorNumber: number;
}

export function encodeCollection(record: CollectionRecord): string {
  const { config } = record;
  return writeJson({
    name: record.name,
    nextVectorNumber: record.nextVectorNumber,
    vectorNumbers: record.vectorNumbers,
    dense: new Map([...config.dense].map(([name, params]): [string, Output] => [name, { ...params }])),
    sparse: new Map([...config.sparse].map(([name, params]): [string, Output] => [name, { ...params }])),
    singleVector: config.singleVector,
    params: config.params,
    hnsw: config.hnsw,
    optimizers: config.optimizers,
    wal: config.wal,
    quantization: config.quantization,
    strictMode: config.strictMode,
    metadata: config.metadata,
    indexes: new Map([...config.indexes].map(([path, schema]): [string, Output] => [path, encodeIndex(schema)])),
  });
}

export function decodeCollection(text: string): CollectionRecord {
  const record = objectOf(parseJsonText(text));
  const field = (key: string): JsonObject => objectOf(record.get(key));
  const optional = (key: string): JsonObject | undefined => (record.has(key) ? field(key) : undefined);
  return {
    name: textOf(record.get("name")),
    nextVectorNumber: numberOf(record.get("nextVectorNumber")),
    vectorNumbers: mapValues(field("vectorNumbers"), numberOf),
    config: {
      dense: mapValues(field("dense"), decodeDense),
      sparse: mapValues(field("sparse"), decodeSparse),
      singleVector: record.get("singleVector") === true,
      params: field("params"),
      hnsw: field("hnsw"),
      optimizers: field("optimizers"),
      wal: field("wal"),
      quantization: record.get("quantization") === null ? null : field("quantization"),
      strictMode: optional("strictMode"),
      metadata: optional("metadata"),
      indexes: mapValues(field("indexes"), decodeIndex),
    },
  };
}

const DISTANCES: readonly Distance[] = ["Cosine", "Dot", "Euclid", "Manhattan"];
const DATATYPES: readonly Datatype[] = ["float32", "float16", "uint8"];
const INDEX_TYPES: readonly PayloadIndexType[] = [
  "keyword",
  "integer",
  "float",
  "geo",
  "text",
  "bool",
  "datetime",
  "uuid",
];
const TOKENIZERS: readonly TextIndexOptions["tokenizer"][] = ["word", "whitespace", "prefix", "multilingual"];

function decodeDense(value: JsonValue | undefined): DenseParams {
  const params = objectOf(value);
  return {
    size: numberOf(params.get("size")),
    distance: oneOf(DISTANCES, params.get("distance")),
    datatype: oneOf(DATATYPES, params.get("datatype")),
    multi: params.get("multi") === true,
    given: objectOf(params.get("given")),
  };
}

function decodeSparse(value: JsonValue | undefined): SparseParams {
  const params = objectOf(value);
  return {
    idf: params.get("idf") === true,
    datatype: oneOf(DATATYPES, params.get("datatype")),
    given: objectOf(params.get("given")),
  };
}

const encodeIndex = ({ text, ...schema }: PayloadIndexSchema): Output => ({
  ...schema,
  text: text && { ...text, stopwords: text.stopwords && { ...text.stopwords } },
});

function decodeIndex(value: JsonValue | undefined): PayloadIndexSchema {
  const schema = objectOf(value);
  return {
    type: oneOf(INDEX_TYPES, schema.get("type")),
    lookup: schema.get("lookup") === true,
    range: schema.get("range") === true,
    ...(schema.has("params") && { params: objectOf(schema.get("params")) }),
    ...(schema.has("text") && { text: decodeText(objectOf(schema.get("text"))) }),
  };
}

function decodeText(text: JsonObject): TextIndexOptions {
  const stopwords = text.get("stopwords");
  return {
    tokenizer: oneOf(TOKENIZERS, text.get("tokenizer")),
    lowercase: text.get("lowercase") === true,
    asciiFolding: text.get("asciiFolding") === true,
    phraseMatching: text.get("phraseMatching") === true,
    ...(text.has("minTokenLength") && { minTokenLength: numberOf(text.get("minTokenLength")) }),
    ...(text.has("maxTokenLength") && { maxTokenLength: numberOf(text.get("maxTokenLength")) }),
    ...(text.has("stemmer") && { stemmer: textOf(text.get("stemmer")) }),
    ...(isObject(stopwords) && {
      stopwords: { languages: listOf(stopwords.get("languages")), custom: listOf(stopwords.get("custom")) },
    }),
  };
}

const damaged = (): Error => internal("the catalog of the data folder is damaged");

function objectOf(value: JsonValue | undefined): JsonObject {
  if (!isObject(value)) throw damaged();
  return value;
}
function textOf(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw damaged();
  return value;
}
function numberOf(value: JsonValue | undefined): number {
  if (typeof value !== "number") throw damaged();
  return value;
}
function listOf(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value)) throw damaged();
  return value.map(textOf);
}
function oneOf<T extends string>(names: readonly T[], value: JsonValue | undefined): T {
  const found = names.find((name) => name === value);
  if (found === undefined) throw damaged();
  return found;
}
const mapValues = <T>(map: JsonObject, read: (value: JsonValue) => T): Map<string, T> =>
  new Map([...map].map(([key, value]) => [key, read(value)]));
