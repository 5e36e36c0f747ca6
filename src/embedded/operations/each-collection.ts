import { type CollectionCatalog } from "../storage/catalog";
import { type StoredCollection } from "../storage/collection";

/** What `describe` says of every collection, in the order of their names; nothing of one that is deleted while it is looked at. */
export async function ofEachCollection<T>(
  catalog: CollectionCatalog,
  describe: (collection: StoredCollection) => Promise<T>,
): Promise<T[]> {
  const described: T[] = [];
  for (const name of catalog.collectionNames()) {
    const collection = catalog.ownName(name);
    if (collection === undefined) continue;
    try {
      described.push(await describe(collection));
    } catch (error) {
      if (catalog.ownName(name) === collection) throw error;
    }
  }
  return described;
}
