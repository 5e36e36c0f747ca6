/** All calls that the engine answers. */
import { aliasRoutes } from "../operations/aliases";
import { collectionRoutes } from "../operations/collections";
import { indexRoutes } from "../operations/indexes";
import { pointRoutes } from "../operations/points";
import { searchRoutes } from "../operations/searches";
import { serviceRoutes } from "../operations/service";
import { refusingShardKeys } from "../operations/shard-keys";
import { snapshotRoutes } from "../operations/snapshots";
import { unsupportedRoutes } from "../operations/unsupported";
import { vectorNameRoutes } from "../operations/vector-names";
import { type VectorIndexes } from "../model/table";
import { type QueryDependencies } from "../query/execute";
import { type CollectionCatalog } from "../storage/catalog";
import { type Snapshots } from "../storage/snapshots";
import { type Route } from "./route";

export interface RouteDependencies {
  search: QueryDependencies;
  indexes: VectorIndexes;
  snapshots: Snapshots;
}

export const allRoutes = ({ search, indexes, snapshots }: RouteDependencies): readonly Route<CollectionCatalog>[] => [
  ...serviceRoutes,
  ...collectionRoutes(indexes),
  ...aliasRoutes,
  ...vectorNameRoutes,
  ...indexRoutes,
  ...[...pointRoutes, ...searchRoutes(search)].map(refusingShardKeys),
  ...snapshotRoutes(snapshots),
  ...unsupportedRoutes,
];
