/** `POST …/points/query` and its batch. */
import { readBody } from "../http/requests/body";
import { batchOf, queryRequest } from "../http/requests/query";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type QueryDependencies } from "../query/execute";
import { queryCost } from "./read-cost";
import { answerQuery } from "./search";
import { checkQueryLimits } from "./search-limits";
import { checkReadLimits, countRead } from "./strict-mode";

const QUERY = "/collections/:collection/points/query";

export const universalQueryRoutes = (dependencies: QueryDependencies): Route[] => [
  {
    method: "POST",
    path: QUERY,
    access: "read",
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const query = readBody(request, queryRequest, "internal");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkQueryLimits(collection, query);
      checkReadLimits(collection, { timeout });
      countRead(collection, queryCost(collection, query));
      return { points: await answerQuery(engine, collection, query, dependencies) };
    },
  },
  {
    method: "POST",
    path: `${QUERY}/batch`,
    access: "read",
    /** One answer a query, in their order; the first that fails fails all. */
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const searches = readBody(request, batchOf(queryRequest, "internal"));
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { batchSize: searches.length });
      for (const search of searches) checkQueryLimits(collection, search);
      checkReadLimits(collection, { timeout });
      countRead(
        collection,
        searches.reduce((sum, search) => sum + queryCost(collection, search), 0),
      );
      const answers = [];
      for (const search of searches) {
        answers.push({ points: await answerQuery(engine, collection, search, dependencies) });
      }
      return answers;
    },
  },
];
