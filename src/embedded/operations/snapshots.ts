/** Snapshots of one collection: made, listed, downloaded, deleted, put back. Their format is the engine's own, so that neither
 *  Qdrant reads these nor this engine Qdrant's. */
import { badRequest, notFound } from "../errors";
import { RawAnswer } from "../http/raw-answer";
import { checkNewCollectionName } from "../http/requests/names";
import { readBody } from "../http/requests/body";
import { recoverRequest, takeUpload } from "../http/requests/snapshots";
import { readParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { type SnapshotDescription, type Snapshots } from "../storage/snapshots";
import { nameParam } from "./collections";

const shown = ({ name, creationTime, sizeBytes, checksum }: SnapshotDescription): Output => ({
  name,
  creation_time: creationTime,
  size: sizeBytes,
  checksum,
});

export function snapshotRoutes(snapshots: Snapshots): Route<CollectionCatalog>[] {
  const path = "/collections/:collection/snapshots";
  /** The collection's own name, also where the path has an alias. @throws QdrantError 403, 404 */
  const named = (request: { params: Record<string, string> }, catalog: CollectionCatalog): string =>
    catalog.collection(nameParam(request)).name;
  /** The collection need not be there yet. */
  const target = (request: { params: Record<string, string> }, catalog: CollectionCatalog): string => {
    const name = nameParam(request);
    const own = catalog.aliasTarget(name) ?? name;
    if (catalog.ownName(own) === undefined) checkNewCollectionName(own);
    return own;
  };
  return [
    {
      method: "GET",
      path,
      access: "read",
      handle: async (request, catalog) => (await snapshots.list(named(request, catalog))).map(shown),
    },
    {
      method: "POST",
      path,
      access: "write",
      handle: async (request, catalog) => {
        readParams(request.query);
        return shown(await snapshots.create(named(request, catalog)));
      },
    },
    {
      method: "GET",
      path: `${path}/:snapshot`,
      access: "read",
      handle: async (request, catalog) => {
        const name = request.params["snapshot"] ?? "";
        const { stream, sizeBytes } = await snapshots.read(named(request, catalog), name);
        return new RawAnswer("application/octet-stream", stream, {
          "content-length": String(sizeBytes),
          "content-disposition": `attachment; filename="${name}"`,
        });
      },
    },
    {
      method: "DELETE",
      path: `${path}/:snapshot`,
      access: "write",
      handle: async (request, catalog) => {
        await snapshots.delete(named(request, catalog), request.params["snapshot"] ?? "");
        return true;
      },
    },
    {
      method: "PUT",
      path: `${path}/recover`,
      access: "write",
      handle: async (request, catalog) => {
        const { path: file, checksum } = readBody(request, recoverRequest);
        await snapshots.recover(target(request, catalog), file, checksum).catch(explainMissing(file));
        return true;
      },
    },
    {
      method: "POST",
      path: `${path}/upload`,
      access: "write",
      streamed: true,
      handle: async (request, catalog) => {
        const name = target(request, catalog);
        const checksum = request.query.get("checksum") ?? undefined;
        if (request.stream === undefined) throw badRequest("The request has no body");
        await takeUpload(request.stream, (file) => snapshots.recoverFrom(name, file, checksum));
        return true;
      },
    },
  ];
}

const explainMissing =
  (file: string) =>
  (error: unknown): never => {
    const missing = typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
    throw missing ? notFound(`Snapshot file ${file} does not exist`) : error;
  };
