/** Calls that Qdrant has and one embedded node has not: answered with 501 that names them, never wrongly. */
import { notImplemented } from "../errors";
import { type Route } from "../http/route";

const CALLS: [Route["method"], string, string][] = [
  ["POST", "/collections/:collection/cluster", "changes of a collection's cluster setup"],
  ["GET", "/collections/:collection/memory", "memory reports"],
  ["GET", "/collections/:collection/shards", "shard keys"],
  ["PUT", "/collections/:collection/shards", "shard keys"],
  ["POST", "/collections/:collection/shards/delete", "shard keys"],
  ["GET", "/collections/:collection/shards/:shard/snapshots", "shard snapshots"],
  ["POST", "/collections/:collection/shards/:shard/snapshots", "shard snapshots"],
  ["GET", "/collections/:collection/shards/:shard/snapshot", "shard snapshots"],
  ["POST", "/collections/:collection/shards/:shard/snapshots/upload", "shard snapshots"],
  ["PUT", "/collections/:collection/shards/:shard/snapshots/recover", "shard snapshots"],
  ["GET", "/collections/:collection/shards/:shard/snapshots/:snapshot", "shard snapshots"],
  ["DELETE", "/collections/:collection/shards/:shard/snapshots/:snapshot", "shard snapshots"],
  ["GET", "/cluster/telemetry", "cluster telemetry"],
  ["POST", "/cluster/recover", "a cluster"],
  ["DELETE", "/cluster/peer/:peer", "a cluster"],
  ["GET", "/cluster/metadata/keys", "cluster metadata"],
  ["GET", "/cluster/metadata/keys/:key", "cluster metadata"],
  ["PUT", "/cluster/metadata/keys/:key", "cluster metadata"],
  ["DELETE", "/cluster/metadata/keys/:key", "cluster metadata"],
  ["POST", "/collections/:collection/truncate_unapplied_wal", "a write-ahead log to truncate"],
  ["GET", "/logger", "settings of the log"],
  ["POST", "/logger", "settings of the log"],
  ["GET", "/stacktrace", "stack traces"],
  ["GET", "/profiler/slow_requests", "a profiler"],
  ["POST", "/audit/logs", "an audit log"],
];

export const unsupportedRoutes: Route[] = CALLS.map(([method, path, what]) => ({
  method,
  path,
  access: method === "GET" ? "read" : "write",
  handle: () => Promise.reject(notImplemented(what)),
}));
