/** Finds where many documents of one collection belong, with few calls for all of them: as placement.ts does for one, first
 *  looking, then making. A document may come from one that stands before it in the same group. */
import { InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { deriveLineage, type Lineage, type Parent, parentFaults } from "../lineage/derive";
import { storedLineageOf } from "../lineage/stored";
import { requireNameOrId } from "../namespaces/names";
import { type DocumentCollection, type Namespace, type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type VectorSchema } from "../qdrant/gateway";
import { type Draft } from "./document";
import { checkAgainst, checkNamed, ifKnown, type Placed, type Scope, wantedVectors } from "./placement";
import { collectionIdOf } from "./point";

export interface GroupPlan {
  namespace: Namespace | undefined;
  collection: DocumentCollection | undefined;
  collectionName: string;
  /** Parents that are stored, by document id. */
  parents: ReadonlyMap<string, Parent>;
  /** Why a draft does not fit, by its index. */
  refusals: ReadonlyMap<number, InletError>;
}

/** A schema that a vector brings where its name is not there yet. */
const schemaFor = (wanted: { kind: "dense" | "multi"; size: number } | { kind: "sparse" }): VectorSchema =>
  wanted.kind === "sparse" ? { kind: "sparse" } : { ...wanted, distance: "Cosine" };

export class GroupPlacement {
  constructor(private readonly deps: { resolver: NamespaceResolver; parents: Pick<PointReader, "retrieve"> }) {}

  /** What is there of the place itself. @throws InletError 403, 422 for a name that is none */
  async find(
    scope: Scope,
    collectionName: string,
  ): Promise<Pick<GroupPlan, "namespace" | "collection" | "collectionName">> {
    const { resolver } = this.deps;
    const looking = { provision: false, signal: scope.signal };
    requireNameOrId("collection", collectionName, "collection");
    const namespace = await ifKnown(resolver.namespace(scope.principal, scope.namespace, looking));
    const collection = namespace && (await ifKnown(resolver.collection(namespace, collectionName, looking)));
    return { namespace, collection, collectionName };
  }

  /** Checks all of the drafts that depends on what is there, and makes nothing. */
  async plan(scope: Scope, collectionName: string, drafts: readonly Draft[]): Promise<GroupPlan> {
    const place = await this.find(scope, collectionName);
    const { namespace, collection } = place;
    const parents = await this.storedParents(scope, namespace, drafts);
    const stored = namespace && (await this.deps.resolver.vectors(namespace, { signal: scope.signal }));
    // The first document that brings a vector's name settles its size for those behind it.
    const schemas = new Map(stored);
    const known = new Map(parents);
    const refusals = new Map<number, InletError>();
    drafts.forEach((draft, index) => {
      const { lineage, vectors } = draft;
      const parent = lineage.source_document_id === undefined ? undefined : known.get(lineage.source_document_id);
      try {
        checkNamed(draft.collection, collectionName, collection);
        const faults = parent === undefined ? [] : parentFaults(lineage, parent);
        if (faults.length > 0) throw validationError(faults);
        checkAgainst(schemas, vectors);
      } catch (error) {
        if (!(error instanceof InletError)) throw error;
        refusals.set(index, error);
        return;
      }
      for (const [name, wanted] of wantedVectors(vectors)) if (!schemas.has(name)) schemas.set(name, schemaFor(wanted));
      remember(known, draft, collection?.id, deriveLineage(lineage, collection?.id ?? collectionName, parent));
    });
    return { ...place, parents, refusals };
  }

  /** Makes what is missing for `drafts`, none of which the plan has refused: one place each, in their order.
   *  @throws InletError 404 where it may not be made, 422 where somebody has made a vector of another size meanwhile */
  async make(scope: Scope, plan: GroupPlan, drafts: readonly Draft[]): Promise<Placed[]> {
    const { resolver } = this.deps;
    const making = { provision: true, signal: scope.signal };
    const namespace = plan.namespace ?? (await resolver.namespace(scope.principal, scope.namespace, making));
    const collection = plan.collection ?? (await resolver.collection(namespace, plan.collectionName, making));
    const wanted = wantedVectors(drafts.flatMap(({ vectors }) => vectors));
    const schemas =
      wanted.size === 0
        ? new Map<string, VectorSchema>()
        : await resolver.ensureVectors(namespace, wanted, { signal: scope.signal });
    const known = new Map(plan.parents);
    return drafts.map((draft) => {
      const source = draft.lineage.source_document_id;
      const parent = source === undefined ? undefined : known.get(source);
      const lineage = deriveLineage(draft.lineage, collection.id, parent);
      remember(known, draft, collection.id, lineage);
      return { namespace, collection, schemas, lineage };
    });
  }

  private async storedParents(
    scope: Scope,
    namespace: Namespace | undefined,
    drafts: readonly Draft[],
  ): Promise<ReadonlyMap<string, Parent>> {
    const ids = [...new Set(drafts.flatMap(({ lineage }) => lineage.source_document_id ?? []))];
    if (namespace === undefined || ids.length === 0) return new Map();
    const points = await this.deps.parents.retrieve(
      namespace.id,
      ids.map(pointIdOf),
      { payload: ["collection_id", "_internal.lineage"], vectors: false },
      { signal: scope.signal },
    );
    const found = new Map(points.map(({ id, payload }) => [id, payload]));
    return new Map(
      ids.flatMap((id): [string, Parent][] => {
        const payload = found.get(pointIdOf(id));
        const collectionId = payload && collectionIdOf(payload);
        return payload === undefined || collectionId === undefined
          ? []
          : [[id, { collectionId, lineage: storedLineageOf(payload) ?? {} }]];
      }),
    );
  }
}

/** What is stored under an id comes before what the group would make under it. */
function remember(
  known: Map<string, Parent>,
  { documentId, lineage: given }: Draft,
  collectionId: string | undefined,
  lineage: Lineage,
): void {
  if (documentId === undefined || known.has(documentId)) return;
  // A collection that is not made yet has no id that a child could contradict.
  known.set(documentId, { collectionId: collectionId ?? given.source_collection_id ?? "", lineage });
}
