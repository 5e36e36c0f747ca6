/** Which collections a key may use that was given some of them one by one. Made for one request. */
import { type Permission, type Principal } from "../auth/principal";
import { grantedCollections, mayUseNamespace, outOfScopeCollection } from "../auth/scopes";
import { inTurns } from "../control/listing";
import { type CollectionRecord, type NamespaceRecord } from "../control/records";
import { type Namespace } from "../namespaces/namespace";
import { type CallOptions } from "../qdrant/gateway";

export interface GrantedDeps {
  namespaces: {
    find(who: Principal, nameOrId: string, options: CallOptions): Promise<NamespaceRecord | undefined>;
  };
  collections: {
    find(
      namespace: Pick<Namespace, "id">,
      nameOrId: string,
      options: CallOptions,
    ): Promise<CollectionRecord | undefined>;
  };
}

/** What a key has in one namespace. */
interface Granted {
  whole: boolean;
  /** Ids and names as the key's scopes say them. */
  names: ReadonlySet<string>;
  /** The ids of those that are there. */
  ids: Set<string>;
}

export class GrantedCollections {
  private readonly known = new Map<string, Promise<Granted>>();
  private readonly acting: readonly Principal[];

  /** A collection counts that the key may use for any of what it is `doing`. */
  constructor(
    private readonly who: Principal,
    doing: readonly Permission[],
    private readonly deps: GrantedDeps,
  ) {
    this.acting = doing.map((acting) => ({ ...who, acting }));
  }

  /** The ids of the namespace's collections that the key may use; undefined: all of them. */
  async ids(namespaceId: string, options: CallOptions): Promise<string[] | undefined> {
    const { whole, ids } = await this.in(namespaceId, options);
    return whole ? undefined : [...ids].sort();
  }

  /** True where the key may do something in the namespace. */
  async reaches(namespaceId: string, options: CallOptions): Promise<boolean> {
    const { whole, names } = await this.in(namespaceId, options);
    return whole || names.size > 0;
  }

  /** `asked` is what the request calls the collection, `found` the one that it is.
   *  @throws InletError 403 for one that the key was not given, in the same words whether it is there or not */
  async require(
    namespaceId: string,
    asked: string,
    found: CollectionRecord | undefined,
    options: CallOptions,
  ): Promise<void> {
    const { whole, names } = await this.in(namespaceId, options);
    const called = found === undefined ? [asked] : [found.collection_id, found.name];
    if (!whole && !called.some((name) => names.has(name))) throw outOfScopeCollection(asked);
  }

  /** Takes in a collection that the request has made or met under a name that is granted. */
  async admit(namespaceId: string, collectionId: string, options: CallOptions): Promise<void> {
    (await this.in(namespaceId, options)).ids.add(collectionId);
  }

  private async in(namespaceId: string, options: CallOptions): Promise<Granted> {
    let found = this.known.get(namespaceId);
    if (found === undefined) {
      found = this.find(namespaceId, options);
      this.known.set(namespaceId, found);
      found.catch(() => this.known.delete(namespaceId));
    }
    return await found;
  }

  private async find(namespaceId: string, options: CallOptions): Promise<Granted> {
    const { who, acting, deps } = this;
    const record = await deps.namespaces.find(who, namespaceId, options);
    const namespaceNames = record === undefined ? [namespaceId] : [namespaceId, record.name];
    if (acting.some((each) => mayUseNamespace(each, namespaceNames))) {
      return { whole: true, names: new Set(), ids: new Set() };
    }
    const names = new Set(acting.flatMap((each) => [...grantedCollections(each, namespaceNames)]));
    const there = await inTurns([...names], (name) => deps.collections.find({ id: namespaceId }, name, options));
    return { whole: false, names, ids: new Set(there.flatMap((each) => each?.collection_id ?? [])) };
  }
}
