/** Namespaces as their owners see them: made, read, listed, changed, deleted. */
import { isDeepStrictEqual } from "node:util";

import { type Principal } from "../auth/principal";
import { mayUseNamespace, requireNamespace } from "../auth/scopes";
import { inTurns, listed, type ListRequest, type PageAsked } from "../control/listing";
import { type NamespaceRecord, type NamespaceSettings } from "../control/records";
import { type ControlStore } from "../control/store";
import { conflict, notFound } from "../errors";
import { type CallOptions, type Qdrant } from "../qdrant/gateway";
import { distanceOf } from "./declarations";
import { type NamespaceDirectory } from "./directory";
import { isIdOf, requireNameOrId } from "./names";
import { type NamespaceProvisioner } from "./provision";
import { type NamespaceRemover } from "./remove";
import { type NamespaceRenamer } from "./rename";
import { type NamespaceCreate, type NamespaceRead, type NamespaceUpdate, type StandaloneCreate } from "./schemas";

export interface NamespaceServiceDeps {
  control: ControlStore;
  qdrant: Qdrant;
  directory: NamespaceDirectory;
  provisioner: NamespaceProvisioner;
  renamer: NamespaceRenamer;
  remover: NamespaceRemover;
  now: () => Date;
}

export class NamespaceService {
  constructor(private readonly deps: NamespaceServiceDeps) {}

  /** @throws InletError 409 where the name or the id is taken. The same request again, while the first is under way or was
   *  cut off, gives its namespace. */
  async create(who: Principal, body: NamespaceCreate, options: CallOptions): Promise<NamespaceRead> {
    const id = body.namespace_id ?? undefined;
    return await this.provide(who, body.namespace_name, id, settingsOf(body), options);
  }

  async createStandalone(who: Principal, body: StandaloneCreate, options: CallOptions): Promise<NamespaceRead> {
    const { namespace_id, namespace_name, vector_configs, auto_create_indexes } = body;
    const given = namespace_id ?? namespace_name ?? "";
    const id = isIdOf("namespace", given) ? given : undefined;
    const name = namespace_name ?? given;
    const settings = settingsOf({ namespace_name: name, vector_configs, auto_create_indexes, mode: "standalone" });
    return await this.provide(who, name, id, settings, options);
  }

  async read(who: Principal, nameOrId: string, options: CallOptions): Promise<NamespaceRead> {
    return await this.shown(await this.required(who, nameOrId, options), options);
  }

  async list(who: Principal, request: ListRequest, page: PageAsked, options: CallOptions) {
    const rows: (Record<string, unknown> & { namespace_id: string; record: NamespaceRecord })[] = [];
    for await (const { record } of this.deps.control.list(
      "namespace",
      { organisation_id: who.organisationId },
      options,
    )) {
      if (record.state !== "ready" || !mayUseNamespace(who, [record.namespace_id, record.name])) continue;
      const { namespace_id, name, created_at, updated_at, settings } = record;
      rows.push({ namespace_id, namespace_name: name, created_at, updated_at, ...settings, record });
    }
    const { results, pagination, total } = listed(rows, request, page, {
      id: "namespace_id",
      searched: ["namespace_id", "namespace_name", "description"],
    });
    const shown = await inTurns(results, ({ record }) => this.shown(record, options));
    const sum = (field: "document_count" | "collection_count"): number =>
      shown.reduce((all, each) => all + each[field], 0);
    const stats = { total_documents: sum("document_count"), total_collections: sum("collection_count") };
    return { results: shown, pagination, total_count: total, stats };
  }

  /** What is sent is set, the rest stays. New payload indexes are made; one that is left out stays in Qdrant. */
  async update(who: Principal, nameOrId: string, body: NamespaceUpdate, options: CallOptions): Promise<NamespaceRead> {
    const { control, directory, provisioner, qdrant, renamer, now } = this.deps;
    let record = await this.required(who, nameOrId, options);
    const before = record;
    const name = body.namespace_name ?? undefined;
    if (name !== undefined && name !== record.name) record = await renamer.rename(record, name, options);
    const changes = changesOf(body);
    if (Object.keys(changes).length > 0) {
      const at = now().toISOString();
      const stored = await control.update(
        "namespace",
        [record.namespace_id],
        (current) => ({ ...current, settings: { ...current.settings, ...changes }, updated_at: at }),
        options,
      );
      if (stored === undefined) throw unknown(nameOrId);
      record = stored.record;
      const there = await qdrant.describeCollection(record.namespace_id, options);
      if (changes.payload_indexes !== undefined) {
        await provisioner.makeIndexes(record, there?.indexes ?? new Set(), options);
      }
    }
    for (const each of [before, record]) directory.forget(namespaceOf(each));
    return await this.shown(record, options);
  }

  async remove(who: Principal, nameOrId: string, options: CallOptions): Promise<{ message: string; success: boolean }> {
    const { directory, remover } = this.deps;
    requireNameOrId("namespace", nameOrId, "namespace");
    const stored = await directory.read(who, nameOrId, options);
    if (stored === undefined) throw unknown(nameOrId);
    requireNamespace(who, [nameOrId, stored.record.namespace_id, stored.record.name]);
    await remover.remove(stored.record, options);
    directory.forget(namespaceOf(stored.record));
    return { message: `Namespace ${stored.record.name} was deleted.`, success: true };
  }

  async stats(who: Principal, nameOrId: string, options: CallOptions) {
    const { namespace_id, document_count, collection_count } = await this.read(who, nameOrId, options);
    return { namespace_id, document_count, collection_count };
  }

  /** Makes every index that the namespace should have and does not. */
  async ensureIndexes(who: Principal, nameOrId: string, options: CallOptions) {
    const { provisioner, qdrant } = this.deps;
    const record = await this.required(who, nameOrId, options);
    const there = await qdrant.describeCollection(record.namespace_id, options);
    const created = await provisioner.makeIndexes(record, there?.indexes ?? new Set(), options);
    const indexes = [...new Set([...(there?.indexes ?? []), ...created])].sort();
    return { namespace_id: record.namespace_id, created, indexes };
  }

  private async provide(
    who: Principal,
    name: string,
    id: string | undefined,
    settings: NamespaceSettings,
    options: CallOptions,
  ): Promise<NamespaceRead> {
    const { directory, provisioner, remover } = this.deps;
    requireNamespace(who, [name, ...(id === undefined ? [] : [id])]);
    const there = await directory.read(who, name, options);
    if (there?.record.state === "deleting") await remover.remove(there.record, options);
    if (there?.record.state === "ready") throw nameTaken(name);
    const wish = { organisationId: who.organisationId, name, settings, ...(id === undefined ? {} : { id }) };
    const { record, made } = await provisioner.provide(wish, options);
    if (!made && !isDeepStrictEqual(record.settings, settings)) throw nameTaken(name);
    directory.forget(namespaceOf(record));
    return await this.shown(record, options);
  }

  private async required(who: Principal, nameOrId: string, options: CallOptions): Promise<NamespaceRecord> {
    requireNameOrId("namespace", nameOrId, "namespace");
    const stored = await this.deps.directory.read(who, nameOrId, options);
    if (stored?.record.state !== "ready") throw unknown(nameOrId);
    requireNamespace(who, [nameOrId, stored.record.namespace_id, stored.record.name]);
    return await this.deps.renamer.settle(stored.record, options);
  }

  private async shown(record: NamespaceRecord, options: CallOptions): Promise<NamespaceRead> {
    const { control, qdrant } = this.deps;
    const { namespace_id: id, settings, alias } = record;
    const [there, collections] = await Promise.all([
      qdrant.describeCollection(id, options),
      control.count("collection", { namespace_id: id }, options),
    ]);
    const documents = there === undefined ? 0 : await qdrant.count(id, undefined, options);
    return {
      object: "namespace",
      namespace_id: id,
      namespace_name: record.name,
      namespace_type: "standard",
      ...(settings.description === undefined ? {} : { description: settings.description }),
      infrastructure: { qdrant_collection: id, ...(alias === undefined ? {} : { qdrant_alias: alias }) },
      feature_extractors: (settings.feature_extractors ?? []).map(withExtractorId),
      payload_indexes: declaredOf(settings),
      payload_index_count: there?.indexes.size ?? 0,
      document_count: documents,
      collection_count: collections,
      auto_create_indexes: settings.auto_create_indexes ?? false,
      mode: settings.mode ?? "managed",
      vector_configs: settings.vector_configs ?? [],
      ...(settings.vectors === undefined ? {} : { vectors: settings.vectors }),
      namespace_ready: true,
      created_at: record.created_at,
      updated_at: record.updated_at,
    };
  }
}

/** What a request declares, as it is kept. `metadata.x` means the user field `x`. */
export function settingsOf(body: NamespaceCreate): NamespaceSettings {
  const configs = body.vector_configs ?? undefined;
  const fromConfigs = (configs ?? []).map(({ name, dimension, metric }): [string, Record<string, unknown>] => [
    name,
    { size: dimension, distance: distanceOf(metric ?? "cosine") },
  ]);
  const vectors = Object.fromEntries([...fromConfigs, ...Object.entries(body.vectors ?? {})]);
  return {
    ...changesOf(body),
    ...(configs === undefined ? {} : { vector_configs: configs }),
    ...(Object.keys(vectors).length === 0 ? {} : { vectors }),
    ...(body.mode === undefined || body.mode === null ? {} : { mode: body.mode }),
  };
}

function changesOf(
  body: Pick<NamespaceUpdate, "description" | "feature_extractors" | "payload_indexes" | "auto_create_indexes">,
): NamespaceSettings {
  const { description, feature_extractors: extractors, payload_indexes: indexes, auto_create_indexes: auto } = body;
  return {
    ...(typeof description === "string" ? { description } : {}),
    ...(Array.isArray(extractors) ? { feature_extractors: extractors } : {}),
    ...(Array.isArray(indexes)
      ? {
          payload_indexes: indexes.map(({ field_schema: schema, field_name: name, ...rest }) => ({
            ...rest,
            field_name: name.replace(/^metadata\./, ""),
            ...(schema === undefined || schema === null ? {} : { field_schema: schema }),
          })),
        }
      : {}),
    ...(typeof auto === "boolean" ? { auto_create_indexes: auto } : {}),
  };
}

function withExtractorId(extractor: Record<string, unknown>) {
  const { feature_extractor_name: name, version, params } = extractor;
  return {
    feature_extractor_name: String(name),
    version: String(version),
    ...(typeof params === "object" && params !== null ? { params: { ...params } } : {}),
    feature_extractor_id: `${String(name)}_${String(version)}`,
  };
}

const TYPES = ["keyword", "integer", "float", "bool", "geo", "datetime", "text", "uuid"] as const;

function declaredOf(settings: NamespaceSettings): NamespaceRead["payload_indexes"] {
  return (settings.payload_indexes ?? []).flatMap(({ type, ...rest }) => {
    const known = TYPES.find((each) => each === type);
    return known === undefined ? [] : [{ ...rest, type: known }];
  });
}

const namespaceOf = (record: NamespaceRecord) => ({
  id: record.namespace_id,
  name: record.name,
  organisationId: record.organisation_id,
});
const unknown = (nameOrId: string) => notFound(`Namespace ${nameOrId}`, { namespace: nameOrId });
const nameTaken = (name: string) =>
  conflict(`The namespace name ${name} is taken.`, { namespace_name: name }, "name_taken");
