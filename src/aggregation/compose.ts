/** Puts the parts of aggregation together. */
import { Placement } from "../documents/placement";
import { FilterTranslator } from "../filters/translator";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type Qdrant } from "../qdrant/gateway";
import { matchFilters } from "./matching";
import { type AggregationServices } from "./routes";
import { AggregationService, LIMITS } from "./service";

export function createAggregationServices(parts: { qdrant: Qdrant; resolver: NamespaceResolver }): AggregationServices {
  const { qdrant, resolver } = parts;
  const placement = new Placement({ resolver, reader: qdrant });
  return {
    aggregations: new AggregationService({
      placement,
      qdrant,
      match: matchFilters(new FilterTranslator(qdrant)),
      limits: LIMITS,
    }),
  };
}
