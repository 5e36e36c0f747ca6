/** Collections as their owners see them: made, read, listed, changed, deleted with their documents. */
import { isDeepStrictEqual } from "node:util";

import { type Principal } from "../auth/principal";
import { inTurns, listed, type ListRequest, type PageAsked } from "../control/listing";
import { type CollectionRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { conflict, notFound } from "../errors";
import { requireNameOrId } from "../namespaces/names";
import { type Namespace, type NamespaceResolver } from "../namespaces/namespace";
import { type CallOptions, type Qdrant, type QdrantFilter } from "../qdrant/gateway";
import { type CollectionDetails, type CollectionRecords } from "./directory";
import { describeFeatures } from "./features";
import { type CollectionCreate, type CollectionFeatures, type CollectionRead, type CollectionUpdate } from "./schemas";

/** Where a request stands: whose it is, and the namespace that it names. */
export interface CollectionScope extends CallOptions {
  principal: Principal;
  namespace: string;
}

export class CollectionService {
  constructor(
    private readonly deps: {
      control: ControlStore;
      qdrant: Pick<Qdrant, "count" | "delete">;
      namespaces: NamespaceResolver;
      directory: CollectionRecords;
      now: () => Date;
    },
  ) {}

  /** @throws InletError 409 where the name or the id is taken */
  async create(scope: CollectionScope, body: CollectionCreate): Promise<CollectionRead> {
    const { directory } = this.deps;
    const name = body.collection_name;
    const id = body.collection_id ?? undefined;
    const details = detailsOf(body);
    const namespace = await this.namespace(scope, true);
    const there = await directory.read(namespace, name, scope);
    if (there?.record.state === "deleting") await this.finishRemoval(namespace, there.record, scope);
    const wish = { name, details, ...(id === undefined ? {} : { id }) };
    const { record, made } = await directory.provide(namespace, wish, scope);
    if (!made && (there?.record.state === "ready" || !isDeepStrictEqual(detailsOf(record), details))) {
      throw conflict(`The collection name ${name} is taken.`, { collection_name: name }, "name_taken");
    }
    directory.forget(namespace, { id: record.collection_id, name });
    return await this.shown(namespace, record, scope);
  }

  async read(scope: CollectionScope, nameOrId: string): Promise<CollectionRead> {
    const namespace = await this.namespace(scope, false);
    return await this.shown(namespace, await this.required(namespace, nameOrId, scope), scope);
  }

  async list(scope: CollectionScope, request: ListRequest, page: PageAsked) {
    const namespace = await this.namespace(scope, false);
    const rows: (Record<string, unknown> & { collection_id: string; record: CollectionRecord })[] = [];
    for await (const record of this.deps.directory.all(namespace, scope)) {
      rows.push({ ...record, collection_name: record.name, record });
    }
    const { results, pagination, total } = listed(rows, request, page, {
      id: "collection_id",
      searched: ["collection_id", "collection_name", "description"],
    });
    const shown = await inTurns(results, ({ record }) => this.shown(namespace, record, scope));
    const documents = shown.reduce((sum, each) => sum + each.document_count, 0);
    const stats = {
      total_documents: documents,
      avg_documents_per_collection: shown.length === 0 ? 0 : documents / shown.length,
    };
    return { results: shown, pagination, total_count: total, stats };
  }

  /** What is sent is set, null removes it, the rest stays. */
  async update(scope: CollectionScope, nameOrId: string, body: CollectionUpdate): Promise<CollectionRead> {
    const { control, directory, now } = this.deps;
    const namespace = await this.namespace(scope, false);
    const before = await this.required(namespace, nameOrId, scope);
    const name = body.collection_name ?? before.name;
    if (name !== before.name) await this.claimName(namespace, before, name, scope);
    const at = now().toISOString();
    const stored = await control.update(
      "collection",
      [namespace.id, before.collection_id],
      (current) => (current.state === "ready" ? { ...withChanges(current, body), name, updated_at: at } : undefined),
      scope,
    );
    if (stored?.record.state !== "ready") throw unknown(nameOrId);
    if (name !== before.name) await this.releaseName(namespace, before, scope);
    directory.forget(namespace, { id: before.collection_id, name: before.name });
    directory.forget(namespace, { id: before.collection_id, name });
    return await this.shown(namespace, stored.record, scope);
  }

  async remove(scope: CollectionScope, nameOrId: string): Promise<{ message: string; success: boolean }> {
    const { control, directory, now } = this.deps;
    const namespace = await this.namespace(scope, false);
    requireNameOrId("collection", nameOrId, "collection");
    const stored = await directory.read(namespace, nameOrId, scope);
    if (stored === undefined) throw unknown(nameOrId);
    const { record } = stored;
    const at = now().toISOString();
    await control.update(
      "collection",
      [namespace.id, record.collection_id],
      (current) => (current.state === "deleting" ? undefined : { ...current, state: "deleting", updated_at: at }),
      scope,
    );
    directory.forget(namespace, { id: record.collection_id, name: record.name });
    await this.finishRemoval(namespace, record, scope);
    return { message: `Collection ${record.name} was deleted with its documents.`, success: true };
  }

  async features(scope: CollectionScope, nameOrId: string): Promise<CollectionFeatures> {
    const { namespaces, qdrant } = this.deps;
    const namespace = await this.namespace(scope, false);
    const record = await this.required(namespace, nameOrId, scope);
    const vectors = await namespaces.vectors(namespace, { fresh: true, signal: scope.signal });
    const counted = await inTurns([...vectors], async ([name, schema]) => {
      const filter = { must: [ofCollection(record), { has_vector: name }] };
      return { name, schema, documents: await qdrant.count(namespace.id, filter, scope) };
    });
    return describeFeatures(record, counted);
  }

  private async namespace(scope: CollectionScope, provision: boolean): Promise<Namespace> {
    const options = { provision, signal: scope.signal };
    return await this.deps.namespaces.namespace(scope.principal, scope.namespace, options);
  }

  private async required(namespace: Namespace, nameOrId: string, options: CallOptions): Promise<CollectionRecord> {
    requireNameOrId("collection", nameOrId, "collection");
    const stored = await this.deps.directory.read(namespace, nameOrId, options);
    if (stored?.record.state !== "ready") throw unknown(nameOrId);
    return stored.record;
  }

  private async finishRemoval(namespace: Namespace, record: CollectionRecord, options: CallOptions): Promise<void> {
    const { control, qdrant } = this.deps;
    await qdrant.delete(namespace.id, { filter: { must: [ofCollection(record)] } }, { ...options, ordering: "strong" });
    await this.releaseName(namespace, record, options);
    const key = [namespace.id, record.collection_id];
    const last = await control.get("collection", key, { ...options, consistency: "majority" });
    if (last?.record.state === "deleting") await control.remove("collection", key, last, options);
  }

  private async claimName(
    namespace: Namespace,
    record: CollectionRecord,
    name: string,
    options: CallOptions,
  ): Promise<void> {
    const claim = { namespace_id: namespace.id, name, collection_id: record.collection_id };
    const holder = await this.deps.control.claim("collection_name", [namespace.id, name], claim, options);
    if (holder.record.collection_id !== record.collection_id) {
      throw conflict(`The collection name ${name} is taken.`, { collection_name: name }, "name_taken");
    }
  }

  private async releaseName(namespace: Namespace, record: CollectionRecord, options: CallOptions): Promise<void> {
    const { control } = this.deps;
    const key = [namespace.id, record.name];
    const held = await control.get("collection_name", key, { ...options, consistency: "majority" });
    if (held?.record.collection_id === record.collection_id)
      await control.remove("collection_name", key, held, options);
  }

  private async shown(namespace: Namespace, record: CollectionRecord, options: CallOptions): Promise<CollectionRead> {
    const documents = await this.deps.qdrant.count(namespace.id, { must: [ofCollection(record)] }, options);
    return {
      collection_id: record.collection_id,
      collection_name: record.name,
      ...(record.description === undefined ? {} : { description: record.description }),
      ...(record.metadata === undefined ? {} : { metadata: record.metadata }),
      source: sourceOf(record),
      feature_extractor: extractorOf(record),
      ...(record.input_schema === undefined ? {} : { input_schema: record.input_schema }),
      enabled: record.enabled ?? true,
      document_count: documents,
      created_at: record.created_at,
      updated_at: record.updated_at,
    };
  }
}

const DETAILS = ["description", "metadata", "source", "feature_extractor", "input_schema", "enabled"] as const;
type Given = { [K in (typeof DETAILS)[number]]?: CollectionDetails[K] | null | undefined };

/** The details without what is null or absent. */
function detailsOf(given: Given): CollectionDetails {
  const { description, metadata, source, feature_extractor, input_schema, enabled } = given;
  return {
    ...(description === undefined || description === null ? {} : { description }),
    ...(metadata === undefined || metadata === null ? {} : { metadata }),
    ...(source === undefined || source === null ? {} : { source }),
    ...(feature_extractor === undefined || feature_extractor === null ? {} : { feature_extractor }),
    ...(input_schema === undefined || input_schema === null ? {} : { input_schema }),
    ...(enabled === undefined || enabled === null ? {} : { enabled }),
  };
}

function withChanges(record: CollectionRecord, body: CollectionUpdate): CollectionRecord {
  const { description, metadata, source, feature_extractor, input_schema, enabled, ...rest } = record;
  const before: Given = { description, metadata, source, feature_extractor, input_schema, enabled };
  const sent = Object.fromEntries(DETAILS.filter((key) => key in body).map((key) => [key, Reflect.get(body, key)]));
  return { ...rest, ...detailsOf({ ...before, ...sent }) };
}

const ofCollection = (record: CollectionRecord): QdrantFilter => ({
  key: "collection_id",
  match: { value: record.collection_id },
});

const SOURCE_TYPES = ["bucket", "collection", "taxonomy", "cluster", "direct_upsert", "signals", "none"] as const;

/** A collection that a document made on first use has no source of its own. */
function sourceOf({ source }: CollectionRecord): CollectionRead["source"] {
  const type = SOURCE_TYPES.find((each) => each === source?.type);
  return type === undefined ? { type: "direct_upsert" } : { ...source, type };
}

/** What the published model requires, for collections without an extractor too. */
function extractorOf({ feature_extractor: given }: CollectionRecord): CollectionRead["feature_extractor"] {
  if (given === undefined) {
    return { feature_extractor_name: "none", version: "v1", feature_extractor_id: "none_v1" };
  }
  const [name, version] = [String(given.feature_extractor_name), String(given.version)];
  const { params, ...rest } = given;
  return {
    ...rest,
    ...(typeof params === "object" && params !== null ? { params: { ...params } } : {}),
    feature_extractor_name: name,
    version,
    feature_extractor_id: `${name}_${version}`,
  };
}

const unknown = (nameOrId: string) => notFound(`Collection ${nameOrId}`, { collection: nameOrId });
