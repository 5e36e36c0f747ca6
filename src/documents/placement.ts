/** Where a document goes: namespace, collection, named vectors, lineage. First all is looked up and checked without making
 *  anything, so that a refused request leaves nothing behind; then what is missing is made. */
import { type Principal } from "../auth/principal";
import { type Fault, InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { deriveLineage, type Lineage, type Parent, parentFaults } from "../lineage/derive";
import { storedLineageOf } from "../lineage/stored";
import { requireNameOrId } from "../namespaces/names";
import { type DocumentCollection, type Namespace, type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type VectorSchema } from "../qdrant/gateway";
import { type Draft } from "./document";
import { tooLongForCosine } from "./norms";
import { collectionIdOf, isCosine } from "./point";
import { type NamedVector, wantedOf } from "./vectors";

/** On whose behalf, and where; what every call on documents has. */
export interface Scope {
  principal: Principal;
  /** `X-Namespace`: a name or an id. */
  namespace: string;
  signal: AbortSignal;
}

/** What was found of a document's place; what is undefined is not there yet. */
export interface Plan {
  namespace: Namespace | undefined;
  collection: DocumentCollection | undefined;
  collectionName: string;
  parent: Parent | undefined;
}

export interface Placed {
  namespace: Namespace;
  collection: DocumentCollection;
  schemas: ReadonlyMap<string, VectorSchema>;
  lineage: Lineage;
}

const isNotFound = (error: unknown): boolean => error instanceof InletError && error.status === 404;

/** The value, or undefined where the thing is unknown. */
export async function ifKnown<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const sizeText = (schema: VectorSchema | ReturnType<typeof wantedOf>): string =>
  schema.kind === "sparse" ? "sparse" : `${schema.kind === "multi" ? "multi-dense" : "dense"} of size ${schema.size}`;

const sameShape = (schema: VectorSchema, wanted: ReturnType<typeof wantedOf>): boolean =>
  schema.kind === "sparse" || wanted.kind === "sparse"
    ? schema.kind === wanted.kind
    : schema.kind === wanted.kind && schema.size === wanted.size;

/** A vector that is of another kind or size than the named vector of the namespace. */
export interface VectorMismatch extends Fault {
  name: string;
  expected: unknown;
  got: unknown;
}

/** @throws InletError 422 with all of them, where there is any; the first one's name and sizes stand in front */
export function refuseMismatches(mismatches: readonly VectorMismatch[]): void {
  const [first] = mismatches;
  if (first === undefined) return;
  const { name, expected, got } = first;
  const text = mismatches.map(({ path, message }) => `${path} ${message}`).join("; ");
  const details = { name, expected, got, errors: mismatches };
  throw new InletError(422, "validation_error", text, { code: "vector_mismatch", details });
}

export const tooLongFault = (path: string): Fault => ({
  path,
  message: "is too long: its squared length does not fit a float32, as cosine needs",
});

/** What of these vectors does not fit the named vectors there are. Those that are not there yet fit. */
export function checkAgainst(schemas: ReadonlyMap<string, VectorSchema>, vectors: readonly NamedVector[]): void {
  const mismatches = vectors.flatMap(({ name, path, vector }) => {
    const schema = schemas.get(name);
    const got = wantedOf(vector);
    if (schema === undefined || sameShape(schema, got)) return [];
    const sizes =
      schema.kind !== "sparse" && got.kind === schema.kind ? { expected: schema.size, got: got.size } : undefined;
    return [
      {
        path,
        message: `is ${sizeText(got)}, but the vector ${name} of the namespace is ${sizeText(schema)}`,
        name,
        ...(sizes ?? { expected: sizeText(schema), got: sizeText(got) }),
      },
    ];
  });
  refuseMismatches(mismatches);
  const faults = vectors
    .filter(({ name, vector }) => isCosine(schemas.get(name)) && tooLongForCosine(vector))
    .map(({ path }) => tooLongFault(path));
  if (faults.length > 0) throw validationError(faults);
}

/** The named vectors that these need. */
export const wantedVectors = (vectors: readonly NamedVector[]): Map<string, ReturnType<typeof wantedOf>> =>
  new Map(vectors.map(({ name, vector }) => [name, wantedOf(vector)]));

export class Placement {
  constructor(private readonly deps: { resolver: NamespaceResolver; parents: Pick<PointReader, "retrieve"> }) {}

  /** For calls that make nothing. @throws InletError 404 */
  async namespace(scope: Scope): Promise<Namespace> {
    return await this.deps.resolver.namespace(scope.principal, scope.namespace, {
      provision: false,
      signal: scope.signal,
    });
  }

  /** @throws InletError 404 */
  async collection(scope: Scope, namespace: Namespace, nameOrId: string): Promise<DocumentCollection> {
    return await this.deps.resolver.collection(namespace, nameOrId, { provision: false, signal: scope.signal });
  }

  /** Checks all of the draft that depends on what is there, and makes nothing.
   *  @throws InletError 422 where the draft does not fit */
  async plan(scope: Scope, collectionName: string, draft: Draft): Promise<Plan> {
    // Else a namespace would be made for a collection that can't be.
    requireNameOrId("collection", collectionName, "collection");
    const namespace = await ifKnown(this.namespace(scope));
    const collection = namespace && (await ifKnown(this.collection(scope, namespace, collectionName)));
    checkNamed(draft.collection, collectionName, collection);
    const parent = namespace && (await this.parentOf(scope, namespace, draft.lineage.source_document_id));
    const faults = parent ? parentFaults(draft.lineage, parent) : [];
    if (faults.length > 0) throw validationError(faults);
    await this.check(scope, namespace, draft.vectors);
    return { namespace, collection, collectionName, parent };
  }

  /** Makes what the plan found missing. @throws InletError 404 where it may not be made */
  async make(scope: Scope, plan: Plan, draft: Draft): Promise<Placed> {
    const { resolver } = this.deps;
    const making = { provision: true, signal: scope.signal };
    const namespace = plan.namespace ?? (await resolver.namespace(scope.principal, scope.namespace, making));
    const collection = plan.collection ?? (await resolver.collection(namespace, plan.collectionName, making));
    return {
      namespace,
      collection,
      schemas: await this.ensure(scope, namespace, draft.vectors),
      lineage: deriveLineage(draft.lineage, collection.id, plan.parent),
    };
  }

  /** @throws InletError 422 for vectors that do not fit the namespace */
  async check(scope: Scope, namespace: Namespace | undefined, vectors: readonly NamedVector[]): Promise<void> {
    if (vectors.length === 0) return;
    const schemas = namespace && (await this.deps.resolver.vectors(namespace, { signal: scope.signal }));
    checkAgainst(schemas ?? new Map(), vectors);
  }

  /** Makes the named vectors that are not there yet. */
  async ensure(
    scope: Scope,
    namespace: Namespace,
    vectors: readonly NamedVector[],
  ): Promise<ReadonlyMap<string, VectorSchema>> {
    if (vectors.length === 0) return new Map();
    return await this.deps.resolver.ensureVectors(namespace, wantedVectors(vectors), { signal: scope.signal });
  }

  private async parentOf(
    scope: Scope,
    namespace: Namespace,
    documentId: string | undefined,
  ): Promise<Parent | undefined> {
    if (documentId === undefined) return undefined;
    const [point] = await this.deps.parents.retrieve(
      namespace.id,
      [pointIdOf(documentId)],
      { payload: ["collection_id", "_internal.lineage"], vectors: false },
      { signal: scope.signal },
    );
    const collectionId = point && collectionIdOf(point.payload);
    return point && collectionId !== undefined
      ? { collectionId, lineage: storedLineageOf(point.payload) ?? {} }
      : undefined;
  }
}

/** The body's `collection_id` must be the collection of the path, by id or by name. */
export function checkNamed(named: string | undefined, inPath: string, known: DocumentCollection | undefined): void {
  if (named === undefined || named === inPath || named === known?.id || named === known?.name) return;
  throw validationError([
    { path: "collection_id", message: `is ${named}, but the path names the collection ${inPath}` },
  ]);
}
