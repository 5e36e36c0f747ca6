/** Finds the collections of a namespace, or makes them on first use. A collection is two records: one holds its name, one is
 *  it; the second is the one that counts. */
import { ControlCache } from "../control/cache";
import { type CollectionRecord } from "../control/records";
import { type ControlStore, type Stored } from "../control/store";
import { conflict, InletError, notFound } from "../errors";
import { type IdMaker } from "../ids";
import { isIdOf } from "../namespaces/names";
import { type DocumentCollection, type Namespace } from "../namespaces/namespace";
import { type CallOptions } from "../qdrant/gateway";

/** What a collection's maker says of it. */
export type CollectionDetails = Pick<
  CollectionRecord,
  "description" | "metadata" | "source" | "feature_extractor" | "input_schema" | "enabled"
>;

export interface CollectionWish {
  name: string;
  /** The caller's own id; undefined: one is made. */
  id?: string;
  details: CollectionDetails;
}

type At = Pick<Namespace, "id">;

/** What the collection calls ask. */
export type CollectionRecords = Pick<CollectionDirectory, "read" | "all" | "provide" | "forget">;

export class CollectionDirectory {
  private readonly cache = new ControlCache<CollectionRecord>();

  constructor(private readonly deps: { control: ControlStore; ids: Pick<IdMaker, "collection">; now: () => Date }) {}

  /** By id or name, kept for some seconds; undefined where it is not there. */
  async find(namespace: At, nameOrId: string, options: CallOptions): Promise<CollectionRecord | undefined> {
    return await this.cache.get(cacheKey(namespace, nameOrId), options.signal, async (signal) => {
      const stored = await this.read(namespace, nameOrId, { signal });
      return stored?.record.state === "ready" ? stored.record : undefined;
    });
  }

  /** By id or name, as it is now. */
  async read(namespace: At, nameOrId: string, options: CallOptions): Promise<Stored<CollectionRecord> | undefined> {
    const { control } = this.deps;
    if (isIdOf("collection", nameOrId)) return await control.get("collection", [namespace.id, nameOrId], options);
    const holder = await control.get("collection_name", [namespace.id, nameOrId], options);
    if (holder === undefined) return undefined;
    const stored = await control.get("collection", [namespace.id, holder.record.collection_id], options);
    return stored?.record.name === nameOrId ? stored : undefined;
  }

  /** All that are ready, as they are now. */
  async *all(namespace: Namespace, options: CallOptions): AsyncGenerator<CollectionRecord> {
    const where = { namespace_id: namespace.id };
    for await (const { record } of this.deps.control.list("collection", where, options)) {
      if (record.state === "ready") yield record;
    }
  }

  /** The collection of that name, made where it is not there; `made` tells whether this call made it.
   *  @throws InletError 409 where the name or the id is another collection's */
  async provide(
    namespace: Namespace,
    wish: CollectionWish,
    options: CallOptions,
  ): Promise<{ record: CollectionRecord; made: boolean }> {
    const { control, ids, now } = this.deps;
    const { name } = wish;
    const nameKey = [namespace.id, name];
    const holder =
      (await control.get("collection_name", nameKey, options)) ??
      (await control.claim(
        "collection_name",
        nameKey,
        { namespace_id: namespace.id, name, collection_id: wish.id ?? ids.collection() },
        options,
      ));
    const collectionId = holder.record.collection_id;
    if (wish.id !== undefined && collectionId !== wish.id) throw nameTaken(name);
    const at = now().toISOString();
    const fresh: CollectionRecord = {
      namespace_id: namespace.id,
      organisation_id: namespace.organisationId,
      collection_id: collectionId,
      name,
      state: "ready",
      ...wish.details,
      created_at: at,
      updated_at: at,
    };
    const key = [namespace.id, collectionId];
    const known = await control.get("collection", key, options);
    const stored = known ?? (await control.claim("collection", key, fresh, options));
    if (stored.record.state === "deleting") throw beingDeleted(name);
    if (stored.record.name !== name) throw nameTaken(name);
    return { record: stored.record, made: "won" in stored && stored.won === true };
  }

  /** The collection for a document, made on first use where `provision` says so. @throws InletError 404 */
  async resolve(
    namespace: Namespace,
    nameOrId: string,
    options: CallOptions & { provision: boolean },
  ): Promise<DocumentCollection> {
    const found = await this.find(namespace, nameOrId, options);
    if (found !== undefined) return { id: found.collection_id, name: found.name };
    if (!options.provision) throw notFound(`Collection ${nameOrId}`, { collection: nameOrId });
    const id = isIdOf("collection", nameOrId) ? { id: nameOrId } : {};
    const { record } = await this.provide(namespace, { name: nameOrId, ...id, details: {} }, options);
    return { id: record.collection_id, name: record.name };
  }

  /** Forgets what is kept of the collection, so that a change made here is seen here at once. */
  forget(namespace: Namespace, collection: { id: string; name: string }): void {
    this.cache.drop(cacheKey(namespace, collection.id));
    this.cache.drop(cacheKey(namespace, collection.name));
  }

  /** Forgets all collections. */
  forgetAll(): void {
    this.cache.clear();
  }
}

const cacheKey = (namespace: At, nameOrId: string): string => `${namespace.id}/${nameOrId}`;

const nameTaken = (name: string): InletError =>
  conflict(`The collection name ${name} is taken.`, { collection_name: name }, "name_taken");
const beingDeleted = (name: string): InletError =>
  new InletError(409, "conflict", `The collection ${name} is being deleted; send it again.`, {
    code: "being_deleted",
    details: { collection: name },
    retryAfterSeconds: 1,
  });
