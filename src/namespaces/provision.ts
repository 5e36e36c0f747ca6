/** Makes namespaces, so that any number of makers at once end in one: the name and the id are claimed in `inlet_control`
 *  first, then the Qdrant collection, its indexes and its alias are made, and only then the record says `ready`. Whoever
 *  finds it half-made goes on from where the other stopped. Nothing here deletes a collection, an alias or a point of data. */
import { type NamespaceRecord, type NamespaceSettings } from "../control/records";
import { type ControlStore, type Stored } from "../control/store";
import { conflict, InletError, notFound } from "../errors";
import { type IdMaker } from "../ids";
import { type Bootstrap } from "../keys/bootstrap";
import { type CallOptions, type CollectionDescription, type Qdrant } from "../qdrant/gateway";
import { settled } from "../qdrant/settling";
import { declaredIndexes, declaredVectors } from "./declarations";
import { STANDARD_INDEXES } from "./indexes";
import { aliasOf } from "./names";

/** Where the Qdrant collection says whose it is. */
const OWNER = "inlet_namespace";

export interface NamespaceWish {
  organisationId: string;
  name: string;
  /** The caller's own id; undefined: one is made. */
  id?: string;
  settings: NamespaceSettings;
}

export class NamespaceProvisioner {
  constructor(
    private readonly deps: {
      control: ControlStore;
      qdrant: Qdrant;
      bootstrap: Bootstrap;
      ids: Pick<IdMaker, "namespace">;
      now: () => Date;
    },
  ) {}

  /** The namespace of that name, made where it is not there. `made` tells whether this call claimed it.
   *  @throws InletError 409 where the name, the id or the Qdrant collection is somebody else's */
  async provide(wish: NamespaceWish, options: CallOptions): Promise<{ record: NamespaceRecord; made: boolean }> {
    const { control } = this.deps;
    const { organisationId, name } = wish;
    let namespaceId = (await control.get("namespace_name", [organisationId, name], options))?.record.namespace_id;
    if (namespaceId === undefined) {
      await this.refuseForeign(wish, options);
      const mine = wish.id ?? this.deps.ids.namespace();
      const claim = { organisation_id: organisationId, name, namespace_id: mine };
      namespaceId = (await control.claim("namespace_name", [organisationId, name], claim, options)).record.namespace_id;
    }
    if (wish.id !== undefined && namespaceId !== wish.id) throw nameTaken(name);

    const at = this.deps.now().toISOString();
    const fresh: NamespaceRecord = {
      namespace_id: namespaceId,
      organisation_id: organisationId,
      name,
      state: "creating",
      settings: wish.settings,
      created_at: at,
      updated_at: at,
    };
    const known = await control.get("namespace", [namespaceId], options);
    const stored = known ?? (await control.claim("namespace", [namespaceId], fresh, options));
    if (stored.record.organisation_id !== organisationId) throw idTaken(namespaceId);
    if (stored.record.name !== name) throw nameTaken(name);
    const made = "won" in stored && stored.won === true;
    try {
      return { record: await this.complete(stored, options), made };
    } catch (error) {
      if (made && error instanceof InletError && error.code === "qdrant_refused") await this.withdraw(stored, options);
      throw error;
    }
  }

  /** Takes back a claim whose settings Qdrant refuses: a refused request leaves nothing behind. */
  private async withdraw(stored: Stored<NamespaceRecord>, options: CallOptions): Promise<void> {
    const { control } = this.deps;
    const { namespace_id: id, organisation_id: organisation, name } = stored.record;
    await control.remove("namespace", [id], stored, options);
    const held = await control.get("namespace_name", [organisation, name], { ...options, consistency: "majority" });
    if (held?.record.namespace_id === id) await control.remove("namespace_name", [organisation, name], held, options);
  }

  /** Makes what a `creating` namespace lacks, and says that it is ready. Gives a ready one back as it is. */
  async complete(stored: Stored<NamespaceRecord>, options: CallOptions): Promise<NamespaceRecord> {
    const { record } = stored;
    if (record.state === "ready") return record;
    if (record.state === "deleting") throw beingDeleted(record.name);
    await this.makeCollection(record, options);
    const alias = await this.makeAlias(record, options);
    const at = this.deps.now().toISOString();
    const done = await this.deps.control.update(
      "namespace",
      [record.namespace_id],
      (now) =>
        now.state === "creating"
          ? { ...now, state: "ready", updated_at: at, ...(alias === undefined ? {} : { alias }) }
          : undefined,
      options,
    );
    if (done === undefined) throw notFound(`Namespace ${record.name}`, { namespace: record.name });
    return done.record;
  }

  /** Makes the payload indexes that are not there yet. Gives the fields that were made. */
  async makeIndexes(record: NamespaceRecord, have: ReadonlySet<string>, options: CallOptions): Promise<string[]> {
    const wanted = [...STANDARD_INDEXES, ...declaredIndexes(record.settings)].filter((index) => !have.has(index.field));
    const make = (index: (typeof wanted)[number]): Promise<void> =>
      settled(() => this.deps.qdrant.createPayloadIndex(record.namespace_id, index, options), options.signal);
    await Promise.all(wanted.map(make));
    return wanted.map((index) => index.field);
  }

  private async makeCollection(record: NamespaceRecord, options: CallOptions): Promise<void> {
    const { qdrant } = this.deps;
    const { namespace_id: id } = record;
    const declared = declaredVectors(record.settings);
    const config = {
      vectors: declared.dense,
      ...(Object.keys(declared.sparse).length === 0 ? {} : { sparseVectors: declared.sparse }),
      metadata: { [OWNER]: id },
    };
    if (await qdrant.createCollection(id, config, options)) {
      await this.makeIndexes(record, new Set(), options);
      return;
    }
    const there = await this.whenUsable(id, options);
    const fault = foreignFault(id, there);
    if (fault !== undefined) throw fault;
    await this.makeIndexes(record, there.indexes, options);
  }

  /** The collection that somebody has just made. */
  private async whenUsable(id: string, options: CallOptions): Promise<CollectionDescription> {
    return await settled(async () => {
      const there = await this.deps.qdrant.describeCollection(id, options);
      if (there !== undefined) return there;
      throw new InletError(503, "service_unavailable", "The namespace is still being made.", {
        code: "qdrant_collection_missing",
        retryAfterSeconds: 1,
      });
    }, options.signal);
  }

  /** Written by whoever completes the namespace that holds the name: always the same alias to the same collection. */
  private async makeAlias(record: NamespaceRecord, options: CallOptions): Promise<string | undefined> {
    const { defaultOrganisationId } = await this.deps.bootstrap.ready(options);
    const alias = aliasOf(record, defaultOrganisationId);
    if (alias === undefined) return undefined;
    const create = { create: { alias, collection: record.namespace_id } };
    try {
      await settled(() => this.deps.qdrant.changeAliases([create], options), options.signal);
    } catch (error) {
      if (error instanceof InletError && error.code === "exists") throw collectionHasName(alias, error);
      throw error;
    }
    return alias;
  }

  /** Before anything is claimed: a Qdrant collection or alias of others must not become ours.
   *  @throws InletError 409 with the reason */
  private async refuseForeign(wish: NamespaceWish, options: CallOptions): Promise<void> {
    const { bootstrap, control, qdrant } = this.deps;
    const { organisationId, name, id } = wish;
    if (id !== undefined) {
      const holder = await control.get("namespace", [id], options);
      if (holder !== undefined) throw idTaken(id);
      const there = await qdrant.describeCollection(id, options);
      const fault = there === undefined ? undefined : foreignFault(id, there);
      if (fault !== undefined) throw fault;
    }
    const { defaultOrganisationId } = await bootstrap.ready(options);
    const alias = aliasOf({ organisation_id: organisationId, namespace_id: id ?? "", name }, defaultOrganisationId);
    if (alias === undefined || (await qdrant.describeCollection(alias, options)) === undefined) return;
    // Unless another maker of the same name was just faster.
    const claimed = await control.get("namespace_name", [organisationId, name], {
      ...options,
      consistency: "majority",
    });
    if (claimed === undefined) throw collectionHasName(alias, undefined);
  }
}

/** Why a collection that is there cannot hold this namespace; undefined where it can. */
function foreignFault(id: string, there: CollectionDescription): InletError | undefined {
  if (there.metadata[OWNER] === id) return undefined;
  if (there.singleVector) {
    return conflict(
      `The Qdrant collection ${id} has one unnamed vector; a namespace needs named vectors.`,
      { namespace_id: id },
      "single_vector_collection",
    );
  }
  if (there.points === 0) return undefined;
  return conflict(
    `The Qdrant collection ${id} holds points that Inlet did not write.`,
    { namespace_id: id },
    "foreign_collection",
  );
}

const nameTaken = (name: string): InletError =>
  conflict(`The namespace name ${name} is taken.`, { namespace_name: name }, "name_taken");
const idTaken = (id: string): InletError =>
  conflict(`The namespace id ${id} is taken.`, { namespace_id: id }, "id_taken");
const collectionHasName = (alias: string, cause: unknown): InletError =>
  new InletError(409, "conflict", `Qdrant has a collection or alias ${alias} that is not this namespace's.`, {
    code: "name_taken_in_qdrant",
    details: { alias },
    cause,
  });
const beingDeleted = (name: string): InletError =>
  new InletError(409, "conflict", `The namespace ${name} is being deleted; send it again.`, {
    code: "being_deleted",
    details: { namespace: name },
    retryAfterSeconds: 1,
  });
