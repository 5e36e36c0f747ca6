import { matchingSlotsSliced } from "../filter/select";
import { readBody } from "../http/requests/body";
import { countRequest } from "../http/requests/count";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { checkReadLimits, countRead, readCost } from "./strict-mode";

export const countRoutes: Route[] = [
  {
    method: "POST",
    path: "/collections/:collection/points/count",
    access: "read",
    /** Always the exact number, whatever `exact` says. */
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const { filter, exact } = readBody(request, countRequest, "count_request");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout, filter, exact });
      countRead(collection, readCost(filter));
      const { table } = collection;
      if (!filter) return { count: table.pointCount };
      return { count: (await matchingSlotsSliced(filter, table)).length };
    },
  },
];
