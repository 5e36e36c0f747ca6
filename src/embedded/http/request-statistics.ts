/** How often each call was answered with which status, and how long that took: what `/telemetry` and `/metrics` tell of requests.
 *  Counted since the start; over all collections, and for each collection by itself. */
import { Histogram } from "prom-client";
import { type Route } from "./route";

/** Upper bounds of the histogram's buckets, those of Qdrant. */
const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 50];
/** The average is that of so many latest answers. */
const AVERAGED = 128;

/** The same parameter has another name in Qdrant's description of a path. */
const PARAMETERS: Record<string, string> = {
  collection: "collection_name",
  field: "field_name",
  vector: "vector_name",
  shard: "shard_id",
  snapshot: "snapshot_name",
  peer: "peer_id",
};

/** A route as Qdrant's telemetry names it: `PUT /collections/{collection_name}/points`. */
export const endpointOf = ({ method, path }: Pick<Route, "method" | "path">): string =>
  `${method} ${path.replace(/:(\w+)/g, (_, name: string) => `{${PARAMETERS[name] ?? name}}`)}`;

/** One call's answers of one status. */
export class AnswerTimes {
  count = 0;
  totalMicros = 0;
  minMicros = Infinity;
  maxMicros = 0;
  lastAt = new Date(0);
  private readonly latest: number[] = [];

  add(micros: number, now: Date): void {
    this.latest[this.count % AVERAGED] = micros;
    this.count++;
    this.totalMicros += micros;
    this.minMicros = Math.min(this.minMicros, micros);
    this.maxMicros = Math.max(this.maxMicros, micros);
    this.lastAt = now;
  }

  get averageMicros(): number {
    return this.latest.reduce((sum, each) => sum + each, 0) / Math.max(1, this.latest.length);
  }
}

/** Times by endpoint (`endpointOf`), then by HTTP status. */
export type TimesByEndpoint = ReadonlyMap<string, ReadonlyMap<number, AnswerTimes>>;

export class RequestStatistics {
  private readonly overall = new Map<string, Map<number, AnswerTimes>>();
  private readonly collections = new Map<string, Map<string, Map<number, AnswerTimes>>>();
  private readonly durations = durationHistogram(["method", "endpoint", "status"]);
  private readonly durationsByCollection = durationHistogram(["method", "endpoint", "status", "collection"]);

  /** @param collection the name in the request's path, where there is such a collection */
  add(endpoint: string, status: number, seconds: number, collection?: string, now = new Date()): void {
    const micros = seconds * 1e6;
    timesOf(this.overall, endpoint, status).add(micros, now);
    this.durations.observe(labelsOf(endpoint, status), seconds);
    if (collection === undefined) return;
    const own = this.collections.get(collection) ?? new Map<string, Map<number, AnswerTimes>>();
    this.collections.set(collection, own);
    timesOf(own, endpoint, status).add(micros, now);
    this.durationsByCollection.observe({ ...labelsOf(endpoint, status), collection }, seconds);
  }

  get byEndpoint(): TimesByEndpoint {
    return this.overall;
  }
  get byCollection(): ReadonlyMap<string, TimesByEndpoint> {
    return this.collections;
  }
  histogram(perCollection: boolean): Histogram {
    return perCollection ? this.durationsByCollection : this.durations;
  }

  /** Forgets the collections that `exists` no longer knows, so that they do not pile up. */
  prune(exists: (collection: string) => boolean): void {
    for (const [collection, endpoints] of this.collections) {
      if (exists(collection)) continue;
      this.collections.delete(collection);
      for (const [endpoint, statuses] of endpoints) {
        for (const status of statuses.keys()) {
          this.durationsByCollection.remove({ ...labelsOf(endpoint, status), collection });
        }
      }
    }
  }
}

/** An endpoint's method and path, and the status, as labels. */
export function labelsOf(endpoint: string, status: number): { method: string; endpoint: string; status: string } {
  const space = endpoint.indexOf(" ");
  return { method: endpoint.slice(0, space), endpoint: endpoint.slice(space + 1), status: String(status) };
}

function timesOf(into: Map<string, Map<number, AnswerTimes>>, endpoint: string, status: number): AnswerTimes {
  const statuses = into.get(endpoint) ?? new Map<number, AnswerTimes>();
  into.set(endpoint, statuses);
  const times = statuses.get(status) ?? new AnswerTimes();
  statuses.set(status, times);
  return times;
}

const durationHistogram = (labelNames: string[]): Histogram =>
  new Histogram({
    name: "rest_responses_duration_seconds",
    help: "response duration histogram",
    labelNames,
    buckets: BUCKETS_SECONDS,
    registers: [],
  });
