import { type Route } from "../http/route";
import { type QueryDependencies } from "../query/execute";
import { facetRoutes } from "./facet";
import { groupRoutes } from "./groups";
import { matrixRoutes } from "./matrix";
import { universalQueryRoutes } from "./query";
import { legacyQueryRoutes } from "./query-legacy";

/** All calls that search: queries in every form, facets and distance matrices. */
export const searchRoutes = (dependencies: QueryDependencies): Route[] => [
  ...universalQueryRoutes(dependencies),
  ...legacyQueryRoutes(dependencies),
  ...groupRoutes(dependencies),
  ...matrixRoutes(dependencies),
  ...facetRoutes,
];
