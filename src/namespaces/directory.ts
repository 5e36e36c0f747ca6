/** Finds the namespace, the collection and the named vectors that a request means, or makes them on first use. */
import { type Principal } from "../auth/principal";
import { requireNamespace } from "../auth/scopes";
import { type CollectionDirectory } from "../collections/directory";
import { ControlCache, untilAborted } from "../control/cache";
import { type NamespaceRecord, type NamespaceSettings } from "../control/records";
import { type ControlStore, type Stored } from "../control/store";
import { notFound } from "../errors";
import { type Bootstrap } from "../keys/bootstrap";
import { type CallOptions, type VectorSchema } from "../qdrant/gateway";
import { type NamedVectors, type WantedVector } from "../qdrant/named-vectors";
import { vectorDefaults } from "./declarations";
import { isIdOf, requireNameOrId } from "./names";
import { type DocumentCollection, type Namespace, type NamespaceResolver } from "./namespace";
import { type NamespaceProvisioner } from "./provision";

type Who = Pick<Principal, "organisationId" | "scopes" | "acting">;
/** Provisioning goes on for all who wait for it, whoever goes away. */
const PROVISION_TIMEOUT_MS = 60_000;

export class NamespaceDirectory implements NamespaceResolver {
  private readonly cache = new ControlCache<NamespaceRecord>();
  private readonly making = new Map<string, Promise<NamespaceRecord>>();

  constructor(
    private readonly deps: {
      control: ControlStore;
      bootstrap: Bootstrap;
      provisioner: NamespaceProvisioner;
      collections: CollectionDirectory;
      namedVectors: NamedVectors;
      /** `INLET_AUTO_PROVISION` */
      autoProvision: boolean;
    },
  ) {}

  /** `settings` are those of a namespace that is made here. */
  async namespace(
    who: Who,
    nameOrId: string,
    options: CallOptions & { provision: boolean; settings?: NamespaceSettings },
  ): Promise<Namespace> {
    requireNameOrId("namespace", nameOrId, "X-Namespace");
    const found = await this.find(who, nameOrId, options);
    requireNamespace(who, found === undefined ? [nameOrId] : [nameOrId, found.namespace_id, found.name]);
    if (found !== undefined) return namespaceOf(found);
    if (options.provision) return namespaceOf(await this.provided(who, nameOrId, options.settings ?? {}, options));
    throw unknownNamespace(nameOrId);
  }

  async collection(
    namespace: Namespace,
    nameOrId: string,
    options: CallOptions & { provision: boolean },
  ): Promise<DocumentCollection> {
    requireNameOrId("collection", nameOrId, "collection");
    const provision = options.provision && this.deps.autoProvision;
    return await this.deps.collections.resolve(namespace, nameOrId, { ...options, provision });
  }

  async vectors(
    namespace: Namespace,
    options: CallOptions & { fresh?: boolean },
  ): Promise<ReadonlyMap<string, VectorSchema>> {
    return await this.deps.namedVectors.schema(namespace.id, options);
  }

  async ensureVectors(
    namespace: Namespace,
    wanted: ReadonlyMap<string, WantedVector>,
    options: CallOptions,
  ): Promise<ReadonlyMap<string, VectorSchema>> {
    const record = await this.find({ organisationId: namespace.organisationId }, namespace.id, options);
    const defaults = record === undefined ? new Map() : vectorDefaults(record.settings);
    return await this.deps.namedVectors.ensure(namespace.id, wanted, defaults, options);
  }

  /** The record of a namespace that is ready, kept for some seconds; undefined where there is none of this organisation. */
  async find(who: Who, nameOrId: string, options: CallOptions): Promise<NamespaceRecord | undefined> {
    return await this.cache.get(cacheKey(who, nameOrId), options.signal, async (signal) => {
      const stored = await this.read(who, nameOrId, { signal });
      return stored?.record.state === "ready" ? stored.record : undefined;
    });
  }

  /** The record as it is now, whatever its state; undefined where there is none of this organisation. */
  async read(who: Who, nameOrId: string, options: CallOptions): Promise<Stored<NamespaceRecord> | undefined> {
    const { control, bootstrap } = this.deps;
    await bootstrap.ready(options);
    if (isIdOf("namespace", nameOrId)) {
      const stored = await control.get("namespace", [nameOrId], options);
      return stored?.record.organisation_id === who.organisationId ? stored : undefined;
    }
    const holder = await control.get("namespace_name", [who.organisationId, nameOrId], options);
    if (holder === undefined) return undefined;
    const stored = await control.get("namespace", [holder.record.namespace_id], options);
    return stored?.record.name === nameOrId ? stored : undefined;
  }

  /** Forgets what is kept of the namespace, so that a change made here is seen here at once. */
  forget(namespace: Namespace): void {
    this.cache.drop(cacheKey(namespace, namespace.id));
    this.cache.drop(cacheKey(namespace, namespace.name));
    this.deps.namedVectors.forget(namespace.id);
  }

  /** Qdrant says that this collection is not there: somebody has deleted the namespace, here or elsewhere. */
  forgetMissing(collection: string): void {
    this.cache.clear();
    this.deps.collections.forgetAll();
    this.deps.namedVectors.forget(collection);
  }

  /** Half-made ones are completed even without auto-provisioning: somebody who may has asked for them. */
  private async provided(
    who: Who,
    nameOrId: string,
    settings: NamespaceSettings,
    options: CallOptions,
  ): Promise<NamespaceRecord> {
    const key = cacheKey(who, nameOrId);
    let making = this.making.get(key);
    if (making === undefined) {
      making = this.provide(who, nameOrId, settings).finally(() => this.making.delete(key));
      this.making.set(key, making);
    }
    return await untilAborted(making, options.signal);
  }

  private async provide(who: Who, nameOrId: string, settings: NamespaceSettings): Promise<NamespaceRecord> {
    const { autoProvision, provisioner } = this.deps;
    const options = { signal: AbortSignal.timeout(PROVISION_TIMEOUT_MS) };
    const stored = await this.read(who, nameOrId, options);
    if (stored !== undefined) return await provisioner.complete(stored, options);
    const foreign = isIdOf("namespace", nameOrId) && (await this.deps.control.get("namespace", [nameOrId], options));
    if (!autoProvision || foreign) throw unknownNamespace(nameOrId);
    const id = isIdOf("namespace", nameOrId) ? { id: nameOrId } : {};
    const wish = { organisationId: who.organisationId, name: nameOrId, ...id, settings };
    return (await provisioner.provide(wish, options)).record;
  }
}

const cacheKey = (who: Who, nameOrId: string): string => `${who.organisationId}/${nameOrId}`;

const namespaceOf = (record: NamespaceRecord): Namespace => ({
  id: record.namespace_id,
  name: record.name,
  organisationId: record.organisation_id,
});

const unknownNamespace = (nameOrId: string) => notFound(`Namespace ${nameOrId}`, { namespace: nameOrId });
