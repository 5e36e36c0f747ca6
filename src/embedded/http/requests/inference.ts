/** Texts that stand for vectors: `{text, model, options?}`. The model `bm25` runs here; any other is a service that a single node
 *  does not have, which it says with 500. */
import { QdrantError, badInput, internal } from "../../errors";
import { BM25_DEFAULTS, type Bm25Parameters, documentVector, queryVector } from "../../filter/bm25";
import { textOptionsOf } from "../../filter/index-schema";
import { createTokenizer } from "../../filter/text";
import { type JsonObject, type JsonValue, isObject } from "../../model/json";
import { type GivenVector } from "../../model/vector";
import { type Decoder, type Fields, Place, double, object } from "../decode";

/** What the text is: documents weigh their tokens, queries do not. */
export type TextUse = "document" | "query";

/** The vector of a text; undefined where the value is no such object. @throws QdrantError 400, 500, 501 */
export function inferredVector(value: JsonValue, use: TextUse): GivenVector | undefined {
  if (!isObject(value)) return undefined;
  const model = value.get("model");
  if (typeof model !== "string" || !["text", "image", "object"].some((key) => value.has(key))) return undefined;
  if (!/^(?:qdrant\/)?bm25$/i.test(model)) {
    throw internal("InferenceService URL not configured - please provide valid address in config");
  }
  const text = value.get("text");
  if (typeof text !== "string") throw badInput(`Only text input is supported for ${model}.`);
  const { tokenizer, parameters } = bm25Options(value.get("options") ?? null);
  const sparse =
    use === "query" ? queryVector(tokenizer.query(text)) : documentVector(tokenizer.document(text), parameters);
  return { kind: "sparse", sparse };
}

const parametersOf = (fields: Fields): Bm25Parameters => ({
  k: fields.withDefault("k", double, BM25_DEFAULTS.k),
  b: fields.withDefault("b", double, BM25_DEFAULTS.b),
  averageLength: fields.withDefault("avg_len", double, BM25_DEFAULTS.averageLength),
});

const options: Decoder<{ parameters: Bm25Parameters; text: ReturnType<typeof textOptionsOf> }> = object((fields) => ({
  parameters: parametersOf(fields),
  text: textOptionsOf(fields),
}));

function bm25Options(given: JsonValue) {
  const read = readOptions(given === null ? new Map() : given);
  const { k, b, averageLength } = read.parameters;
  if (!Number.isFinite(k) || k < 0) throw badInput(`BM25 k1 must be finite and >= 0, got ${k}`);
  if (!(b >= 0 && b <= 1)) throw badInput(`BM25 b must be finite and in [0.0, 1.0], got ${b}`);
  if (!Number.isFinite(averageLength) || averageLength <= 0) {
    throw badInput(`BM25 avg_doc_len must be finite and > 0, got ${averageLength}`);
  }
  return { parameters: read.parameters, tokenizer: createTokenizer(read.text) };
}

function readOptions(given: JsonObject | JsonValue) {
  try {
    return options(given, Place.root());
  } catch (error) {
    if (!(error instanceof QdrantError) || error.status !== 400) throw error;
    throw badInput(`Invalid BM25 config: ${error.message.replace(/^[^:]*: /, "")}`);
  }
}
