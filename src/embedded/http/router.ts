/** All calls that the engine answers. */
import { aliasRoutes } from "../operations/aliases";
import { collectionRoutes } from "../operations/collections";
import { indexRoutes } from "../operations/indexes";
import { optimizationRoutes } from "../operations/optimizations";
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
import { type RequestStatistics } from "./request-statistics";
import { type Route } from "./route";

export interface RouteDependencies {
  search: QueryDependencies;
  indexes: VectorIndexes;
  snapshots: Snapshots;
  statistics: RequestStatistics;
}

export const allRoutes = ({
  search,
  indexes,
  snapshots,
  statistics,
}: RouteDependencies): readonly Route<CollectionCatalog>[] => [
  ...serviceRoutes({ statistics, indexes, startedAt: new Date() }),
  ...collectionRoutes(indexes),
  ...optimizationRoutes,
  ...aliasRoutes,
  ...vectorNameRoutes,
  ...indexRoutes,
  ...[...pointRoutes, ...searchRoutes(search)].map(refusingShardKeys),
  ...snapshotRoutes(snapshots),
  ...unsupportedRoutes,
];
