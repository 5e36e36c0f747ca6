/** What a namespace declares of vectors and indexes, in Qdrant's terms. The settings were checked when they came in. */
import { type NamespaceSettings } from "../control/records";
import { type Fault } from "../errors";
import {
  type DenseVectorParams,
  type Distance,
  type PayloadIndexSpec,
  type PayloadIndexType,
  type SparseVectorParams,
} from "../qdrant/gateway";
import { type VectorDefaults } from "../qdrant/named-vectors";

const INDEX_TYPES: readonly PayloadIndexType[] = [
  "keyword",
  "integer",
  "float",
  "bool",
  "geo",
  "datetime",
  "text",
  "uuid",
];
const DISTANCES: Record<string, Distance> = {
  cosine: "Cosine",
  dot: "Dot",
  euclid: "Euclid",
  euclidean: "Euclid",
  manhattan: "Manhattan",
};

/** Any spelling of a distance (`cosine`, `Cosine`); undefined for what is none. */
export const distanceOf = (text: unknown): Distance | undefined =>
  typeof text === "string" ? DISTANCES[text.toLowerCase()] : undefined;

/** Vectors that one request declares twice. Takes any JSON: what is no declaration is the schema's business. */
export function repeatedVectors(body: object): Fault[] {
  const configs: unknown = Reflect.get(body, "vector_configs");
  const vectors: unknown = Reflect.get(body, "vectors");
  if (!Array.isArray(configs)) return [];
  const seen = new Set(isRecord(vectors) ? Object.keys(vectors) : []);
  return configs.flatMap((config: unknown, index) => {
    const name = isRecord(config) ? config.name : undefined;
    if (typeof name !== "string") return [];
    if (seen.has(name)) return [{ path: `vector_configs[${index}].name`, message: `declares ${name} a second time` }];
    seen.add(name);
    return [];
  });
}

export function declaredIndexes(settings: NamespaceSettings): PayloadIndexSpec[] {
  return (settings.payload_indexes ?? []).flatMap(({ field_name: field, type, field_schema: schema }) => {
    const known = INDEX_TYPES.find((each) => each === type);
    if (known === undefined) return [];
    return [{ field, schema: schema === undefined ? known : { ...schema, type: known } }];
  });
}

/** Declared vectors that can be made at once: sparse ones, and dense ones with a size. */
export function declaredVectors(settings: NamespaceSettings): {
  dense: Record<string, DenseVectorParams>;
  sparse: Record<string, SparseVectorParams>;
} {
  const dense: Record<string, DenseVectorParams> = {};
  const sparse: Record<string, SparseVectorParams> = {};
  for (const [name, given] of Object.entries(settings.vectors ?? {})) {
    if (isRecord(given.sparse)) {
      sparse[name] = sparseParams(given.sparse);
    } else if (typeof given.size === "number") {
      dense[name] = denseParams(given, given.size);
    }
  }
  return { dense, sparse };
}

/** Declared vectors without a size, which the first document that brings one gives. */
export function vectorDefaults(settings: NamespaceSettings): ReadonlyMap<string, VectorDefaults> {
  const defaults = new Map<string, VectorDefaults>();
  for (const [name, given] of Object.entries(settings.vectors ?? {})) {
    if (given.sparse !== undefined || typeof given.size === "number") continue;
    const distance = distanceOf(given.distance);
    const datatype = datatypeOf(given.datatype);
    defaults.set(name, {
      ...(distance === undefined ? {} : { distance }),
      ...(datatype === undefined ? {} : { datatype }),
    });
  }
  return defaults;
}

function denseParams(given: Record<string, unknown>, size: number): DenseVectorParams {
  const { hnsw_config: hnsw, quantization_config: quantization } = given;
  const datatype = datatypeOf(given.datatype);
  return {
    size,
    distance: distanceOf(given.distance) ?? "Cosine",
    ...(typeof given.on_disk === "boolean" ? { on_disk: given.on_disk } : {}),
    ...(datatype === undefined ? {} : { datatype }),
    ...(given.multivector_config === undefined ? {} : { multivector_config: { comparator: "max_sim" } }),
    ...(isRecord(hnsw) ? { hnsw_config: hnsw } : {}),
    ...(isRecord(quantization) ? { quantization_config: quantization } : {}),
  };
}

function sparseParams(given: Record<string, unknown>): SparseVectorParams {
  const { modifier, index } = given;
  return {
    ...(modifier === "none" || modifier === "idf" ? { modifier } : {}),
    ...(isRecord(index) ? { index } : {}),
  };
}

const datatypeOf = (value: unknown): DenseVectorParams["datatype"] =>
  value === "float32" || value === "float16" || value === "uint8" ? value : undefined;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
