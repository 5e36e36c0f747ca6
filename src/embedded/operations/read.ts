/** Points by their ids. */
import { notFound } from "../errors";
import { readBody } from "../http/requests/body";
import { pathPointId } from "../http/requests/point-id";
import { retrieveRequest } from "../http/requests/read";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { EVERYTHING } from "../model/selector";
import { recordOf } from "./records";
import { checkReadLimits, countRead } from "./strict-mode";

const POINTS = "/collections/:collection/points";

export const readRoutes: Route[] = [
  {
    method: "POST",
    path: POINTS,
    access: "read",
    /** In the order of the ids, each once, without those that are not there. */
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const { ids, ...selectors } = readBody(request, retrieveRequest);
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout });
      countRead(collection, ids.length);
      const { table } = collection;
      return [...new Set(ids)].flatMap((id) => {
        const slot = table.slotOf(id);
        return slot === undefined ? [] : [recordOf(table, slot, selectors)];
      });
    },
  },
  {
    method: "GET",
    path: `${POINTS}/:id`,
    access: "read",
    async handle(request, engine) {
      const { timeout } = readParams(request.query);
      const id = pathPointId(request.params["id"] ?? "");
      const collection = engine.collection(request.params["collection"] ?? "");
      checkReadLimits(collection, { timeout });
      countRead(collection);
      const slot = collection.table.slotOf(id);
      if (slot === undefined) throw notFound(`Point with id ${id} does not exists!`);
      return recordOf(collection.table, slot, EVERYTHING);
    },
  },
];
