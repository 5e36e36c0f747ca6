/** `GET /metrics`: Prometheus text, under the names of those of Qdrant's figures that mean something here. */
import { Counter, Gauge, Registry } from "prom-client";
import { type RequestStatistics, type TimesByEndpoint, labelsOf } from "../http/request-statistics";
import { type CollectionCatalog } from "../storage/catalog";
import { ofEachCollection } from "./each-collection";
import { countsByName } from "./segments";
import { QDRANT_VERSION } from "./version";

/** Calls that Qdrant reports on, below a collection's path. */
const REPORTED = new Set(
  (
    "/index /points /points/batch /points/count /points/delete /points/discover /points/discover/batch /points/facet " +
    "/points/payload /points/payload/clear /points/payload/delete /points/query /points/query/batch /points/query/groups " +
    "/points/recommend /points/recommend/batch /points/recommend/groups /points/scroll /points/search " +
    "/points/search/batch /points/search/groups /points/search/matrix/offsets /points/search/matrix/pairs /points/vectors " +
    "/points/vectors/delete /vectors/{vector_name}"
  )
    .split(" ")
    .map((path) => `/collections/{collection_name}${path}`),
);

export interface MetricsWish {
  /** Leaves out what holds the names of collections. */
  anonymize: boolean;
  /** Requests by collection instead of over all. */
  perCollection: boolean;
}

export async function metrics(
  catalog: CollectionCatalog,
  statistics: RequestStatistics,
  { anonymize, perCollection }: MetricsWish,
): Promise<string> {
  const registry = new Registry();
  addService(registry, catalog);
  if (!anonymize) await addCollections(registry, catalog);
  addRequests(registry, statistics, perCollection && !anonymize);
  return registry.metrics();
}

interface Series {
  labels: Record<string, string>;
  value: number;
}

function addGauge(registry: Registry, name: string, help: string, series: readonly Series[]): void {
  const labelNames = Object.keys(series[0]?.labels ?? {});
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  for (const { labels, value } of series) gauge.set(labels, value);
}

function addService(registry: Registry, catalog: CollectionCatalog): void {
  const single = (name: string, help: string, value: number): void =>
    addGauge(registry, name, help, [{ labels: {}, value }]);
  addGauge(registry, "app_info", "information about qdrant server", [
    { labels: { name: "qdrant", version: QDRANT_VERSION }, value: 1 },
  ]);
  single("cluster_enabled", "is cluster support enabled", 0);
  single("collections_total", "number of collections", catalog.collectionNames().length);
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  single("memory_active_bytes", "bytes that the process holds for its objects", heapTotal + external);
  single("memory_allocated_bytes", "bytes of the process's objects", heapUsed + external);
  single("memory_resident_bytes", "resident memory of the process", rss);
}

async function addCollections(registry: Registry, catalog: CollectionCatalog): Promise<void> {
  const collections = await ofEachCollection(catalog, async (collection) => ({
    id: collection.name,
    points: collection.table.pointCount,
    counts: await countsByName(collection),
  }));
  const vectors = collections.flatMap(({ id, counts }) =>
    [...counts].map(([vector, value]) => ({ labels: { collection: id, vector }, value })),
  );
  const total = vectors.reduce((sum, { value }) => sum + value, 0);
  const byId = (name: string, help: string, value: (points: number) => number): void =>
    addGauge(
      registry,
      name,
      help,
      collections.map(({ id, points }) => ({ labels: { id }, value: value(points) })),
    );
  addGauge(registry, "collections_vector_total", "total number of vectors in all collections", [
    { labels: {}, value: total },
  ]);
  addGauge(registry, "collection_vectors", "number of vectors by name", vectors);
  byId("collection_points", "number of points per collection", (points) => points);
  byId("collection_running_optimizations", "number of running optimizations per collection", () => 0);
  byId("collection_update_queue_length", "number of waiting updates per collection", () => 0);
}

function addRequests(registry: Registry, statistics: RequestStatistics, perCollection: boolean): void {
  const labelNames = ["method", "endpoint", "status", ...(perCollection ? ["collection"] : [])];
  const options = { labelNames, registers: [registry] };
  const responses = new Counter({ name: "rest_responses_total", help: "total number of responses", ...options });
  const gauge = (which: string, help: string): Gauge =>
    new Gauge({ name: `rest_responses_${which}_duration_seconds`, help: `${help} response duration`, ...options });
  const [average, least, most] = [gauge("avg", "average"), gauge("min", "minimum"), gauge("max", "maximum")];
  const add = (endpoints: TimesByEndpoint, more: Record<string, string>): void => {
    for (const [endpoint, statuses] of endpoints) {
      for (const [status, times] of statuses) {
        const labels = { ...labelsOf(endpoint, status), ...more };
        if (!REPORTED.has(labels.endpoint)) continue;
        responses.inc(labels, times.count);
        // The others are answered before the work.
        if (status !== 200) continue;
        average.set(labels, times.averageMicros / 1e6);
        least.set(labels, times.minMicros / 1e6);
        most.set(labels, times.maxMicros / 1e6);
      }
    }
  };
  if (perCollection) for (const [collection, times] of statistics.byCollection) add(times, { collection });
  else add(statistics.byEndpoint, {});
  registry.registerMetric(statistics.histogram(perCollection));
}
