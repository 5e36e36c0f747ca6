/** Qdrant over its REST API: the only importer of the client. Puts requests into Qdrant's words and answers into Inlet's;
 *  deadlines, retries and bounds are the `Caller`'s (connect.ts puts them together). */
import { setMaxListeners } from "node:events";

import { QdrantClient } from "@qdrant/js-client-rest";
import { type Dispatcher } from "undici";

import { InletError } from "../errors";
import { batchesOf } from "./batches";
import { type CallAbout, type Caller } from "./calls";
import { inletErrorOf, QdrantFailure } from "./errors";
import {
  type CallOptions,
  type CollectionDescription,
  type FacetHit,
  type NewCollection,
  type PayloadIndexSpec,
  type PointReader,
  type PointSearch,
  type PointWriter,
  type Qdrant,
  type QdrantFilter,
  type QdrantPoint,
  type ReadOptions,
  type ScoredPoint,
  type VectorSchema,
  type WriteOptions,
} from "./gateway";
import { pointOf } from "./points";
import { descriptionOf } from "./schema";
import { filterToSend, universalQueryToSend, vectorsToSend } from "./wire";

export interface RestOptions {
  /** Where Qdrant is. Without a port the scheme's own (443, 80); a path is kept as prefix. */
  url: URL;
  apiKey: string | undefined;
  dispatcher: Dispatcher;
  /** Of the collections that Inlet makes; what is left out is Qdrant's own default. */
  collections: { shardNumber?: number; replicationFactor?: number; writeConsistencyFactor?: number };
  /** Told when Qdrant says that a collection is not there, so that nobody goes on believing in it. */
  onMissingCollection(name: string): void;
}

type Page = Parameters<PointReader["scroll"]>[1];

/** Named-vector endpoints came with 1.18; before, the path is unknown to Qdrant's router, which answers with no text. */
const FIRST_WITH_NAMED_VECTORS = "1.18";

export class RestQdrant implements Qdrant {
  private readonly api;

  constructor(
    private readonly options: RestOptions,
    private readonly caller: Caller,
  ) {
    const { url, apiKey } = options;
    const prefix = url.pathname.replace(/\/+$/, "");
    this.api = new QdrantClient({
      url: url.origin,
      // Its own default would be 6333.
      port: url.port === "" ? null : Number(url.port),
      ...(prefix === "" ? {} : { prefix }),
      // As `apiKey` it would warn on the console over http.
      ...(apiKey === undefined ? {} : { headers: { "api-key": apiKey } }),
      // Any finite one replaces our own signal.
      timeout: Infinity,
      checkCompatibility: false,
    }).api();
  }

  async retrieve(
    collection: string,
    ids: string[],
    want: { payload: boolean | string[]; vectors: boolean | string[] },
    options: ReadOptions,
  ): Promise<QdrantPoint[]> {
    if (ids.length === 0) return [];
    const asked = { ids, with_payload: want.payload, with_vector: want.vectors, ...consistencyOf(options) };
    const result = await this.run({ name: "getPoints", effect: "read" }, collection, options, (init) =>
      this.api.getPoints({ collection_name: collection, ...asked }, init),
    );
    return result.map(pointOf);
  }

  async scroll(
    collection: string,
    page: Page,
    options: ReadOptions,
  ): Promise<{ points: QdrantPoint[]; next: string | undefined }> {
    const { orderBy } = page;
    const asked = {
      limit: page.limit,
      with_payload: page.payload,
      with_vector: page.vectors,
      ...(page.filter === undefined ? {} : { filter: filterToSend(page.filter) }),
      ...(page.offset === undefined ? {} : { offset: page.offset }),
      ...(orderBy === undefined
        ? {}
        : {
            order_by: {
              key: orderBy.key,
              direction: orderBy.direction,
              ...(orderBy.startFrom === undefined ? {} : { start_from: orderBy.startFrom }),
            },
          }),
      ...consistencyOf(options),
    };
    const result = await this.run({ name: "scrollPoints", effect: "read" }, collection, options, (init) =>
      this.api.scrollPoints({ collection_name: collection, ...asked }, init),
    );
    const next = result.next_page_offset;
    return {
      points: result.points.map(pointOf),
      next: typeof next === "string" || typeof next === "number" ? String(next) : undefined,
    };
  }

  async count(collection: string, filter: QdrantFilter | undefined, options: ReadOptions): Promise<number> {
    const asked = {
      exact: true,
      ...(filter === undefined ? {} : { filter: filterToSend(filter) }),
      ...consistencyOf(options),
    };
    const result = await this.run({ name: "countPoints", effect: "read" }, collection, options, (init) =>
      this.api.countPoints({ collection_name: collection, ...asked }, init),
    );
    return result.count;
  }

  async facet(
    collection: string,
    asked: { key: string; filter?: QdrantFilter; limit: number },
    options: ReadOptions,
  ): Promise<FacetHit[]> {
    const { key, filter, limit } = asked;
    const body = { key, limit, exact: true, ...(filter === undefined ? {} : { filter: filterToSend(filter) }) };
    const result = await this.run({ name: "facet", effect: "read" }, collection, options, (init) =>
      this.api.facet({ collection_name: collection, ...body, ...consistencyOf(options) }, init),
    );
    return result.hits;
  }

  async query(
    collection: string,
    asked: Parameters<PointSearch["query"]>[1],
    options: ReadOptions,
  ): ReturnType<PointSearch["query"]> {
    const body = { ...universalQueryToSend(asked), limit: asked.limit, with_payload: false };
    const result = await this.run({ name: "queryPoints", effect: "read" }, collection, options, (init) =>
      this.api.queryPoints({ collection_name: collection, ...body, ...consistencyOf(options) }, init),
    );
    const path = `/collections/${encodeURIComponent(collection)}/points/query`;
    return { points: result.points.map(scoredOf), sent: { method: "POST", path, body } };
  }

  async queryGroups(
    collection: string,
    asked: Parameters<PointSearch["queryGroups"]>[1],
    options: ReadOptions,
  ): ReturnType<PointSearch["queryGroups"]> {
    const { limit, group_by, group_size } = asked;
    const body = { ...universalQueryToSend(asked), limit, group_by, group_size, with_payload: false };
    const result = await this.run({ name: "queryPointsGroups", effect: "read" }, collection, options, (init) =>
      this.api.queryPointsGroups({ collection_name: collection, ...body, ...consistencyOf(options) }, init),
    );
    const groups = result.groups.map(({ id, hits }) => ({ key: id, points: hits.map(scoredOf) }));
    const path = `/collections/${encodeURIComponent(collection)}/points/query/groups`;
    return { groups, sent: { method: "POST", path, body } };
  }

  async upsert(
    collection: string,
    points: QdrantPoint[],
    options: WriteOptions & Pick<Parameters<PointWriter["upsert"]>[2], "mode" | "updateFilter">,
  ): Promise<void> {
    const how = {
      ...(options.mode === undefined || options.mode === "upsert" ? {} : { update_mode: options.mode }),
      ...(options.updateFilter === undefined ? {} : { update_filter: filterToSend(options.updateFilter) }),
    };
    const toSend = points.map((point) => ({ ...point, vector: vectorsToSend(point.vector) }));
    for (const batch of batchesOf(toSend)) {
      const asked = { points: batch, ...how, wait: true, ordering: options.ordering };
      await this.run({ name: "upsertPoints", effect: "write" }, collection, options, (init) =>
        this.api.upsertPoints({ collection_name: collection, ...asked }, init),
      );
    }
  }

  async overwritePayload(
    collection: string,
    payload: Record<string, unknown>,
    filter: QdrantFilter,
    options: WriteOptions,
  ): Promise<void> {
    const asked = { payload, filter: filterToSend(filter), wait: true, ordering: options.ordering };
    await this.run({ name: "overwritePayload", effect: "write" }, collection, options, (init) =>
      this.api.overwritePayload({ collection_name: collection, ...asked }, init),
    );
  }

  async delete(
    collection: string,
    selector: { ids: string[] } | { filter: QdrantFilter },
    options: WriteOptions,
  ): Promise<void> {
    if ("ids" in selector && selector.ids.length === 0) return;
    const asked = {
      ...("ids" in selector ? { points: selector.ids } : { filter: filterToSend(selector.filter) }),
      wait: true,
      ordering: options.ordering,
    };
    await this.run({ name: "deletePoints", effect: "write" }, collection, options, (init) =>
      this.api.deletePoints({ collection_name: collection, ...asked }, init),
    );
  }

  async createCollection(name: string, config: NewCollection, options: CallOptions): Promise<boolean> {
    const { shardNumber, replicationFactor, writeConsistencyFactor } = this.options.collections;
    const asked = {
      vectors: config.vectors ?? {},
      ...(config.sparseVectors === undefined ? {} : { sparse_vectors: config.sparseVectors }),
      ...(config.metadata === undefined ? {} : { metadata: config.metadata }),
      ...(shardNumber === undefined ? {} : { shard_number: shardNumber }),
      ...(replicationFactor === undefined ? {} : { replication_factor: replicationFactor }),
      ...(writeConsistencyFactor === undefined ? {} : { write_consistency_factor: writeConsistencyFactor }),
    };
    return await this.run(
      { name: "createCollection", effect: "write" },
      name,
      options,
      (init) => this.api.createCollection({ collection_name: name, ...asked }, init),
      (failure) => (failure.status === 409 ? false : undefined),
    );
  }

  async deleteCollection(name: string, options: CallOptions): Promise<void> {
    await this.run({ name: "deleteCollection", effect: "write" }, name, options, (init) =>
      this.api.deleteCollection({ collection_name: name }, init),
    );
  }

  async describeCollection(name: string, options: CallOptions): Promise<CollectionDescription | undefined> {
    const info = await this.run(
      { name: "getCollection", effect: "read" },
      name,
      options,
      (init) => this.api.getCollection({ collection_name: name }, init),
      (failure) => (failure.status === 404 ? null : undefined),
    );
    return info === null ? undefined : descriptionOf(info);
  }

  async addNamedVector(collection: string, name: string, schema: VectorSchema, options: CallOptions): Promise<void> {
    await this.run(
      { name: "createVectorName", effect: "write" },
      collection,
      options,
      (init) =>
        this.api.createVectorName(
          {
            collection_name: collection,
            vector_name: name,
            ...namedVectorConfig(schema),
            wait: true,
            ordering: "strong",
          },
          init,
        ),
      (failure) => {
        if (failure.status === 404 && failure.text === "") throw namedVectorsTooOld(failure);
        if (failure.status === 400 && /already exists/.test(failure.text)) throw heldOtherwise(name, failure);
        return undefined;
      },
    );
  }

  async createPayloadIndex(collection: string, index: PayloadIndexSpec, options: CallOptions): Promise<void> {
    const asked = { field_name: index.field, field_schema: index.schema };
    await this.run({ name: "createFieldIndex", effect: "write" }, collection, options, (init) =>
      this.api.createFieldIndex({ collection_name: collection, ...asked, wait: true, ordering: "strong" }, init),
    );
  }

  async aliases(options: CallOptions): Promise<Map<string, string>> {
    const result = await this.run({ name: "getCollectionsAliases", effect: "read" }, "", options, (init) =>
      this.api.getCollectionsAliases({}, init),
    );
    return new Map(result.aliases.map((alias) => [alias.alias_name, alias.collection_name]));
  }

  async changeAliases(
    actions: ({ create: { alias: string; collection: string } } | { delete: { alias: string } })[],
    options: CallOptions,
  ): Promise<void> {
    const asked = actions.map((action) =>
      "create" in action
        ? { create_alias: { alias_name: action.create.alias, collection_name: action.create.collection } }
        : { delete_alias: { alias_name: action.delete.alias } },
    );
    await this.run({ name: "updateAliases", effect: "write" }, "", options, (init) =>
      this.api.updateAliases({ actions: asked }, init),
    );
  }

  async ready(options: CallOptions): Promise<{ version: string }> {
    const about: CallAbout = { name: "root", effect: "read" };
    // `/` and `/readyz` answer without a key; the list of collections does not.
    await this.run({ name: "getCollections", effect: "read" }, "", options, (init) =>
      this.api.getCollections({}, init),
    );
    try {
      const { dispatcher } = this.options;
      const { data } = await this.caller.call(about, options.signal, (signal) =>
        this.api.root({}, { signal, dispatcher }),
      );
      return { version: data.version };
    } catch (error) {
      throw toInletError(error, about);
    }
  }

  /** Calls, unwraps Qdrant's envelope, and puts a failure into Inlet's words, unless `recover` has an answer for it. */
  private async run<T, R = never>(
    about: CallAbout,
    collection: string,
    options: CallOptions,
    send: (init: { signal: AbortSignal; dispatcher: Dispatcher }) => Promise<{ data: { result?: T } }>,
    recover: (failure: QdrantFailure) => R | undefined = () => undefined,
  ): Promise<T | R> {
    // Many calls may hang on one request's signal; Node would take more than ten for a leak.
    setMaxListeners(0, options.signal);
    try {
      const { data } = await this.caller.call(about, options.signal, (signal) =>
        send({ signal, dispatcher: this.options.dispatcher }),
      );
      if (data.result === undefined) throw new QdrantFailure("broken", "An answer without a result.");
      return data.result;
    } catch (error) {
      if (!(error instanceof QdrantFailure)) throw error;
      const recovered = recover(error);
      if (recovered !== undefined) return recovered;
      if (error.status === 404 && collection !== "") this.options.onMissingCollection(collection);
      throw toInletError(error, about);
    }
  }
}

const scoredOf = ({ id, score }: { id: string | number; score: unknown }): ScoredPoint => ({
  id: String(id),
  score: typeof score === "number" ? score : null,
});

const toInletError = (error: unknown, about: CallAbout): unknown =>
  error instanceof QdrantFailure ? inletErrorOf(error, about.effect) : error;

const consistencyOf = (options: ReadOptions): { consistency?: "majority" | "quorum" } =>
  options.consistency === undefined ? {} : { consistency: options.consistency };

function namedVectorConfig(schema: VectorSchema) {
  if (schema.kind === "sparse") return { sparse: schema.modifier === undefined ? {} : { modifier: schema.modifier } };
  return {
    dense: {
      size: schema.size,
      distance: schema.distance,
      ...(schema.datatype === undefined ? {} : { datatype: schema.datatype }),
      ...(schema.kind === "multi" ? { multivector_config: { comparator: "max_sim" as const } } : {}),
    },
  };
}

const namedVectorsTooOld = (cause: unknown): InletError =>
  new InletError(
    501,
    "service_unavailable",
    `This Qdrant cannot add a named vector to a collection; Inlet needs Qdrant ${FIRST_WITH_NAMED_VECTORS} or later for it.`,
    { code: "qdrant_too_old", cause },
  );

const heldOtherwise = (name: string, cause: unknown): InletError =>
  new InletError(422, "validation_error", `Vector ${name} is there already with another kind or size.`, {
    code: "vector_mismatch",
    details: { name },
    cause,
  });
