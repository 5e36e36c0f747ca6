/** All collections and aliases of one data folder: small, held whole in memory, written record by record into `meta`.
 *
 *  A deleted collection or named vector is gone at once, in one transaction that also notes what is to be swept; its
 *  records go afterwards in small transactions, also after a restart, and can't come back because its number is not used
 *  again. */
import { noCollection } from "../errors";
import { type Collection, type CollectionConfig } from "../model/collection";
import { type CollectionLookup } from "../http/route";
import { type AllocateFloats } from "./dense-column";
import { type ColumnFiller } from "./fill";
import { StoredCollection } from "./collection";
import { decodeCollection } from "./config-codec";
import { ALIAS_KEY, COLLECTION_KEY, DRAFT_KEY, NEXT_COLLECTION_KEY, afterPrefix, collectionPrefix } from "./layout";
import { type PayloadIndexFactory } from "./payload-indexes";
import { type SnapshotRecord } from "./snapshot-file";
import { type Store } from "./store";
import { Sweeper } from "./sweeper";
import {
  type ExportedCollection,
  collectionRecords,
  noteDraft,
  putRecords,
  readRecord,
  removeDraftNote,
  sweepDraft,
} from "./transfer";

export interface CatalogParts {
  store: Store;
  createPayloadIndex: PayloadIndexFactory;
  allocate: AllocateFloats;
  filler: ColumnFiller;
  /** Told of each dense or sparse vector that is gone for good, by its column's key. */
  dropGraph(column: string): void;
}

export interface AliasTarget {
  alias: string;
  collection: string;
}

/** What operations may do with the catalog as a whole. */
export interface CollectionCatalog extends CollectionLookup {
  /** By name or alias, with the calls that change it. @throws QdrantError 404 */
  stored(name: string): StoredCollection;
  /** By its own name, without looking at aliases. */
  ownName(name: string): StoredCollection | undefined;
  /** Sorted. */
  collectionNames(): string[];
  create(name: string, config: CollectionConfig): StoredCollection;
  /** False where there is no such collection. Its aliases go with it. */
  delete(name: string): boolean;
  /** By collection, then by alias. */
  allAliases(): AliasTarget[];
  aliasTarget(alias: string): string | undefined;
  setAlias(alias: string, collection: string): void;
  removeAlias(alias: string): void;
  /** Resolves when all that was written so far is on disk. */
  committed(): Promise<void>;
  /** Waits while too much waits for the disk. */
  room(): Promise<void>;
}

export class Catalog implements CollectionCatalog {
  private readonly collections = new Map<string, StoredCollection>();
  private readonly aliases = new Map<string, string>();
  private readonly sweeper: Sweeper;

  constructor(private readonly parts: CatalogParts) {
    this.sweeper = new Sweeper(parts.store);
    // What a crash left of a snapshot that was being put back.
    for (const [number] of this.metaRecords(DRAFT_KEY)) sweepDraft(parts.store, this.sweeper, Number(number));
    this.load();
    parts.store.onFailure(() => this.load());
    this.sweeper.start();
  }

  /** By name or alias. A rename can give an alias the name of a collection, which it then hides. */
  collection(name: string): Collection {
    return this.stored(name);
  }

  stored(name: string): StoredCollection {
    const found = this.collections.get(this.aliases.get(name) ?? name);
    if (found === undefined) throw noCollection(name);
    return found;
  }

  ownName(name: string): StoredCollection | undefined {
    return this.collections.get(name);
  }

  collectionNames(): string[] {
    return [...this.collections.keys()].sort();
  }

  create(name: string, config: CollectionConfig): StoredCollection {
    const collection = StoredCollection.make(this.parts, this.sweeper, this.takeNumber(), name, config);
    this.collections.set(name, collection);
    return collection;
  }

  /** Hands all of a collection that is on disk to `write`. @throws QdrantError 404 */
  async exportCollection(name: string, write: (exported: ExportedCollection) => Promise<void>): Promise<void> {
    await this.export(
      () => [this.stored(name)],
      async ([exported]) => {
        if (exported !== undefined) await write(exported);
      },
    );
  }

  /** Hands all collections and aliases, as they are on disk at one moment, to `write`. */
  async exportAll(write: (exported: ExportedCollection[], aliases: AliasTarget[]) => Promise<void>): Promise<void> {
    const collections = (): StoredCollection[] => [...this.collections.values()];
    await this.export(collections, (exported, aliases) => write(exported, aliases));
  }

  private async export(
    choose: () => StoredCollection[],
    write: (exported: ExportedCollection[], aliases: AliasTarget[]) => Promise<void>,
  ): Promise<void> {
    const { store } = this.parts;
    await store.committed();
    const chosen = choose();
    const view = store.view();
    try {
      const exported = chosen.map((collection) => ({
        config: collection.recordText(),
        records: collectionRecords(view, collection.number),
      }));
      await write(exported, this.allAliases());
    } finally {
      view.close();
    }
  }

  /** Makes or replaces a collection by exported records, in one step once they are on disk. Its aliases stay. Without `name` it
   *  gets the one that it had. @throws QdrantError 400 where they are damaged; the collection is then as it was */
  async restore(name: string | undefined, config: string, records: AsyncIterable<SnapshotRecord>): Promise<void> {
    const { store } = this.parts;
    const record = readRecord(config, name);
    const number = this.takeNumber();
    noteDraft(store, number);
    // If this fails the number is free again, and must not be swept: hence outside of `try`.
    await store.committed();
    try {
      await putRecords(store, number, records);
      removeDraftNote(store, number);
      this.collections.get(record.name)?.remove();
      const collection = new StoredCollection(this.parts, this.sweeper, number, record);
      collection.save();
      this.collections.set(record.name, collection);
      await store.committed();
    } catch (error) {
      sweepDraft(store, this.sweeper, number);
      throw error;
    }
  }

  delete(name: string): boolean {
    const collection = this.collections.get(name);
    if (collection === undefined) return false;
    this.collections.delete(name);
    for (const [alias, target] of this.aliases) if (target === name) this.removeAlias(alias);
    collection.remove();
    return true;
  }

  allAliases(): AliasTarget[] {
    return [...this.aliases]
      .map(([alias, collection]) => ({ alias, collection }))
      .sort((a, b) => compareTexts(a.collection, b.collection) || compareTexts(a.alias, b.alias));
  }

  aliasTarget(alias: string): string | undefined {
    return this.aliases.get(alias);
  }

  setAlias(alias: string, collection: string): void {
    this.aliases.set(alias, collection);
    this.parts.store.put("meta", Buffer.from(ALIAS_KEY + alias), Buffer.from(collection));
  }

  removeAlias(alias: string): void {
    if (this.aliases.delete(alias)) this.parts.store.remove("meta", Buffer.from(ALIAS_KEY + alias));
  }

  committed(): Promise<void> {
    return this.parts.store.committed();
  }

  room(): Promise<void> {
    return this.parts.store.room();
  }

  /** The keys of all columns, read in or not. */
  columnKeys(): Set<string> {
    return new Set([...this.collections.values()].flatMap((collection) => collection.columnKeys()));
  }

  /** Resolves when what deleted collections left behind is gone. */
  swept(): Promise<void> {
    return this.sweeper.settled();
  }

  async close(): Promise<void> {
    await this.sweeper.stop();
    await this.parts.store.close();
  }

  /** Collection numbers are never given out twice. */
  private takeNumber(): number {
    const { store } = this.parts;
    const number = store.get("meta", NEXT_COLLECTION_KEY)?.readUInt32BE(0) ?? 1;
    store.put("meta", NEXT_COLLECTION_KEY, collectionPrefix(number + 1));
    return number;
  }

  private load(): void {
    for (const collection of this.collections.values()) collection.invalidate("reloaded");
    this.collections.clear();
    this.aliases.clear();
    for (const [key, value] of this.metaRecords(COLLECTION_KEY)) {
      const record = decodeCollection(value.toString("utf8"));
      this.collections.set(record.name, new StoredCollection(this.parts, this.sweeper, Number(key), record));
    }
    for (const [alias, value] of this.metaRecords(ALIAS_KEY)) this.aliases.set(alias, value.toString("utf8"));
  }

  private *metaRecords(prefix: string): Iterable<[string, Buffer]> {
    const start = Buffer.from(prefix);
    for (const { key, value } of this.parts.store.range("meta", start, afterPrefix(start), Number.MAX_SAFE_INTEGER)) {
      yield [key.toString("utf8", start.length), value];
    }
  }
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
