/** The older calls `search`, `recommend` and `discover`, with their batches: universal queries that answer a bare list. */
import { badRequest } from "../errors";
import { readBody } from "../http/requests/body";
import { batchOf } from "../http/requests/query";
import { type RecommendRequest, discoverRequest, recommendRequest, searchRequest } from "../http/requests/query-legacy";
import { readParams } from "../http/requests/write-params";
import { type Decoder } from "../http/decode";
import { type Route } from "../http/route";
import { type QueryRequest } from "../model/query";
import { type QueryDependencies } from "../query/execute";
import { queryCost } from "./read-cost";
import { answerQuery } from "./search";
import { checkSearchLimits } from "./search-limits";
import { checkReadLimits, countRead } from "./strict-mode";

const POINTS = "/collections/:collection/points";

/** @throws QdrantError 400 in the older call's own words */
function checkExamples({ query }: RecommendRequest): void {
  const { positive, negative, strategy } = query;
  if (strategy === "average_vector") {
    if (positive.length === 0) throw badRequest("At least one positive vector ID required with this strategy");
  } else if (positive.length + negative.length === 0) {
    throw badRequest("At least one positive or negative vector ID required with this strategy");
  }
}

function checkDiscovery({ query }: QueryRequest): void {
  if (query === undefined) throw badRequest("target and/or context_pairs must be specified");
}

/** `check` refuses what the call, but not its body's type, forbids. */
function callAndBatch<T extends QueryRequest>(
  name: "search" | "recommend" | "discover",
  decode: Decoder<T>,
  check: (request: T) => void,
  dependencies: QueryDependencies,
): Route[] {
  const root = `${name}_request`;
  return [
    {
      method: "POST",
      path: `${POINTS}/${name}`,
      access: "read",
      async handle(request, engine) {
        const { timeout } = readParams(request.query);
        const query = readBody(request, decode, root);
        const collection = engine.collection(request.params["collection"] ?? "");
        checkSearchLimits(collection, query);
        checkReadLimits(collection, { timeout });
        countRead(collection, queryCost(collection, query));
        check(query);
        return answerQuery(engine, collection, query, dependencies);
      },
    },
    {
      method: "POST",
      path: `${POINTS}/${name}/batch`,
      access: "read",
      async handle(request, engine) {
        const { timeout } = readParams(request.query);
        const searches = readBody(request, batchOf(decode, root));
        const collection = engine.collection(request.params["collection"] ?? "");
        checkReadLimits(collection, { batchSize: searches.length });
        for (const search of searches) checkSearchLimits(collection, search);
        checkReadLimits(collection, { timeout });
        countRead(
          collection,
          searches.reduce((sum, search) => sum + queryCost(collection, search), 0),
        );
        searches.forEach(check);
        const answers = [];
        for (const search of searches) answers.push(await answerQuery(engine, collection, search, dependencies));
        return answers;
      },
    },
  ];
}

export const legacyQueryRoutes = (dependencies: QueryDependencies): Route[] => [
  ...callAndBatch("search", searchRequest, () => undefined, dependencies),
  ...callAndBatch("recommend", recommendRequest, checkExamples, dependencies),
  ...callAndBatch("discover", discoverRequest, checkDiscovery, dependencies),
];
