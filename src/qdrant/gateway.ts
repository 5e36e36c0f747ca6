/** The faces of Qdrant that the service knows. rest.ts implements them over `@qdrant/js-client-rest`, the only importer of
 *  that client; retry, deadlines, the breaker and the bound on calls in flight wrap around it behind the same faces. */

export interface Sparse {
  indices: number[];
  values: number[];
}
/** A vector as Qdrant's API takes and gives it. */
export type QdrantVector = number[] | number[][] | Sparse;

export interface QdrantPoint {
  id: string;
  payload: Record<string, unknown>;
  vector: Record<string, QdrantVector>;
}

/** A Qdrant filter as its REST API takes it; made in filters/ or by hand, never from unchecked input. */
export type QdrantFilter = Record<string, unknown>;

/** How a call to Qdrant may behave. */
export interface CallOptions {
  signal: AbortSignal;
}
export interface WriteOptions extends CallOptions {
  /** `strong` for every write whose outcome depends on what is there; `weak` only under an id that was just made. */
  ordering: "weak" | "strong";
}
export interface ReadOptions extends CallOptions {
  /** `majority` where a token is read back to learn who won. */
  consistency?: "majority" | "quorum";
}

export interface PointReader {
  /** Points in the order of `ids`; missing ones are left out. `vectors` true for all, or their names. */
  retrieve(
    collection: string,
    ids: string[],
    want: { payload: boolean | string[]; vectors: boolean | string[] },
    options: ReadOptions,
  ): Promise<QdrantPoint[]>;
  /** One page in the order of ids, or by `orderBy`; `next` is the id to go on from. */
  scroll(
    collection: string,
    page: {
      filter?: QdrantFilter;
      limit: number;
      offset?: string;
      payload: boolean | string[];
      vectors: boolean | string[];
      orderBy?: { key: string; direction: "asc" | "desc"; startFrom?: number | string };
    },
    options: ReadOptions,
  ): Promise<{ points: QdrantPoint[]; next: string | undefined }>;
  /** The exact count. */
  count(collection: string, filter: QdrantFilter | undefined, options: ReadOptions): Promise<number>;
}

/** One value of an index and how many points have it. */
export interface FacetHit {
  value: string | number | boolean;
  count: number;
}

export interface PointFacets {
  /** Exact counts per value of an indexed field, most first. Counts a point once per element of a list, knows only values
   *  that the index holds, and is wrong over shards where `limit` is less than the number of values. */
  facet(
    collection: string,
    asked: { key: string; filter?: QdrantFilter; limit: number },
    options: ReadOptions,
  ): Promise<FacetHit[]>;
}

/** A universal query in Qdrant's words, made in search/. Vectors and filters as they are meant: the gateway writes them so
 *  that Qdrant reads them right. */
export interface QdrantQuery {
  query: Record<string, unknown>;
  using?: string;
  prefetch?: Omit<QdrantQuery, "prefetch">[];
  filter?: QdrantFilter;
  score_threshold?: number;
  params?: { exact?: boolean; hnsw_ef?: number };
  limit?: number;
}

export interface ScoredPoint {
  id: string;
  /** null where it is beyond a float32. */
  score: number | null;
}

/** What was sent for a query. */
export interface SentQuery {
  method: "POST";
  path: string;
  body: Record<string, unknown>;
}

export interface PointSearch {
  /** The best points, best first; equal scores in no order to rely on. */
  query(
    collection: string,
    query: QdrantQuery & { limit: number },
    options: ReadOptions,
  ): Promise<{ points: ScoredPoint[]; sent: SentQuery }>;
  /** The best groups by a payload field, best hit first. Points without the field are in none. */
  queryGroups(
    collection: string,
    query: QdrantQuery & { limit: number; group_by: string; group_size: number },
    options: ReadOptions,
  ): Promise<{ groups: { key: string | number; points: ScoredPoint[] }[]; sent: SentQuery }>;
}

export interface PointWriter {
  /** Whole points, `wait=true`. insert_only leaves existing ids alone, update_only leaves out new ones; an existing point
   *  that does not match `updateFilter` stays as it is. Never pass one id twice. */
  upsert(
    collection: string,
    points: QdrantPoint[],
    options: WriteOptions & { mode?: "upsert" | "insert_only" | "update_only"; updateFilter?: QdrantFilter },
  ): Promise<void>;
  /** The whole payload of the points that match, their vectors untouched, `wait=true`. */
  overwritePayload(
    collection: string,
    payload: Record<string, unknown>,
    filter: QdrantFilter,
    options: WriteOptions,
  ): Promise<void>;
  /** By ids or by filter; ids that are not there are fine. */
  delete(
    collection: string,
    selector: { ids: string[] } | { filter: QdrantFilter },
    options: WriteOptions,
  ): Promise<void>;
}

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";

export interface DenseVectorSchema {
  kind: "dense" | "multi";
  size: number;
  distance: Distance;
  datatype?: "float32" | "float16" | "uint8";
}
export interface SparseVectorSchema {
  kind: "sparse";
  /** Absent: none. */
  modifier?: "idf";
}
export type VectorSchema = DenseVectorSchema | SparseVectorSchema;

/** A dense vector as a collection's maker declares it, in Qdrant's words. */
export interface DenseVectorParams {
  size: number;
  distance: Distance;
  on_disk?: boolean;
  datatype?: "float32" | "float16" | "uint8";
  multivector_config?: { comparator: "max_sim" };
  hnsw_config?: Record<string, unknown>;
  quantization_config?: Record<string, unknown>;
}
export interface SparseVectorParams {
  modifier?: "none" | "idf";
  index?: Record<string, unknown>;
}

export type PayloadIndexType = "keyword" | "integer" | "float" | "bool" | "geo" | "datetime" | "text" | "uuid";

export interface PayloadIndexSpec {
  field: string;
  /** A type name or Qdrant's object form. */
  schema: PayloadIndexType | (Record<string, unknown> & { type: PayloadIndexType });
}

export interface CollectionDescription {
  /** The named vectors; an unnamed one is not among them. */
  vectors: Map<string, VectorSchema>;
  /** Everything that Qdrant keeps of each of them, in its own words; of a sparse one under `sparse`. */
  vectorParams: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Fields that have a payload index. */
  indexes: Set<string>;
  /** The type of each of these indexes. */
  indexTypes: ReadonlyMap<string, string>;
  /** The parameters of each, empty where it was made with a type's name alone. */
  indexParams: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  points: number;
  /** True for a collection with one unnamed vector, which can hold no document. */
  singleVector: boolean;
  /** What its maker noted on it; empty on Qdrant before 1.16. */
  metadata: Record<string, unknown>;
}

/** What a collection is made with; without vectors it holds payloads alone, until named vectors are added. */
export interface NewCollection {
  vectors?: Record<string, DenseVectorParams>;
  sparseVectors?: Record<string, SparseVectorParams>;
  /** Kept on the collection and given back by `describeCollection`. */
  metadata?: Record<string, unknown>;
}

export interface Admin {
  /** False where it was there already. Shards and replicas are the gateway's own settings. */
  createCollection(name: string, config: NewCollection, options: CallOptions): Promise<boolean>;
  /** Fine where it is not there. */
  deleteCollection(name: string, options: CallOptions): Promise<void>;
  /** undefined where there is no such collection. Follows an alias. */
  describeCollection(name: string, options: CallOptions): Promise<CollectionDescription | undefined>;
  /** Adds a named vector; the same configuration again is fine. @throws InletError 422 where another one holds the name,
   *  501-like InletError where this Qdrant has no named-vector endpoint (before 1.18). */
  addNamedVector(collection: string, name: string, schema: VectorSchema, options: CallOptions): Promise<void>;
  createPayloadIndex(collection: string, index: PayloadIndexSpec, options: CallOptions): Promise<void>;
  /** All aliases there are, with the collection behind each. */
  aliases(options: CallOptions): Promise<Map<string, string>>;
  /** All in one call, in order. */
  changeAliases(
    actions: ({ create: { alias: string; collection: string } } | { delete: { alias: string } })[],
    options: CallOptions,
  ): Promise<void>;
  /** Reachable, credentials right, collections loaded. @throws InletError 503 that says which of these is not so. */
  ready(options: CallOptions): Promise<{ version: string }>;
}

export interface Qdrant extends PointReader, PointFacets, PointSearch, PointWriter, Admin {}
