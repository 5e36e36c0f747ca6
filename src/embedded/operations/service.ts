/** The service's own endpoints. */
import { Place, unsigned } from "../http/decode";
import { queryStringError } from "../errors";
import { RawAnswer } from "../http/raw-answer";
import { flagParam, manageParams } from "../http/requests/manage-params";
import { type Route } from "../http/route";
import { writeJson } from "../json/write";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";

/** The Qdrant version that the engine is true to; clients compare it with their own. */
export const QDRANT_VERSION = "1.18.3";
const PLAIN = "text/plain; charset=utf-8";
/** There is one node, so its id never matters. */
const PEER_ID = 1;

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

export const serviceRoutes: Route<CollectionCatalog>[] = [
  {
    method: "GET",
    path: "/",
    access: "open",
    handle: () =>
      Promise.resolve(
        new RawAnswer(
          "application/json",
          writeJson({ title: "qdrant - vector search engine", version: QDRANT_VERSION }),
        ),
      ),
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
      flagParam(query, "anonymize");
      const level = query.get("details_level");
      if (level !== null && !/^[0-9]+$/.test(level)) throw queryStringError("invalid digit found in string");
      unsigned()(Number(level ?? 0), Place.root());
      manageParams(query);
      return Promise.resolve({
        id: "embedded",
        app: { name: "qdrant", version: QDRANT_VERSION },
        collections: { number_of_collections: catalog.collectionNames().length },
        cluster: { enabled: false },
        requests: { rest: { responses: {} }, grpc: { responses: {} } },
      });
    },
  },
  {
    method: "GET",
    path: "/metrics",
    access: "read",
    handle: ({ query }, catalog) => {
      flagParam(query, "anonymize");
      manageParams(query);
      return Promise.resolve(new RawAnswer(PLAIN, metrics(catalog)));
    },
  },
];

/** Prometheus text, the figures of Qdrant's that mean something here. */
function metrics(catalog: CollectionCatalog): string {
  const names = catalog.collectionNames();
  const points = names.reduce((sum, name) => sum + (catalog.ownName(name)?.table.pointCount ?? 0), 0);
  const figures: [string, string, string, number][] = [
    [`app_info{name="qdrant",version="${QDRANT_VERSION}"}`, "app_info", "information about qdrant server", 1],
    ["collections_total", "collections_total", "number of collections", names.length],
    ["collection_points_total", "collection_points_total", "number of points in all collections", points],
    [
      "process_resident_memory_bytes",
      "process_resident_memory_bytes",
      "resident memory of the process",
      process.memoryUsage.rss(),
    ],
  ];
  return figures
    .map(([sample, name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${sample} ${value}\n`)
    .join("");
}
