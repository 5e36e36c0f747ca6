/** Named vectors as the header has them, against those that are there. */
import { InletError } from "../errors";
import { type CollectionDescription, type VectorSchema } from "../qdrant/gateway";
import { type VectorDefaults, type WantedVector } from "../qdrant/named-vectors";
import { type HeaderLine } from "./schemas";

type Params = HeaderLine["vectors"][string];

/** Every named vector in Qdrant's own words. */
export const paramsOf = ({ vectorParams }: CollectionDescription): Record<string, unknown> =>
  Object.fromEntries(vectorParams);

const DISTANCES = ["Cosine", "Dot", "Euclid", "Manhattan"] as const;
const DATATYPES = ["float32", "float16", "uint8"] as const;

export function schemaOf(params: Params): VectorSchema {
  if ("sparse" in params) return { kind: "sparse", ...(params.sparse.modifier === "idf" ? { modifier: "idf" } : {}) };
  const datatype = DATATYPES.find((each) => each === params.datatype);
  return {
    kind: params.multivector_config === undefined ? "dense" : "multi",
    size: params.size,
    distance: DISTANCES.find((each) => each === params.distance) ?? "Cosine",
    ...(datatype === undefined ? {} : { datatype }),
  };
}

export const schemasOf = (vectors: HeaderLine["vectors"]): Map<string, VectorSchema> =>
  new Map(Object.entries(vectors).map(([name, params]) => [name, schemaOf(params)]));

/** What `NamedVectors.ensure` needs to add a vector just as it is here. */
export const wantedOf = (schema: VectorSchema): WantedVector =>
  schema.kind === "sparse" ? { kind: "sparse" } : { kind: schema.kind, size: schema.size };

export function defaultsOf(schema: VectorSchema): VectorDefaults {
  if (schema.kind === "sparse") return schema.modifier === undefined ? {} : { modifier: schema.modifier };
  const { distance, datatype } = schema;
  return { distance, ...(datatype === undefined ? {} : { datatype }) };
}

/** What makes a stored vector mean something else. */
function described(schema: VectorSchema): string {
  if (schema.kind === "sparse") return `sparse, modifier ${schema.modifier ?? "none"}`;
  const kind = schema.kind === "multi" ? "multi-dense" : "dense";
  return `${kind} of size ${schema.size}, ${schema.distance}, ${schema.datatype ?? "float32"}`;
}

/** @throws InletError 422 that names each vector that the namespace has otherwise */
export function refuseContradictions(
  file: ReadonlyMap<string, VectorSchema>,
  there: ReadonlyMap<string, VectorSchema>,
): void {
  const errors = [...file].flatMap(([name, schema]) => {
    const held = there.get(name);
    if (held === undefined) return [];
    const [expected, got] = [described(held), described(schema)];
    if (expected === got) return [];
    const message = `The vector ${name} of the file is ${got}; the namespace's is ${expected}.`;
    return [{ path: `vectors.${name}`, message, name, expected, got }];
  });
  const [first] = errors;
  if (first === undefined) return;
  const message = errors.map((error) => error.message).join(" ");
  const { name, expected, got } = first;
  const details = { name, expected, got, errors };
  throw new InletError(422, "validation_error", message, { code: "vector_mismatch", details });
}
