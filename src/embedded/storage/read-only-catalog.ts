/** What a caller with the read-only key sees of the catalog on a call that writes: a collection that is not there is not
 *  there (404), anything else is refused (403), after path, query string and body were looked at. */
import { type QdrantError, forbidden } from "../errors";
import { type Collection } from "../model/collection";
import { type CollectionCatalog } from "./catalog";
import { type StoredCollection } from "./collection";

const refused = (): QdrantError => forbidden("Global manage access is required");

export class ReadOnlyCatalog implements CollectionCatalog {
  constructor(private readonly catalog: CollectionCatalog) {}

  collection(name: string): Collection {
    this.catalog.collection(name);
    throw refused();
  }
  stored(): StoredCollection {
    throw refused();
  }
  ownName(): StoredCollection | undefined {
    throw refused();
  }
  collectionNames(): string[] {
    throw refused();
  }
  create(): StoredCollection {
    throw refused();
  }
  delete(): boolean {
    throw refused();
  }
  allAliases(): { alias: string; collection: string }[] {
    throw refused();
  }
  aliasTarget(): string | undefined {
    throw refused();
  }
  setAlias(): void {
    throw refused();
  }
  removeAlias(): void {
    throw refused();
  }
  committed(): Promise<void> {
    return this.catalog.committed();
  }
  room(): Promise<void> {
    return this.catalog.room();
  }
}
