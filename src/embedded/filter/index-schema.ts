/** Reads how a payload index is declared: by the name of its type alone, or as an object with parameters. What is kept of the
 *  parameters is what Qdrant shows in `payload_schema`. */
import { formatError } from "../errors";
import { type Decoder, Fields, type Place, boolean, listOf, oneOf, string, unsigned } from "../http/decode";
import { type PayloadIndexSchema, type PayloadIndexType, type TextIndexOptions } from "../model/collection";
import { type JsonObject, type JsonValue, isObject } from "../model/json";
import { createTokenizer } from "./text";

const payloadIndexType = oneOf("keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid");

/** The flags of each type. Those that are shown even where they are not set (as null) come first. */
const FLAGS: Record<PayloadIndexType, { shown: readonly string[]; optional: readonly string[] }> = {
  keyword: { shown: [], optional: ["is_tenant", "on_disk", "enable_hnsw"] },
  integer: { shown: ["lookup", "range", "is_principal"], optional: ["on_disk", "enable_hnsw"] },
  float: { shown: ["is_principal"], optional: ["on_disk", "enable_hnsw"] },
  geo: { shown: [], optional: ["on_disk", "enable_hnsw"] },
  text: {
    shown: [],
    optional: ["lowercase", "ascii_folding", "phrase_matching", "on_disk", "enable_hnsw"],
  },
  bool: { shown: [], optional: ["on_disk", "enable_hnsw"] },
  datetime: { shown: ["is_principal"], optional: ["on_disk", "enable_hnsw"] },
  uuid: { shown: [], optional: ["is_tenant", "on_disk", "enable_hnsw"] },
};

export const payloadIndexSchema: Decoder<PayloadIndexSchema> = (value, at) => {
  if (!isObject(value) && !Array.isArray(value)) return schemaOf(payloadIndexType(value, at), undefined, at);
  const fields = new Fields(isObject(value) ? value : fromList(value, at), at);
  const type = fields.required("type", payloadIndexType);
  const params: JsonObject = new Map<string, JsonValue>([["type", type]]);
  for (const flag of FLAGS[type].shown) params.set(flag, fields.optional(flag, boolean) ?? null);
  for (const flag of FLAGS[type].optional) {
    const set = fields.optional(flag, boolean);
    if (set !== undefined) params.set(flag, set);
  }
  if (type === "text") readTextParams(fields, params);
  return schemaOf(type, params, at);
};

const TEXT_PARAMS = [
  "tokenizer",
  "min_token_len",
  "max_token_len",
  "lowercase",
  "ascii_folding",
  "phrase_matching",
  "stopwords",
  "on_disk",
  "stemmer",
  "enable_hnsw",
] as const;

function fromList(values: readonly JsonValue[], at: Place): JsonObject {
  const type = payloadIndexType(values[0] ?? null, at);
  const { shown, optional } = FLAGS[type];
  return named(values, ["type", ...(type === "text" ? TEXT_PARAMS : [...shown, ...optional])], 1 + shown.length);
}

/** Like Qdrant's parser, takes a list of the values in the order of their declaration for an object; of them `needed` are. */
function named(values: readonly JsonValue[], names: readonly string[], needed: number): JsonObject {
  if (values.length < needed || values.length > names.length)
    throw formatError("data did not match any variant of untagged enum PayloadFieldSchema");
  return new Map(values.map((value, index) => [names[index] ?? "", value]));
}

function schemaOf(type: PayloadIndexType, params: JsonObject | undefined, at: Place): PayloadIndexSchema {
  const lookup = type === "integer" && params?.get("lookup") !== false;
  const range = type === "integer" && params?.get("range") !== false;
  if (type === "integer" && !lookup && !range)
    at.key("lookup").fault("Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]");
  const text = type === "text" ? textOptions(params ?? new Map()) : undefined;
  // A language that the engine has no words for is refused before anything is made.
  if (text) createTokenizer(text);
  return { type, ...(params && { params }), lookup, range, ...(text && { text }) };
}

function readTextParams(fields: Fields, params: JsonObject): void {
  const tokenizer = oneOf("prefix", "whitespace", "word", "multilingual");
  // It may be left out, but not be null.
  params.set("tokenizer", fields.present("tokenizer") ? fields.required("tokenizer", tokenizer) : "word");
  for (const key of ["min_token_len", "max_token_len"]) {
    const length = fields.optional(key, unsigned());
    if (length !== undefined) params.set(key, length);
  }
  const stopwords = fields.optional("stopwords", stopwordsParam);
  if (stopwords !== undefined) params.set("stopwords", stopwords);
  const stemmer = fields.optional("stemmer", stemmerParam);
  if (stemmer !== undefined) params.set("stemmer", stemmer);
}

/** How a text is cut for BM25: as a text index would, but English unless another language is given, or none. */
export function textOptionsOf(fields: Fields): TextIndexOptions {
  const params: JsonObject = new Map();
  readTextParams(fields, params);
  for (const flag of ["lowercase", "ascii_folding"]) {
    const set = fields.optional(flag, boolean);
    if (set !== undefined) params.set(flag, set);
  }
  const given = textOptions(params);
  const language = fields.withDefault("language", string, "english");
  const full = (known: Map<string, string>): string | undefined =>
    known.get(language) ?? [...known.values()].find((name) => name === language);
  const stopped = full(STOP_WORD_LANGUAGES);
  return {
    ...given,
    stopwords: params.has("stopwords")
      ? given.stopwords
      : { languages: stopped === undefined ? [] : [stopped], custom: [] },
    stemmer: params.has("stemmer") ? given.stemmer : full(STEMMER_LANGUAGES),
  };
}

/** Full names by short names, from `full=short full=short …`. */
const byShortName = (pairs: string): Map<string, string> =>
  new Map(pairs.split(" ").map((pair): [string, string] => [pair.replace(/.*=/, ""), pair.replace(/=.*/, "")]));

const STOP_WORD_LANGUAGES = byShortName(
  "arabic=ar azerbaijani=az basque=eu bengali=bn catalan=ca chinese=zh danish=da dutch=nl english=en finnish=fi " +
    "french=fr german=de greek=el hebrew=he hinglish=hi-en hungarian=hu indonesian=id italian=it japanese=jp kazakh=kk " +
    "nepali=ne norwegian=no portuguese=pt romanian=ro russian=ru slovene=sl spanish=es swedish=sv tajik=tg turkish=tr",
);
const STEMMER_LANGUAGES = byShortName(
  "arabic=ar armenian=hy danish=da dutch=nl english=en finnish=fi french=fr german=de greek=el hungarian=hu " +
    "italian=it norwegian=no portuguese=pt romanian=ro russian=ru spanish=es swedish=sv tamil=ta turkish=tr",
);

const languageOf =
  (known: Map<string, string>): Decoder<string> =>
  (value, at) => {
    const given = string(value, at);
    const name = known.get(given) ?? [...known.values()].find((full) => full === given);
    if (name === undefined) throw formatError(`unknown variant \`${given}\`, expected a language`);
    return name;
  };
const stopWordLanguage = languageOf(STOP_WORD_LANGUAGES);

/** One language, or a set of languages and own words; sets are shown sorted and without repeats. */
const stopwordsParam: Decoder<JsonValue> = (value, at) => {
  const set = Array.isArray(value) ? named(value, ["languages", "custom"], 0) : value;
  if (!isObject(set)) return stopWordLanguage(set, at);
  const fields = new Fields(set, at);
  const shown: JsonObject = new Map();
  const languages = fields.optional("languages", listOf(stopWordLanguage));
  if (languages) shown.set("languages", [...new Set(languages)].sort());
  const custom = fields.optional("custom", listOf(string));
  if (custom) shown.set("custom", [...new Set(custom)].sort());
  return shown;
};

const stemmerParam: Decoder<JsonValue> = (value, at) => {
  const params = Array.isArray(value) ? named(value, ["type", "language"], 2) : value;
  if (!isObject(params)) throw formatError("data did not match any variant of untagged enum StemmingAlgorithm");
  const fields = new Fields(params, at);
  return new Map<string, JsonValue>([
    ["type", fields.required("type", oneOf("snowball"))],
    ["language", fields.required("language", languageOf(STEMMER_LANGUAGES))],
  ]);
};

/** The options that checked parameters come to, defaults filled in. */
function textOptions(params: JsonObject): TextIndexOptions {
  const number = (key: string): number | undefined => {
    const value = params.get(key);
    return typeof value === "number" ? value : undefined;
  };
  const strings = (value: JsonValue | undefined): string[] =>
    Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  const tokenizer = params.get("tokenizer");
  const stopwords = params.get("stopwords");
  const stemmer = params.get("stemmer");
  const language = isObject(stemmer) ? stemmer.get("language") : undefined;
  return {
    tokenizer:
      tokenizer === "prefix" || tokenizer === "whitespace" || tokenizer === "multilingual" ? tokenizer : "word",
    lowercase: params.get("lowercase") !== false,
    asciiFolding: params.get("ascii_folding") === true,
    phraseMatching: params.get("phrase_matching") === true,
    minTokenLength: number("min_token_len"),
    maxTokenLength: number("max_token_len"),
    stopwords: {
      languages:
        typeof stopwords === "string" ? [stopwords] : isObject(stopwords) ? strings(stopwords.get("languages")) : [],
      custom: isObject(stopwords) ? strings(stopwords.get("custom")) : [],
    },
    stemmer: typeof language === "string" ? language : undefined,
  };
}
