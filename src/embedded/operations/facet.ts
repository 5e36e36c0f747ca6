/** Facets: how many points have each value of an indexed field. */
import { badInput } from "../errors";
import { matchingSlotsSliced } from "../filter/select";
import { readBody } from "../http/requests/body";
import { facetRequest } from "../http/requests/facet";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type DistinctValue } from "../model/table";
import { checkReadLimits, countRead } from "./strict-mode";

export const facetRoutes: Route[] = [
  {
    method: "POST",
    path: "/collections/:collection/facet",
    access: "read",
    /** The counts are exact, whatever `exact` says. Most frequent first, then by value. */
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const { key, limit, filter, exact } = readBody(request, facetRequest, "facet_request");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout, limit, filter, exact });
      countRead(collection);
      const { table } = collection;
      // Only an exact count asks for the index before it looks for points.
      if (!exact && table.pointCount === 0) return { hits: [] };
      const distinct = table.payloadIndex(key.text)?.distinct;
      if (distinct === undefined) {
        throw badInput(
          `No appropriate index for faceting: \`${key.text}\`. Please create one to facet on this field. Check ` +
            "https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions",
        );
      }
      const counts = distinct.counts(filter && (await matchingSlotsSliced(filter, table)));
      const hits = [...counts]
        .sort(([a, countA], [b, countB]) => countB - countA || compareValues(a, b))
        .slice(0, limit)
        .map(([value, count]) => ({ value, count }));
      return { hits };
    },
  },
];

/** Values of one index are of one type; text by its UTF-8 bytes. */
function compareValues(a: DistinctValue, b: DistinctValue): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
