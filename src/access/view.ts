/** What the services of collections and documents work over: what a request may see of Qdrant and of the control plane. */
import { type Principal } from "../auth/principal";
import { type CollectionDirectory, type CollectionRecords } from "../collections/directory";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader } from "../qdrant/gateway";
import { GrantedDirectory } from "./directory";
import { GrantedCollections } from "./granted";
import { GrantedPoints, type Points } from "./points";
import { GrantedResolver, type WholeResolver } from "./resolver";

export interface View {
  qdrant: Points;
  /** Where the documents are looked up that new ones are made from. */
  parents: Pick<PointReader, "retrieve">;
  resolver: NamespaceResolver;
  directory: CollectionRecords;
}

/** What keys see that have whole namespaces. The resolver refuses the others. */
export interface WholeView extends View {
  resolver: WholeResolver;
  directory: CollectionDirectory;
}

/** The view of a key that was given some collections, for what it is doing in this request. A parent may also be in a
 *  collection that the key only reads. */
export function grantedView(who: Principal, whole: WholeView): View {
  const { qdrant, resolver, directory } = whole;
  const deps = { namespaces: resolver, collections: directory };
  const doing = who.acting === undefined ? [] : [who.acting];
  const granted = new GrantedCollections(who, doing, deps);
  const mayRead = who.permissions.has("read") || who.permissions.has("admin");
  const parents = mayRead ? new GrantedCollections(who, [...doing, "read"], deps) : granted;
  return {
    qdrant: new GrantedPoints(qdrant, granted),
    parents: new GrantedPoints(qdrant, parents),
    resolver: new GrantedResolver(resolver, directory, granted),
    directory: new GrantedDirectory(directory, granted),
  };
}
