/** Snapshots of one collection, or of all of them: made, listed, downloaded, deleted; those of one are also put back. Their format is
 *  the engine's own, so that neither Qdrant reads these nor this engine Qdrant's. */
import { badRequest } from "../errors";
import { ACCEPTED_BODY } from "../http/envelope";
import { RawAnswer } from "../http/raw-answer";
import { readBody } from "../http/requests/body";
import { checkNewCollectionName } from "../http/requests/names";
import { locationOf, recoverRequest, takeUpload, uploadParams, waitParam } from "../http/requests/snapshots";
import { type EngineRequest, type Route } from "../http/route";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { type SnapshotDescription, type SnapshotOwner } from "../storage/snapshot-folder";
import { type Snapshots } from "../storage/snapshots";
import { nameParam } from "./collections";

const shown = ({ name, creationTime, sizeBytes, checksum }: SnapshotDescription): Output => ({
  name,
  creation_time: creationTime,
  size: sizeBytes,
  checksum,
});

/** The collection's own name, also where the path has an alias. @throws QdrantError 403, 404 */
const named = (request: EngineRequest, catalog: CollectionCatalog): string =>
  catalog.collection(nameParam(request)).name;

/** The collection need not be there yet. @throws QdrantError 403, 422 */
function target(request: EngineRequest, catalog: CollectionCatalog): string {
  const name = nameParam(request);
  const own = catalog.aliasTarget(name) ?? name;
  if (catalog.ownName(own) === undefined) checkNewCollectionName(own);
  return own;
}

/** @throws QdrantError 403 */
function allCollections(_request: EngineRequest, catalog: CollectionCatalog): undefined {
  catalog.collectionNames();
}

export function snapshotRoutes(snapshots: Snapshots): Route<CollectionCatalog>[] {
  const { files } = snapshots;

  /** What the work gives or, where the caller does not wait for it, that it was taken on. */
  async function answer(wait: boolean, work: Promise<Output>): Promise<Output | RawAnswer> {
    if (wait) return work;
    snapshots.inBackground(work);
    return new RawAnswer("application/json", ACCEPTED_BODY, {}, 202);
  }
  async function download(owner: SnapshotOwner, name: string): Promise<RawAnswer> {
    const { stream, sizeBytes } = await files.read(owner, name);
    return new RawAnswer("application/octet-stream", stream, {
      "content-length": String(sizeBytes),
      "content-disposition": `attachment; filename="${name}"`,
    });
  }

  /** Listing, making, downloading and deleting, the same for one collection and for all. */
  function routes(
    path: string,
    owner: (request: EngineRequest, catalog: CollectionCatalog) => SnapshotOwner,
  ): Route<CollectionCatalog>[] {
    const nameOf = (request: EngineRequest): string => request.params["snapshot"] ?? "";
    return [
      {
        method: "GET",
        path,
        access: "read",
        handle: async (request, catalog) => (await files.list(owner(request, catalog))).map(shown),
      },
      {
        method: "POST",
        path,
        access: "write",
        handle: (request, catalog) =>
          answer(waitParam(request.query), (async () => shown(await snapshots.create(owner(request, catalog))))()),
      },
      {
        method: "GET",
        path: `${path}/:snapshot`,
        access: "read",
        handle: async (request, catalog) => download(owner(request, catalog), nameOf(request)),
      },
      {
        method: "DELETE",
        path: `${path}/:snapshot`,
        access: "write",
        handle: (request, catalog) => {
          const remove = async (): Promise<Output> => {
            await files.delete(owner(request, catalog), nameOf(request));
            return true;
          };
          return answer(waitParam(request.query), remove());
        },
      },
    ];
  }

  const path = "/collections/:collection/snapshots";
  return [
    ...routes(path, named),
    ...routes("/snapshots", allCollections),
    {
      method: "PUT",
      path: `${path}/recover`,
      access: "write",
      handle: async (request, catalog) => {
        const { url, checksum, apiKey } = readBody(request, recoverRequest);
        const recover = async (): Promise<Output> => {
          const name = target(request, catalog);
          const location = locationOf(url);
          if (location.kind === "file") await snapshots.recover(name, location.path, checksum);
          else await snapshots.recoverFromUrl(name, location.url, checksum, apiKey);
          return true;
        };
        return answer(waitParam(request.query), recover());
      },
    },
    {
      method: "POST",
      path: `${path}/upload`,
      access: "write",
      streamed: true,
      handle: async (request, catalog) => {
        const name = target(request, catalog);
        const { wait, checksum } = uploadParams(request.query);
        if (request.stream === undefined) throw badRequest("The request has no body");
        const { work } = await takeUpload(request.stream, (file) => snapshots.recoverFrom(name, file, checksum));
        return answer(
          wait,
          work.then(() => true),
        );
      },
    },
  ];
}
