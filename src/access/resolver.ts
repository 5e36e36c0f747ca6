/** Namespaces and collections as a key finds them that was given some collections: it gets into the namespaces that may have
 *  one of its own, and there finds these alone. */
import { type Principal } from "../auth/principal";
import { type NamespaceRecord } from "../control/records";
import { requireNameOrId } from "../namespaces/names";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type CallOptions } from "../qdrant/gateway";
import { type GrantedCollections, type GrantedDeps } from "./granted";

/** The resolver of keys that have whole namespaces, with the look at what there is. */
export interface WholeResolver extends NamespaceResolver {
  find(
    who: Pick<Principal, "organisationId">,
    nameOrId: string,
    options: CallOptions,
  ): Promise<NamespaceRecord | undefined>;
}

export class GrantedResolver implements NamespaceResolver {
  constructor(
    private readonly inner: WholeResolver,
    private readonly collections: GrantedDeps["collections"],
    private readonly granted: GrantedCollections,
  ) {}

  /** One that is not there is refused as `inner` does: a collection's key makes no namespace. */
  namespace: NamespaceResolver["namespace"] = async (who, nameOrId, options) => {
    requireNameOrId("namespace", nameOrId, "X-Namespace");
    const found = await this.inner.find(who, nameOrId, options);
    if (found !== undefined && (await this.granted.reaches(found.namespace_id, options))) {
      return { id: found.namespace_id, name: found.name, organisationId: found.organisation_id };
    }
    return await this.inner.namespace(who, nameOrId, options);
  };

  collection: NamespaceResolver["collection"] = async (namespace, nameOrId, options) => {
    requireNameOrId("collection", nameOrId, "collection");
    const found = await this.collections.find(namespace, nameOrId, options);
    await this.granted.require(namespace.id, nameOrId, found, options);
    const collection = await this.inner.collection(namespace, nameOrId, options);
    await this.granted.admit(namespace.id, collection.id, options);
    return collection;
  };

  vectors: NamespaceResolver["vectors"] = (namespace, options) => this.inner.vectors(namespace, options);

  ensureVectors: NamespaceResolver["ensureVectors"] = (namespace, wanted, options) =>
    this.inner.ensureVectors(namespace, wanted, options);
}
