import { type Principal } from "../auth/principal";
import { type VectorSchema } from "../qdrant/gateway";

/** A namespace as documents, search and the rest see it: one Qdrant collection of one organisation. */
export interface Namespace {
  /** `ns_…`, or the id that the caller gave; also the name of the Qdrant collection. */
  id: string;
  name: string;
  organisationId: string;
}

/** A collection of documents: a value of the payload field `collection_id`. */
export interface DocumentCollection {
  /** `col_…` */
  id: string;
  name: string;
}

/** Finds what a request names, or makes it on first use. */
export interface NamespaceResolver {
  /** By name or id. @throws InletError 404 where it is unknown and `provision` is false or auto-provisioning is off, 403
   *  where the key may not use it, 422 where the name is not one. */
  namespace(
    who: Pick<Principal, "organisationId" | "scopes" | "acting">,
    nameOrId: string,
    options: { provision: boolean; signal: AbortSignal },
  ): Promise<Namespace>;
  /** By name or id, within the namespace; as above. */
  collection(
    namespace: Namespace,
    nameOrId: string,
    options: { provision: boolean; signal: AbortSignal },
  ): Promise<DocumentCollection>;
  /** The named vectors that the namespace has. Kept for some seconds; `fresh` asks Qdrant. */
  vectors(
    namespace: Namespace,
    options: { fresh?: boolean; signal: AbortSignal },
  ): Promise<ReadonlyMap<string, VectorSchema>>;
  /** Makes sure that each wanted vector exists with that kind and size; adds those that are not there (cosine).
   *  Returns when Qdrant has answered each addition. @throws InletError 422 per vector whose kind or size differs, naming
   *  the vector, the size expected and the size got (all of them in one answer, nothing added then). */
  ensureVectors(
    namespace: Namespace,
    wanted: ReadonlyMap<string, { kind: "dense" | "multi"; size: number } | { kind: "sparse" }>,
    options: { signal: AbortSignal },
  ): Promise<ReadonlyMap<string, VectorSchema>>;
}
