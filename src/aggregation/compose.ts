/** Puts the parts of aggregation together. */
import { Placement } from "../documents/placement";
import { FilterTranslator } from "../filters/translator";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type Admin, type PointFacets, type PointReader } from "../qdrant/gateway";
import { matchFilters } from "./matching";
import { type AggregationServices } from "./routes";
import { AggregationService, LIMITS } from "./service";

export interface AggregationParts {
  qdrant: PointReader & PointFacets & Pick<Admin, "describeCollection">;
  resolver: NamespaceResolver;
}

export function createAggregationServices({ qdrant, resolver }: AggregationParts): AggregationServices {
  const placement = new Placement({ resolver, parents: qdrant });
  return {
    aggregations: new AggregationService({
      placement,
      qdrant,
      match: matchFilters(new FilterTranslator(qdrant)),
      limits: LIMITS,
    }),
  };
}
