/** Reads a collection's description as Qdrant gives it. */
import { type CollectionDescription, type Distance, type VectorSchema } from "./gateway";

/** The parts of Qdrant's collection info that Inlet reads; everything else is ignored. */
export interface CollectionInfo {
  points_count?: number | null;
  payload_schema: Record<string, unknown>;
  config: {
    params: { vectors?: unknown; sparse_vectors?: unknown };
    metadata?: unknown;
  };
}

export function descriptionOf(info: CollectionInfo): CollectionDescription {
  const { vectors, sparse_vectors: sparse } = info.config.params;
  const dense = recordOf(vectors);
  const singleVector = typeof dense.size === "number";
  const named: [string, VectorSchema][] = singleVector
    ? []
    : Object.entries(dense).flatMap(([name, params]) => (name === "" ? [] : [[name, denseSchema(recordOf(params))]]));
  const sparseNames = Object.entries(recordOf(sparse)).map(([name, params]): [string, VectorSchema] => [
    name,
    { kind: "sparse", ...(recordOf(params).modifier === "idf" ? { modifier: "idf" } : {}) },
  ]);
  return {
    vectors: new Map([...named, ...sparseNames]),
    vectorParams: new Map([
      ...named.map(([name]): [string, Record<string, unknown>] => [name, recordOf(dense[name])]),
      ...sparseNames.map(([name]): [string, Record<string, unknown>] => [
        name,
        { sparse: recordOf(recordOf(sparse)[name]) },
      ]),
    ]),
    indexes: new Set(Object.keys(info.payload_schema)),
    indexTypes: new Map(
      Object.entries(info.payload_schema).map(([field, index]) => [field, String(recordOf(index).data_type)]),
    ),
    indexParams: new Map(
      Object.entries(info.payload_schema).map(([field, index]) => [field, recordOf(recordOf(index).params)]),
    ),
    points: info.points_count ?? 0,
    singleVector: singleVector || "" in dense,
    metadata: recordOf(info.config.metadata),
  };
}

function denseSchema(params: Record<string, unknown>): VectorSchema {
  const datatype = params.datatype;
  return {
    kind: params.multivector_config === undefined || params.multivector_config === null ? "dense" : "multi",
    size: typeof params.size === "number" ? params.size : 0,
    distance: distanceOf(params.distance),
    ...(datatype === "float16" || datatype === "uint8" || datatype === "float32" ? { datatype } : {}),
  };
}

function distanceOf(value: unknown): Distance {
  return value === "Dot" || value === "Euclid" || value === "Manhattan" ? value : "Cosine";
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
