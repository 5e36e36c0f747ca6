/** All calls that the engine answers. */
import { aliasRoutes } from "../operations/aliases";
import { collectionRoutes } from "../operations/collections";
import { indexRoutes } from "../operations/indexes";
import { pointRoutes } from "../operations/points";
import { searchRoutes } from "../operations/searches";
import { serviceRoutes } from "../operations/service";
import { vectorNameRoutes } from "../operations/vector-names";
import { type QueryDependencies } from "../query/execute";
import { type CollectionCatalog } from "../storage/catalog";
import { type Route } from "./route";

export const allRoutes = (search: QueryDependencies): readonly Route<CollectionCatalog>[] => [
  ...serviceRoutes,
  ...collectionRoutes,
  ...aliasRoutes,
  ...vectorNameRoutes,
  ...indexRoutes,
  ...pointRoutes,
  ...searchRoutes(search),
];
