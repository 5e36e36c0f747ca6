/** From a decoded write to its answer: checks that stop it whole, its operation id, its effect, and the wait for the disk. */
import { QdrantError, badRequest } from "../errors";
import { type Decoder } from "../http/decode";
import { readBody } from "../http/requests/body";
import { writeParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type Collection } from "../model/collection";
import { type OutputObject } from "../model/output";
import { type PointWrite, type Target } from "../model/write";
import { applyDelete } from "./apply/delete";
import { applyPayload } from "./apply/payload";
import { applyUpsert } from "./apply/upsert";
import { applyDeleteVectors, applyUpdateVectors } from "./apply/vectors";
import { checkDimensions } from "./prepare-vector";
import { checkWrite, countWrite } from "./strict-mode";

type DeleteVectors = Extract<PointWrite, { kind: "delete_vectors" }>;

/** Takes an operation id and applies under it. Without `wait` the fault of an operation is nobody's: it is applied after the
 *  answer in Qdrant. */
function apply(collection: Collection, wait: boolean, effect: (version: number) => void): number {
  const version = collection.nextOperationId();
  try {
    effect(version);
  } catch (error) {
    if (wait || !(error instanceof QdrantError) || error.status >= 500) throw error;
  }
  return version;
}

const isEmptyList = (list: readonly unknown[] | undefined): boolean => list?.length === 0;

const namesNoPoint = (write: PointWrite): boolean => {
  switch (write.kind) {
    case "upsert":
    case "update_vectors":
      return isEmptyList(write.points);
    case "delete_vectors":
      return !write.filter && isEmptyList(write.ids); // with a filter, its own part is done first
    default:
      return write.target.kind === "ids" && isEmptyList(write.target.ids);
  }
};

function deleteVectorTargets({ ids, filter }: DeleteVectors): Target[] {
  const targets: Target[] = [];
  if (filter) targets.push({ kind: "filter", filter });
  if (ids) targets.push({ kind: "ids", ids });
  return targets;
}

/** Applies one write in memory, where the next read sees it. Returns the (last) operation id that it took.
 *  @throws QdrantError 400, 404, 429 */
export function performWrite(collection: Collection, write: PointWrite, wait: boolean): number {
  if (namesNoPoint(write)) throw badRequest("Empty update request");
  if (write.kind === "upsert") {
    for (const { vectors } of write.points) checkDimensions(collection.config, vectors, true);
  }
  countWrite(collection, write);
  switch (write.kind) {
    case "upsert":
      return apply(collection, wait, (version) => applyUpsert(collection, write, version));
    case "delete":
      return apply(collection, wait, () => applyDelete(collection, write.target));
    case "update_vectors":
      return apply(collection, wait, (version) => applyUpdateVectors(collection, write, version));
    case "delete_vectors": {
      const targets = deleteVectorTargets(write);
      if (targets.length === 0) throw badRequest("No filter or points provided");
      return targets.reduce((_, target) => {
        if (target.kind === "ids" && isEmptyList(target.ids)) throw badRequest("Empty update request");
        return apply(collection, wait, (version) => applyDeleteVectors(collection, write.names, target, version));
      }, 0);
    }
    default:
      return apply(collection, wait, (version) => applyPayload(collection, write, version));
  }
}

/** The answer of one update call. */
export const updateResult = (operationId: number, wait: boolean): OutputObject => ({
  operation_id: operationId,
  status: wait ? "completed" : "acknowledged",
});

/** A call that does one write. */
export const writeRoute = (method: Route["method"], path: string, decode: Decoder<PointWrite>): Route => ({
  method,
  path,
  access: "write",
  packVectors: true,
  async handle(request, engine) {
    const { wait, timeout } = writeParams(request.query);
    const write = readBody(request, decode);
    const collection = engine.collection(request.params["collection"] ?? "");
    checkWrite(collection, write, timeout);
    const operationId = performWrite(collection, write, wait);
    if (wait) await collection.committed();
    return updateResult(operationId, wait);
  },
});
