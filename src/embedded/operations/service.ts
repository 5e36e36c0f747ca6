/** The service's own endpoints. */
import { queryStringError } from "../errors";
import { RawAnswer } from "../http/raw-answer";
import { flagParam, manageParams } from "../http/requests/manage-params";
import { type Route } from "../http/route";
import { writeJson } from "../json/write";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";
import { metrics } from "./metrics";
import { PEER_ID, type TelemetrySources, telemetry } from "./telemetry";
import { QDRANT_COMMIT, QDRANT_VERSION } from "./version";

const PLAIN = "text/plain; charset=utf-8";

const text = (path: string, body: string): Route<CollectionCatalog> => ({
  method: "GET",
  path,
  access: "open",
  handle: () => Promise.resolve(new RawAnswer(PLAIN, body)),
});

const fixed = (method: "GET" | "DELETE", path: string, result: Output): Route<CollectionCatalog> => ({
  method,
  path,
  access: method === "GET" ? "read" : "write",
  handle: () => Promise.resolve(result),
});

const ABOUT = { title: "qdrant - vector search engine", version: QDRANT_VERSION, commit: QDRANT_COMMIT };

/** @throws QdrantError 400 */
function detailsLevel(query: URLSearchParams): number {
  const level = query.get("details_level") ?? "0";
  if (!/^\+?[0-9]+$/.test(level)) throw queryStringError("invalid digit found in string");
  return Number(level);
}

export function serviceRoutes(sources: TelemetrySources): Route<CollectionCatalog>[] {
  const { statistics } = sources;
  const forgetDeleted = (catalog: CollectionCatalog): void =>
    statistics.prune((name) => catalog.ownName(name) !== undefined);
  return [
    {
      method: "GET",
      path: "/",
      access: "open",
      handle: () => Promise.resolve(new RawAnswer("application/json", writeJson(ABOUT))),
    },
    text("/healthz", "healthz check passed"),
    text("/livez", "healthz check passed"),
    text("/readyz", "all shards are ready"),
    fixed("GET", "/cluster", { status: "disabled" }),
    fixed("GET", "/issues", { issues: [] }),
    fixed("DELETE", "/issues", true),
    {
      method: "GET",
      path: "/collections/:collection/cluster",
      access: "read",
      handle: (request, catalog) => {
        const { table } = catalog.stored(nameParam(request));
        return Promise.resolve({
          peer_id: PEER_ID,
          shard_count: 1,
          local_shards: [{ shard_id: 0, points_count: table.pointCount, state: "Active" }],
          remote_shards: [],
          shard_transfers: [],
        });
      },
    },
    {
      method: "GET",
      path: "/telemetry",
      access: "read",
      handle: ({ query }, catalog) => {
        const anonymize = flagParam(query, "anonymize");
        const level = detailsLevel(query);
        const perCollection = flagParam(query, "per_collection");
        manageParams(query);
        forgetDeleted(catalog);
        return telemetry(catalog, sources, { level, anonymize, perCollection });
      },
    },
    {
      method: "GET",
      path: "/metrics",
      access: "read",
      handle: async ({ query }, catalog) => {
        const anonymize = flagParam(query, "anonymize");
        const perCollection = flagParam(query, "per_collection");
        manageParams(query);
        forgetDeleted(catalog);
        return new RawAnswer(PLAIN, await metrics(catalog, statistics, { anonymize, perCollection }));
      },
    },
  ];
}
