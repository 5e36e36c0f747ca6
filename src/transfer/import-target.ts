/** Where an import goes: the namespace, its vectors and its collections, found or made as the file's lines say. What
 *  contradicts the namespace is refused before anything is made. */
import { type Principal } from "../auth/principal";
import { type CollectionDirectory } from "../collections/directory";
import { conflict, type InletError, validationError } from "../errors";
import { withoutNulls } from "../documents/document";
import { ifKnown } from "../documents/placement";
import { declaredVectors } from "../namespaces/declarations";
import { type NamespaceDirectory } from "../namespaces/directory";
import { nameFault, requireNameOrId } from "../namespaces/names";
import { type Namespace } from "../namespaces/namespace";
import { settingsOf } from "../namespaces/service";
import {
  type CallOptions,
  type DenseVectorParams,
  type SparseVectorParams,
  type VectorSchema,
} from "../qdrant/gateway";
import { type NamedVectors } from "../qdrant/named-vectors";
import { type DocumentPlace } from "./document-line";
import { type CollectionLine, type HeaderLine, type VectorLine } from "./schemas";
import { defaultsOf, refuseContradictions, schemaOf, schemasOf, wantedOf } from "./vector-params";

export interface TargetDeps {
  directory: Pick<NamespaceDirectory, "namespace">;
  collections: Pick<CollectionDirectory, "read" | "provide" | "forget">;
  namedVectors: Pick<NamedVectors, "schema" | "ensure">;
}

export class ImportTarget implements DocumentPlace {
  private readonly collectionIds = new Set<string>();

  private constructor(
    private readonly deps: TargetDeps,
    readonly namespace: Namespace,
    private schemasThere: ReadonlyMap<string, VectorSchema>,
    private readonly options: CallOptions,
  ) {}

  /** The namespace of that name or id, made with the header's declarations where it is not there.
   *  @throws InletError 403, 404 where it may not be made, 422 that names a vector that is there otherwise */
  static async open(
    deps: TargetDeps,
    who: Principal,
    nameOrId: string,
    header: HeaderLine,
    options: CallOptions,
  ): Promise<ImportTarget> {
    const file = schemasOf(header.vectors);
    const found = await findNamespace(deps, who, nameOrId, options);
    const settings = settingsOf({ namespace_name: nameOrId, ...header.settings });
    if (found === undefined) refuseContradictions(file, declaredSchemas(settings));
    else refuseContradictions(file, await deps.namedVectors.schema(found.id, { ...options, fresh: true }));
    const making = { ...options, provision: true, settings };
    const namespace = found ?? (await deps.directory.namespace(who, nameOrId, making));
    const target = new ImportTarget(deps, namespace, new Map(), options);
    await target.ensure(file);
    return target;
  }

  get schemas(): ReadonlyMap<string, VectorSchema> {
    return this.schemasThere;
  }

  hasCollection(id: string): boolean {
    return this.collectionIds.has(id);
  }

  /** @throws InletError 422 where the namespace has it otherwise */
  async addVector({ name, params }: VectorLine): Promise<void> {
    await this.ensure(new Map([[name, schemaOf(params)]]));
  }

  /** The collection under its id, made where it is not there; one that is there keeps what it says of itself.
   *  @throws InletError 409 where its id or its name is another collection's */
  async addCollection(line: CollectionLine): Promise<void> {
    const { collections } = this.deps;
    const { collection_id: id, collection_name: name } = line;
    const { description, metadata, source, feature_extractor, input_schema, enabled } = line;
    const fault = name === id ? undefined : nameFault(name);
    if (fault !== undefined) throw validationError([{ path: "collection_name", message: fault }]);
    const [byId, byName] = await Promise.all([
      collections.read(this.namespace, id, this.options),
      collections.read(this.namespace, name, this.options),
    ]);
    if (byId !== undefined && byId.record.name !== name) throw heldOtherwise(id, name, byId.record.name);
    if (byName !== undefined && byName.record.collection_id !== id) throw nameHeld(name, byName.record.collection_id);
    const details = withoutNulls({ description, metadata, source, feature_extractor, input_schema, enabled });
    await collections.provide(this.namespace, { id, name, details }, this.options);
    collections.forget(this.namespace, { id, name });
    this.collectionIds.add(id);
  }

  /** Adds the vectors that are not there, just as they are in the file. */
  private async ensure(file: ReadonlyMap<string, VectorSchema>): Promise<void> {
    const { namedVectors } = this.deps;
    const wanted = new Map([...file].map(([name, schema]) => [name, wantedOf(schema)]));
    const defaults = new Map([...file].map(([name, schema]) => [name, defaultsOf(schema)]));
    const there = await namedVectors.ensure(this.namespace.id, wanted, defaults, this.options);
    // Somebody may have added one meanwhile, with another distance.
    refuseContradictions(file, there);
    this.schemasThere = there;
  }
}

async function findNamespace(
  { directory }: TargetDeps,
  who: Principal,
  nameOrId: string,
  options: CallOptions,
): Promise<Namespace | undefined> {
  requireNameOrId("namespace", nameOrId, "namespace");
  return await ifKnown(directory.namespace(who, nameOrId, { ...options, provision: false }));
}

/** What the declarations of a new namespace come to. */
function declaredSchemas(settings: Parameters<typeof declaredVectors>[0]): Map<string, VectorSchema> {
  const { dense, sparse } = declaredVectors(settings);
  const params: [string, DenseVectorParams | { sparse: SparseVectorParams }][] = [
    ...Object.entries(dense),
    ...Object.entries(sparse).map(([name, each]): [string, { sparse: SparseVectorParams }] => [name, { sparse: each }]),
  ];
  return new Map(params.map(([name, each]) => [name, schemaOf(each)]));
}

const heldOtherwise = (id: string, name: string, held: string): InletError =>
  conflict(
    `The collection ${id} is called ${held} in the namespace, and ${name} in the file.`,
    { collection_id: id, collection_name: held },
    "id_taken",
  );
const nameHeld = (name: string, held: string): InletError =>
  conflict(
    `The collection name ${name} belongs to ${held} in the namespace.`,
    { collection_name: name, collection_id: held },
    "name_taken",
  );
