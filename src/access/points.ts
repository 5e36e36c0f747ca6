/** The points of a namespace as a key sees them that was given some of its collections: what is in others is not there for
 *  it, whatever it asks, and what it writes stays in its own. A layer around the gateway with the same faces, so that no
 *  service needs to know of it. */
import { conflict, type InletError } from "../errors";
import { joined, scoped } from "../filters/scan";
import {
  type Admin,
  type PointFacets,
  type PointReader,
  type PointSearch,
  type PointWriter,
  type QdrantFilter,
  type QdrantPoint,
  type ReadOptions,
} from "../qdrant/gateway";
import { outOfScopeCollection } from "../auth/scopes";
import { type GrantedCollections } from "./granted";

/** What the services of documents ask of the gateway. */
export type Points = PointReader & PointFacets & PointSearch & PointWriter & Pick<Admin, "describeCollection">;

const FIELD = "collection_id";

export class GrantedPoints implements Points {
  constructor(
    private readonly inner: Points,
    private readonly granted: Pick<GrantedCollections, "ids">,
  ) {}

  retrieve: Points["retrieve"] = async (collection, ids, want, options) => {
    const allowed = await this.granted.ids(collection, options);
    if (allowed === undefined) return await this.inner.retrieve(collection, ids, want, options);
    const { payload } = want;
    const asked =
      payload === false ? [FIELD] : payload === true || payload.includes(FIELD) ? payload : [...payload, FIELD];
    const points = await this.inner.retrieve(collection, ids, { ...want, payload: asked }, options);
    const own = points.filter((point) => isIn(allowed, point));
    return asked === payload ? own : own.map(withoutField);
  };

  scroll: Points["scroll"] = async (collection, page, options) =>
    await this.inner.scroll(collection, { ...page, ...(await this.within(collection, page.filter, options)) }, options);

  count: Points["count"] = async (collection, filter, options) =>
    await this.inner.count(collection, (await this.within(collection, filter, options)).filter, options);

  facet: Points["facet"] = async (collection, asked, options) =>
    await this.inner.facet(
      collection,
      { ...asked, ...(await this.within(collection, asked.filter, options)) },
      options,
    );

  query: Points["query"] = async (collection, query, options) =>
    await this.inner.query(
      collection,
      { ...query, ...(await this.within(collection, query.filter, options)) },
      options,
    );

  queryGroups: Points["queryGroups"] = async (collection, query, options) => {
    const within = await this.within(collection, query.filter, options);
    return await this.inner.queryGroups(collection, { ...query, ...within }, options);
  };

  /** @throws InletError 403 for a point of another collection, 409 for an id that another collection's point has */
  upsert: Points["upsert"] = async (collection, points, options) => {
    const allowed = await this.granted.ids(collection, options);
    if (allowed === undefined) return await this.inner.upsert(collection, points, options);
    for (const point of points) if (!isIn(allowed, point)) throw outOfScopeCollection(String(point.payload[FIELD]));
    await this.refuseTaken(collection, points, allowed, options);
    // Somebody may have made one in between.
    const own = joined([scoped(allowed), options.updateFilter]);
    const condition = options.mode === "insert_only" || own === undefined ? {} : { updateFilter: own };
    await this.inner.upsert(collection, points, { ...options, ...condition });
  };

  overwritePayload: Points["overwritePayload"] = async (collection, payload, filter, options) => {
    const allowed = await this.granted.ids(collection, options);
    if (allowed !== undefined && !isIn(allowed, { payload })) throw outOfScopeCollection(String(payload[FIELD]));
    const own = allowed === undefined ? filter : (joined([scoped(allowed), filter]) ?? filter);
    await this.inner.overwritePayload(collection, payload, own, options);
  };

  delete: Points["delete"] = async (collection, selector, options) => {
    const allowed = await this.granted.ids(collection, options);
    if (allowed === undefined) return await this.inner.delete(collection, selector, options);
    const chosen = "ids" in selector ? { has_id: selector.ids } : selector.filter;
    await this.inner.delete(collection, { filter: { must: [scoped(allowed), chosen] } }, options);
  };

  describeCollection: Points["describeCollection"] = (name, options) => this.inner.describeCollection(name, options);

  private async within(
    collection: string,
    filter: QdrantFilter | undefined,
    options: ReadOptions,
  ): Promise<{ filter?: QdrantFilter }> {
    const own = joined([scoped(await this.granted.ids(collection, options)), filter]);
    return own === undefined ? {} : { filter: own };
  }

  /** A write leaves such a point alone without a word. */
  private async refuseTaken(
    collection: string,
    points: readonly QdrantPoint[],
    allowed: readonly string[],
    options: ReadOptions,
  ): Promise<void> {
    const ids = points.map(({ id }) => id);
    const { signal } = options;
    const want = { payload: [FIELD], vectors: false };
    const there = await this.inner.retrieve(collection, ids, want, { signal, consistency: "majority" });
    const taken = new Set(there.filter((point) => !isIn(allowed, point)).map(({ id }) => id));
    if (taken.size === 0) return;
    throw idsTaken(points.filter(({ id }) => taken.has(id)).map(({ payload }) => String(payload["document_id"])));
  }
}

const isIn = (allowed: readonly string[], { payload }: Pick<QdrantPoint, "payload">): boolean => {
  const collection = payload[FIELD];
  return typeof collection === "string" && allowed.includes(collection);
};

const withoutField = ({ payload, ...point }: QdrantPoint): QdrantPoint => ({
  ...point,
  payload: Object.fromEntries(Object.entries(payload).filter(([key]) => key !== FIELD)),
});

const idsTaken = (documentIds: readonly string[]): InletError =>
  conflict(
    `Another collection has a document of this id: ${documentIds.join(", ")}.`,
    { document_ids: documentIds },
    "document_exists",
  );
