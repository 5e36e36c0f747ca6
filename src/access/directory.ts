/** The collections of a namespace as a key knows them that was given some of them one by one. */
import { type CollectionRecord } from "../control/records";
import { type CollectionRecords } from "../collections/directory";
import { type Namespace } from "../namespaces/namespace";
import { type CallOptions } from "../qdrant/gateway";
import { type GrantedCollections } from "./granted";

export class GrantedDirectory implements CollectionRecords {
  constructor(
    private readonly inner: CollectionRecords,
    private readonly granted: GrantedCollections,
  ) {}

  /** @throws InletError 403 for one that the key was not given, whether it is there or not */
  read: CollectionRecords["read"] = async (namespace, nameOrId, options) => {
    const stored = await this.inner.read(namespace, nameOrId, options);
    await this.granted.require(namespace.id, nameOrId, stored?.record, options);
    if (stored !== undefined) await this.granted.admit(namespace.id, stored.record.collection_id, options);
    return stored;
  };

  /** Those that the key was given. */
  async *all(namespace: Namespace, options: CallOptions): AsyncGenerator<CollectionRecord> {
    const allowed = await this.granted.ids(namespace.id, options);
    for await (const record of this.inner.all(namespace, options)) {
      if (allowed === undefined || allowed.includes(record.collection_id)) yield record;
    }
  }

  /** Makes collections under names that the key was given. @throws InletError 403 for others */
  provide: CollectionRecords["provide"] = async (namespace, wish, options) => {
    await this.granted.require(namespace.id, wish.name, undefined, options);
    const provided = await this.inner.provide(namespace, wish, options);
    await this.granted.require(namespace.id, wish.name, provided.record, options);
    await this.granted.admit(namespace.id, provided.record.collection_id, options);
    return provided;
  };

  forget: CollectionRecords["forget"] = (namespace, collection) => this.inner.forget(namespace, collection);
}
