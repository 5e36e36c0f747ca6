/** A checked search as the query that Qdrant gets. Pure: what the namespace has is handed in.
 *
 *  Several queries become prefetches that are fused. How many hits of each are fused does not depend on the page, since a
 *  document's fused score depends on it: else it could be on two pages, or on none. */
import { toQdrant } from "../documents/vectors";
import { tooLongForCosine } from "../documents/norms";
import { refuseMismatches, tooLongFault, type VectorMismatch } from "../documents/placement";
import { type SuppliedVector } from "../documents/vector-input";
import { type Fault, InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { type QdrantFilter, type QdrantQuery, type VectorSchema } from "../qdrant/gateway";
import { type Example, type VectorQuery } from "./request";

/** A query whose vector the namespace has. */
export interface NamedQuery extends VectorQuery {
  vectorName: string;
  schema: VectorSchema;
}

export interface SearchPlan {
  queries: NamedQuery[];
  fusion: "rrf" | "dbsf";
  /** Hits of each query that are fused. */
  candidates: number;
  filter: QdrantFilter | undefined;
  scoreThreshold: number | undefined;
  exact: boolean | undefined;
}

type Schemas = ReadonlyMap<string, VectorSchema>;

/** @throws InletError 422 that lists the names there are, for a name that is missing or not there */
export function withSchemas(queries: readonly VectorQuery[], schemas: Schemas): NamedQuery[] {
  const names = [...schemas.keys()].sort();
  const there = names.length === 0 ? "it has no vectors yet" : `it has ${names.join(", ")}`;
  const faults: Fault[] = [];
  const named = queries.flatMap((query): NamedQuery[] => {
    const { vectorName, path } = query;
    const schema = vectorName === undefined ? undefined : schemas.get(vectorName);
    if (vectorName !== undefined && schema !== undefined) return [{ ...query, vectorName, schema }];
    const what = vectorName === undefined ? "is required" : `is no vector of the namespace: ${vectorName}`;
    faults.push({ path: `${path}.vector_name`, message: `${what}; ${there}` });
    return [];
  });
  const [first] = faults;
  if (first === undefined) return named;
  throw new InletError(422, "validation_error", `${first.path} ${first.message}.`, {
    code: "unknown_vector",
    details: { available: names, errors: faults },
  });
}

const examplesOf = ({ asks }: VectorQuery): Example[] =>
  "like" in asks ? [asks.like] : [...asks.positive, ...asks.negative];

/** The documents that the queries name, with the vector that each must have. */
export const namedDocuments = (
  queries: readonly NamedQuery[],
): { path: string; documentId: string; vectorName: string }[] =>
  queries.flatMap((query) =>
    examplesOf(query).flatMap((example) =>
      "documentId" in example
        ? [{ path: example.path, documentId: example.documentId, vectorName: query.vectorName }]
        : [],
    ),
  );

const described = (vector: VectorSchema | SuppliedVector): string => {
  if (vector.kind === "sparse") return "sparse";
  return `${vector.kind === "multi" ? "multi-dense" : "dense"} of size ${sizeOf(vector)}`;
};

function sizeOf(vector: VectorSchema | SuppliedVector): number {
  if (vector.kind === "sparse") return 0;
  if ("size" in vector) return vector.size;
  return vector.kind === "dense" ? vector.values.length : (vector.rows[0]?.length ?? 0);
}

/** A dense vector fits a multivector too, as one row. */
const fits = (vector: SuppliedVector, schema: VectorSchema): boolean =>
  (vector.kind === schema.kind || (vector.kind === "dense" && schema.kind === "multi")) &&
  sizeOf(vector) === sizeOf(schema);

/** @throws InletError 422 for vectors that do not fit the named ones, and for a fusion that would rank wrongly */
export function checkFit(queries: readonly NamedQuery[], fusion: "rrf" | "dbsf"): void {
  const mismatches: VectorMismatch[] = [];
  const faults: Fault[] = [];
  for (const query of queries) {
    const { schema, vectorName: name } = query;
    for (const example of examplesOf(query)) {
      if (!("vector" in example)) continue;
      const { path, vector } = example;
      if (!fits(vector, schema)) {
        const sizes =
          vector.kind !== "sparse" && schema.kind !== "sparse" && sizeOf(vector) !== sizeOf(schema)
            ? { expected: sizeOf(schema), got: sizeOf(vector) }
            : { expected: described(schema), got: described(vector) };
        const message = `is ${described(vector)}, but the vector ${name} of the namespace is ${described(schema)}`;
        mismatches.push({ path, message, name, ...sizes });
      } else if (schema.kind !== "sparse" && schema.distance === "Cosine" && tooLongForCosine(vector)) {
        faults.push(tooLongFault(path));
      }
    }
  }
  refuseMismatches(mismatches);
  const distances = queries.length > 1 && fusion === "dbsf" ? queries.filter(ranksByDistance) : [];
  if (distances.length > 0) {
    const names = distances.map(({ vectorName }) => vectorName).join(", ");
    const message = `dbsf adds up scores, and those of ${names} are distances (Euclid, Manhattan), where less is better; use rrf`;
    faults.push({ path: "fusion", message });
  }
  if (faults.length > 0) throw validationError(faults);
}

const ranksByDistance = ({ schema }: NamedQuery): boolean =>
  schema.kind !== "sparse" && (schema.distance === "Euclid" || schema.distance === "Manhattan");

/** As Qdrant takes an example: a point's id, or the vector itself. */
const written = (example: Example): unknown =>
  "documentId" in example ? pointIdOf(example.documentId) : toQdrant(example.vector);

function innerQuery({ asks }: NamedQuery): Record<string, unknown> {
  if ("like" in asks) return { nearest: written(asks.like) };
  return {
    recommend: {
      ...(asks.positive.length === 0 ? {} : { positive: asks.positive.map(written) }),
      ...(asks.negative.length === 0 ? {} : { negative: asks.negative.map(written) }),
      ...(asks.strategy === undefined ? {} : { strategy: asks.strategy }),
    },
  };
}

/** The whole query but for how many hits are asked for. `widening` is how many times more candidates Qdrant takes than it
 *  is told (for groups). */
export function qdrantQueryOf(plan: SearchPlan, widening = 1): QdrantQuery {
  const { queries, filter, scoreThreshold, exact } = plan;
  const threshold = scoreThreshold === undefined ? {} : { score_threshold: scoreThreshold };
  const params = exact === undefined ? {} : { params: { exact } };
  const scoped = filter === undefined ? {} : { filter };
  const stages = queries.map((query) => ({ query: innerQuery(query), using: query.vectorName, ...params }));
  const [only] = stages;
  if (only !== undefined && stages.length === 1) return { ...only, ...scoped, ...threshold };
  const limit = Math.max(1, Math.ceil(plan.candidates / widening));
  // Qdrant applies the filter in the prefetches too; it may be large.
  const prefetch = stages.map((stage) => ({ ...stage, limit }));
  return { prefetch, query: { fusion: plan.fusion }, ...scoped, ...threshold };
}
