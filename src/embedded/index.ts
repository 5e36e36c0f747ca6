/** The embedded engine: Qdrant's REST API over a folder, in this process. */
import { join } from "node:path";
import { EngineServer } from "./http/server";
import { type ApiKeys } from "./http/api-key";
import { RequestStatistics } from "./http/request-statistics";
import { allRoutes } from "./http/router";
import { parsePath } from "./filter/path";
import { buildThread } from "./query/hnsw/build-thread";
import { GraphBuilder } from "./query/hnsw/graph-builder";
import { GraphFiles } from "./query/hnsw/graph-files";
import { GraphSearcher } from "./query/hnsw/graph-search";
import { FloatArena } from "./query/simd/arena";
import { PooledSearcher } from "./query/simd/pooled-search";
import { StartError } from "./storage/errors";
import { openFolder } from "./storage/open";
import { createPayloadIndex } from "./storage/payload-index";
import { Snapshots } from "./storage/snapshots";

export { StartError };

export interface EmbeddedOptions extends ApiKeys {
  /** Made where it is missing. One process at a time. */
  dataDir: string;
  /** 0 for any free one. */
  port: number;
  /** Default: loopback. */
  host?: string;
  /** A snapshot of the whole storage to put back before it listens: its collections replace those of the same names. */
  storageSnapshot?: string;
  /** Told of a refused write of the disk and of faults of the engine itself. Default: standard error. */
  onError?: (error: Error) => void;
}

export interface EmbeddedEngine {
  url: string;
  port: number;
  /** Lets running requests end, writes what waits, and frees port and folder. */
  close(): Promise<void>;
}

/** Opens the folder and listens. @throws StartError whose `code` says what to do about it. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  const { dataDir, host = "127.0.0.1", onError = reportToStderr } = options;
  const arena = new FloatArena();
  const graphFiles = new GraphFiles(join(dataDir, "graphs"));
  const folder = await openFolder(
    dataDir,
    {
      createPayloadIndex: (schema, path) => createPayloadIndex(schema, parsePath(path)),
      allocate: arena.allocate,
      dropGraph: (column) => void graphFiles.remove(column).catch(onError),
    },
    onError,
  );
  const exact = new PooledSearcher(arena, onError);
  const graphs = new GraphBuilder(graphFiles, buildThread(onError), onError);
  const dense = new GraphSearcher(exact, graphs);
  try {
    await graphFiles.open(folder.catalog.columnKeys());
    const snapshots = await Snapshots.open(join(dataDir, "snapshots"), folder.catalog, onError);
    if (options.storageSnapshot !== undefined) await putBack(snapshots, options.storageSnapshot);
    const statistics = new RequestStatistics();
    const search = { dense, random: Math.random };
    const routes = allRoutes({ search, indexes: dense, snapshots, statistics });
    const server = new EngineServer({ routes, catalog: folder.catalog, keys: options, statistics, onError });
    const port = await server.listen(options.port, host);
    return {
      url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
      port,
      close: async () => {
        await server.close();
        await snapshots.close();
        await graphs.close();
        await exact.close();
        await folder.close();
      },
    };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function putBack(snapshots: Snapshots, path: string): Promise<void> {
  try {
    await snapshots.recoverFull(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("snapshot_refused", `The snapshot ${path} can't be put back: ${why}`, { cause });
  }
}

const reportToStderr = (error: Error): void => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
};
