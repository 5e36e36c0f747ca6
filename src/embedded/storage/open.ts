/** Opens a data folder: lock, format, catalog; who opens closes, in reverse. */
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { Catalog, type CatalogParts } from "./catalog";
import { StartError } from "./errors";
import { ThreadedFiller } from "./fill";
import { FORMAT_KEY, FORMAT_VERSION } from "./layout";
import { lockFolder } from "./lock";
import { STORE_FILE, Store } from "./store";

export interface OpenFolder {
  catalog: Catalog;
  close(): Promise<void>;
}

/** Left out: columns are read in by a thread of the folder's own, and there are no graphs. */
export type FolderParts = Omit<CatalogParts, "store" | "filler" | "dropGraph"> &
  Partial<Pick<CatalogParts, "filler" | "dropGraph">>;

export async function openFolder(
  folder: string,
  parts: FolderParts,
  onError: (error: Error) => void,
): Promise<OpenFolder> {
  const unusable = (cause: unknown): StartError =>
    new StartError("folder_unusable", `The data folder ${folder} can't be used: ${String(cause)}`, { cause });
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw unusable(cause);
  });
  const lock = await lockFolder(folder);
  try {
    await checkFile(folder);
    const store = openStore(folder, onError, unusable);
    try {
      checkFormat(store, folder);
      await store.committed();
      const threads = new ThreadedFiller(onError);
      const catalog = new Catalog({ filler: threads, dropGraph: () => undefined, ...parts, store });
      return {
        catalog,
        close: async () => {
          await threads.close();
          await catalog.close();
          await lock.release();
        },
      };
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function openStore(folder: string, onError: (error: Error) => void, unusable: (cause: unknown) => StartError): Store {
  try {
    return Store.open(folder, onError);
  } catch (cause) {
    throw unusable(cause);
  }
}

/** LMDB's magic number stands 24 bytes into the file; a file of another kind would end the process, not throw.
 *  @throws StartError `wrong_format` */
async function checkFile(folder: string): Promise<void> {
  const path = join(folder, STORE_FILE);
  let file;
  try {
    file = await open(path, "r");
  } catch {
    return; // a new folder, or one whose fault LMDB itself will tell
  }
  try {
    const head = Buffer.alloc(32);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (bytesRead > 0 && !MAGIC_PLACES.some((place) => head.readUInt32LE(place) === LMDB_MAGIC)) {
      throw new StartError("wrong_format", `The file ${path} is not a data file of this program.`);
    }
  } finally {
    await file.close();
  }
}

/** mdb.c: MDB_MAGIC, behind the page header, whose length differs between builds of LMDB. */
const LMDB_MAGIC = 0xbeefc0de;
const MAGIC_PLACES = [16, 24];

function checkFormat(store: Store, folder: string): void {
  const found = store.get("meta", FORMAT_KEY);
  const wanted = String(FORMAT_VERSION);
  if (found === undefined) {
    store.put("meta", FORMAT_KEY, Buffer.from(wanted));
  } else if (found.toString() !== wanted) {
    throw new StartError(
      "wrong_format",
      `The data folder ${folder} has format ${found.toString()}; this program reads format ${wanted}.`,
    );
  }
}
