/** All calls that the engine answers. */
import { aliasRoutes } from "../operations/aliases";
import { collectionRoutes } from "../operations/collections";
import { indexRoutes } from "../operations/indexes";
import { pointRoutes } from "../operations/points";
import { serviceRoutes } from "../operations/service";
import { vectorNameRoutes } from "../operations/vector-names";
import { type CollectionCatalog } from "../storage/catalog";
import { type Route } from "./route";

export const routes: readonly Route<CollectionCatalog>[] = [
  ...serviceRoutes,
  ...collectionRoutes,
  ...aliasRoutes,
  ...vectorNameRoutes,
  ...indexRoutes,
  ...pointRoutes,
];
