import { type JsonObject } from "./json";
import { type Rates } from "../rates";
import { type SizeEstimate } from "../sizes";
import { type MutablePointTable } from "./table";

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";
export type Datatype = "float32" | "float16" | "uint8";

/** What the engine itself needs of a dense or multi vector's parameters; `given` keeps all that the caller set, to be shown. */
export interface DenseParams {
  size: number;
  distance: Distance;
  datatype: Datatype;
  /** True where `multivector_config` is set (max_sim, the only comparator). */
  multi: boolean;
  given: JsonObject;
}
export interface SparseParams {
  idf: boolean;
  datatype: Datatype;
  given: JsonObject;
}

export type PayloadIndexType = "keyword" | "integer" | "float" | "geo" | "text" | "bool" | "datetime" | "uuid";

export interface TextIndexOptions {
  tokenizer: "word" | "whitespace" | "prefix" | "multilingual";
  lowercase: boolean;
  asciiFolding: boolean;
  phraseMatching: boolean;
  minTokenLength?: number;
  maxTokenLength?: number;
  /** Names of languages and own words, as given; the filter code resolves them. */
  stopwords?: { languages: string[]; custom: string[] };
  /** A snowball language, as given. */
  stemmer?: string;
}

/** A payload index as declared. `params` is what `payload_schema` shows: only there if the index was made with an object. */
export interface PayloadIndexSchema {
  type: PayloadIndexType;
  params?: JsonObject;
  /** integer only: which of its two halves exist. Both true unless the caller says otherwise. */
  lookup: boolean;
  range: boolean;
  /** text only */
  text?: TextIndexOptions;
}

/** A collection as the rest of the engine sees it. Implemented in storage/. */
export interface Collection {
  readonly name: string;
  readonly config: CollectionConfig;
  readonly table: MutablePointTable;
  /** What strict mode's rates have left. */
  readonly rates: Rates;
  /** How large strict mode takes it to be. */
  readonly sizes: SizeEstimate;
  /** Takes the next operation id of this collection (they count from 1, failed applications take one too). */
  nextOperationId(): number;
  /** Resolves when all that was written to any collection so far is on disk. @throws QdrantError 500 where the disk failed. */
  committed(): Promise<void>;
}

export interface CollectionConfig {
  /** Dense and multi vectors by name; "" is the unnamed one. */
  dense: Map<string, DenseParams>;
  sparse: Map<string, SparseParams>;
  /** True while `vectors` is shown as one bare object (the collection was made with a single unnamed vector). */
  singleVector: boolean;
  /** `config` parts as the info call shows them, defaults filled in. */
  params: JsonObject;
  hnsw: JsonObject;
  optimizers: JsonObject;
  wal: JsonObject;
  quantization: JsonObject | null;
  strictMode: JsonObject | undefined;
  metadata: JsonObject | undefined;
  /** Payload indexes by the text of their path. */
  indexes: Map<string, PayloadIndexSchema>;
}
