/** From a decoded query to a tree of stages that can be run: ids looked up, vectors prepared for their column, filters of outer
 *  stages carried into inner ones, contradictions refused. Reads stored vectors, changes nothing. */
import { type QdrantError, badInput, badRequest, noPointFound } from "../errors";
import { type Condition, type Filter } from "../model/filter";
import { type PointId } from "../model/point-id";
import {
  type Example,
  type Fusion,
  type OrderBy,
  type QueryStage,
  type SearchParams,
  type VectorQuery,
} from "../model/query";
import { DEFAULT_VECTOR, type GivenVector, type StoredVector } from "../model/vector";
import { type ExampleSources, Examples } from "./examples";
import { type CheckedFormula, checkFormula } from "./formula-check";
import { averageVector } from "./recommend";

const MAX_DEPTH = 64;

export type Step =
  | { kind: "list" }
  | { kind: "order_by"; orderBy: OrderBy }
  | { kind: "sample" }
  | { kind: "vector"; name: string; query: VectorQuery<StoredVector> }
  | { kind: "fusion"; fusion: Fusion }
  | { kind: "formula"; formula: CheckedFormula };

/** One step over the union of its sources' results, or over the whole collection where it has none. */
export interface Stage {
  sources: Stage[];
  step: Step;
  /** Its own and its parents', joined; undefined: every point. */
  filter: Filter | undefined;
  /** The points of the collection that any stage of the query names as examples. */
  excluded: ReadonlySet<PointId>;
  limit: number;
  threshold: number | undefined;
  params: SearchParams;
}

export interface Planning extends ExampleSources {
  /** Grouped queries say of a missing id that it lacks the vector. */
  missingIdLacksVector?: boolean;
}

/** @throws QdrantError 400 or 404 */
export function planQuery(request: QueryStage, planning: Planning): Stage {
  const depth = depthOf(request) - 1;
  if (depth > MAX_DEPTH) throw badInput(`Validation failed: prefetches depth ${depth} exceeds max depth ${MAX_DEPTH}`);
  const named = [...stagesOf(request)].flatMap((stage) => new Examples(stage, planning).ids());
  const missing = named.find(({ isThere }) => !isThere);
  if (missing !== undefined && planning.missingIdLacksVector !== true) throw noPointFound(missing.id);
  const excluded = new Set(named.filter(({ isOwn }) => isOwn).map(({ id }) => id));
  return planStage(request, planning, [], excluded);
}

function* stagesOf(stage: QueryStage): Iterable<QueryStage> {
  yield stage;
  for (const source of stage.prefetch) yield* stagesOf(source);
}

const depthOf = (stage: QueryStage): number => 1 + Math.max(0, ...stage.prefetch.map(depthOf));

function planStage(
  request: QueryStage,
  planning: Planning,
  outerFilters: readonly Filter[],
  excluded: ReadonlySet<PointId>,
): Stage {
  refuseContradictions(request);
  const filters = request.filter ? [request.filter, ...outerFilters] : outerFilters;
  const step = stepOf(request, new Examples(request, planning));
  const sources = request.prefetch.map((source) => planStage(source, planning, filters, excluded));
  return {
    sources,
    step,
    filter: joined(filters),
    excluded,
    limit: request.limit,
    threshold: request.scoreThreshold,
    params: request.params ?? { exact: false },
  };
}

function refuseContradictions(stage: QueryStage): void {
  const { prefetch, query, scoreThreshold } = stage;
  if (query === undefined) {
    if (prefetch.length > 0) {
      throw badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
    }
    if (scoreThreshold !== undefined) {
      throw badRequest(
        "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
      );
    }
    return;
  }
  if (query.kind === "order_by" && scoreThreshold !== undefined) {
    throw badRequest("Can't use score_threshold with an order_by query.");
  }
  if (query.kind === "formula" && prefetch.length === 0) throw needsPrefetches("Formula");
  if (query.kind !== "fusion") return;
  if ((stage.using ?? DEFAULT_VECTOR) !== DEFAULT_VECTOR) {
    throw badRequest("Fusion queries cannot be combined with the 'using' field.");
  }
  if (prefetch.length === 0) throw needsPrefetches("Fusion");
  const weights = query.fusion.kind === "rrf" ? query.fusion.weights : undefined;
  if (weights !== undefined && weights.length !== prefetch.length) {
    throw badInput(
      `Validation failed: RRF weights length (${weights.length}) does not match number of prefetches (${prefetch.length})`,
    );
  }
}

const needsPrefetches = (what: string): QdrantError =>
  badInput(`Validation failed: cannot apply ${what} without prefetches`);

function stepOf({ query, using = DEFAULT_VECTOR }: QueryStage, examples: Examples): Step {
  if (query === undefined) return { kind: "list" };
  switch (query.kind) {
    case "order_by":
    case "fusion":
    case "sample":
      return query;
    case "formula":
      return { kind: "formula", formula: checkFormula(query.formula) };
    default:
      return { kind: "vector", name: using, query: vectorQuery(query, examples) };
  }
}

/** Every example replaced by its vector; the average of examples becomes a plain nearest query. */
function vectorQuery(query: VectorQuery<Example>, examples: Examples): VectorQuery<StoredVector> {
  const required = (example: Example): StoredVector => examples.prepared(examples.required(example));
  const pairs = (context: { positive: Example; negative: Example }[]) =>
    context.map(({ positive, negative }) => ({ positive: required(positive), negative: required(negative) }));
  switch (query.kind) {
    case "nearest":
      return { ...query, target: required(query.target) };
    case "discover":
      return { ...query, target: required(query.target), context: pairs(query.context) };
    case "context":
      return { ...query, context: pairs(query.context) };
    case "feedback": {
      const feedback = query.feedback.map(({ example, score }) => ({ example: required(example), score }));
      return { ...query, target: required(query.target), feedback };
    }
    case "recommend": {
      const positive = examples.present(query.positive);
      const negative = examples.present(query.negative);
      if (query.strategy === "average_vector") {
        return { kind: "nearest", target: examples.prepared(averageVector(positive, negative)) };
      }
      examples.checkName();
      const prepared = (given: GivenVector[]): StoredVector[] => given.map((each) => examples.prepared(each));
      return { ...query, positive: prepared(positive), negative: prepared(negative) };
    }
  }
}

/** Filters of several stages joined as Qdrant joins them: part by part. So conditions of `must` and `must_not` add up, but those of
 *  `should` become one list of which any may hold, and those of `min_should` one list with the larger count. */
export function joined(filters: readonly Filter[]): Filter | undefined {
  const [first, ...rest] = filters;
  if (first === undefined || rest.length === 0) return first;
  const all = (part: "must" | "should" | "mustNot"): Condition[] => filters.flatMap((filter) => filter[part] ?? []);
  const minShoulds = filters.map(({ minShould }) => minShould).filter((each) => each !== undefined);
  return {
    must: all("must"),
    should: all("should"),
    mustNot: all("mustNot"),
    minShould:
      minShoulds.length === 0
        ? undefined
        : {
            conditions: minShoulds.flatMap(({ conditions }) => conditions),
            minCount: Math.max(...minShoulds.map(({ minCount }) => minCount)),
          },
  };
}
