/** The routes of all calls that write points. */
import { batchRequest } from "../http/requests/batch";
import { readBody } from "../http/requests/body";
import { deleteRequest } from "../http/requests/delete";
import {
  clearPayloadRequest,
  deletePayloadRequest,
  overwritePayloadRequest,
  setPayloadRequest,
} from "../http/requests/payload";
import { deleteVectorsRequest, updateVectorsRequest } from "../http/requests/point-vectors";
import { upsertRequest } from "../http/requests/upsert";
import { writeParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type OutputObject } from "../model/output";
import { performWrite, updateResult, writeRoute } from "./perform-write";
import { checkWrite } from "./strict-mode";

const POINTS = "/collections/:collection/points";

/** Writes one after the other; the first that fails ends it, and what came before stays. Limits see all of them first. */
const batch: Route = {
  method: "POST",
  path: `${POINTS}/batch`,
  access: "write",
  packVectors: true,
  async handle(request, engine) {
    const { wait, timeout } = writeParams(request.query);
    const writes = readBody(request, batchRequest);
    if (writes.length === 0) return [];
    const collection = engine.collection(request.params["collection"] ?? "");
    for (const write of writes) checkWrite(collection, write, timeout);
    const results: OutputObject[] = [];
    for (const write of writes) results.push(updateResult(performWrite(collection, write, wait), wait));
    if (wait) await collection.committed();
    return results;
  },
};

export const pointWriteRoutes: Route[] = [
  writeRoute("PUT", POINTS, upsertRequest),
  writeRoute("POST", `${POINTS}/delete`, deleteRequest),
  writeRoute("POST", `${POINTS}/payload`, setPayloadRequest),
  writeRoute("PUT", `${POINTS}/payload`, overwritePayloadRequest),
  writeRoute("POST", `${POINTS}/payload/delete`, deletePayloadRequest),
  writeRoute("POST", `${POINTS}/payload/clear`, clearPayloadRequest),
  writeRoute("PUT", `${POINTS}/vectors`, updateVectorsRequest),
  writeRoute("POST", `${POINTS}/vectors/delete`, deleteVectorsRequest),
  batch,
];
