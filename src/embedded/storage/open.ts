/** Opens a data folder: lock, format, catalog; who opens closes, in reverse. */
import { mkdir } from "node:fs/promises";
import { Catalog, type CatalogParts } from "./catalog";
import { StartError } from "./errors";
import { FORMAT_KEY, FORMAT_VERSION } from "./layout";
import { lockFolder } from "./lock";
import { Store } from "./store";

export interface OpenFolder {
  catalog: Catalog;
  close(): Promise<void>;
}

export async function openFolder(
  folder: string,
  parts: Omit<CatalogParts, "store">,
  onError: (error: Error) => void,
): Promise<OpenFolder> {
  const unusable = (cause: unknown): StartError =>
    new StartError("folder_unusable", `The data folder ${folder} can't be used: ${String(cause)}`, { cause });
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw unusable(cause);
  });
  const lock = await lockFolder(folder);
  try {
    const store = openStore(folder, onError, unusable);
    try {
      checkFormat(store, folder);
      await store.committed();
      const catalog = new Catalog({ ...parts, store });
      return {
        catalog,
        close: async () => {
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
