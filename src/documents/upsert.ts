/** Many whole documents by their ids, made or replaced: one answer for all, so that all are checked before one is written.
 *  Each write is conditional on the state that was read, so that `updated_at` only grows and a merge at the same instant
 *  starts again from what is there then; who loses such a race is written again. */
import { conflict, type Fault, InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { type PointReader, type PointWriter, type QdrantFilter, type QdrantPoint } from "../qdrant/gateway";
import { type Draft, draftOf } from "./document";
import { type GroupPlacement, type GroupPlan } from "./group-placement";
import { type Binding, type IdempotencyKeys, requestHashOf } from "./idempotency";
import { newPoint, type PointSource } from "./new-point";
import { type Placed, type Scope } from "./placement";
import { collectionIdOf, createdAtOf, revisionOf, updatedAtOf } from "./point";
import { jsonHashOf } from "./request-hash";
import { type DocumentCreate } from "./schemas";
import { releaseIfRefused } from "./service";

export interface UpsertDeps extends PointSource {
  placement: GroupPlacement;
  reader: PointReader;
  writer: PointWriter;
  keys: IdempotencyKeys;
}

interface Item {
  documentId: string;
  body: DocumentCreate;
  draft: Draft;
  placed: Placed;
}

/** Each lost race means that another writer of that document got through. */
const MAX_LOST_RACES = 20;
const STATE = ["collection_id", "_internal.created_at", "_internal.updated_at", "_internal.metadata"];

export class DocumentUpserts {
  constructor(private readonly deps: UpsertDeps) {}

  /** `bodies` are checked, each with a document_id of its own. Under a `key` the same ones can be sent again, others not.
   *  @throws InletError 404, 409 for documents of another collection or a taken key, 413, 422, 503 */
  async upsert(
    scope: Scope,
    collectionName: string,
    bodies: readonly DocumentCreate[],
    key: string | undefined,
  ): Promise<string[]> {
    const drafts = bodies.map(draftOf);
    const ids = drafts.flatMap(({ documentId }) => documentId ?? []);
    const plan = await this.deps.placement.plan(scope, collectionName, drafts);
    refuseAll(plan);
    const stored = plan.namespace === undefined ? new Map() : await this.statesOf(scope, plan.namespace.id, ids);
    refuseOthers(plan, stored);
    const places = await this.deps.placement.make(scope, plan, drafts);
    const items = bodies.flatMap((body, index): Item[] => {
      const [draft, placed] = [drafts[index], places[index]];
      if (draft?.documentId === undefined || placed === undefined) return [];
      return [{ documentId: draft.documentId, body, draft, placed }];
    });
    const binding = await this.bind(scope, items, key);
    try {
      await this.write(scope, items, stored);
    } catch (error) {
      if (binding !== undefined) await releaseIfRefused(binding, error);
      throw error;
    }
    return ids;
  }

  private async bind(scope: Scope, items: readonly Item[], key: string | undefined): Promise<Binding | undefined> {
    const [first] = items;
    if (key === undefined || first === undefined) return undefined;
    const { namespace, collection } = first.placed;
    const requestHash = jsonHashOf([collection.id, items.map(({ body }) => body)]);
    const request = { namespaceId: namespace.id, key, requestHash, documentId: first.documentId };
    return await this.deps.keys.bind(request, scope.signal);
  }

  private async write(scope: Scope, items: readonly Item[], stored: ReadonlyMap<string, QdrantPoint>): Promise<void> {
    let states = stored;
    let pending = [...items];
    for (let attempt = 0; ; attempt++) {
      const [first] = pending;
      if (first === undefined) return;
      if (attempt === MAX_LOST_RACES) throw busy();
      const revisions = await this.writeOnce(scope, pending, states);
      const sent = pending.map(({ documentId }) => documentId);
      states = await this.statesOf(scope, first.placed.namespace.id, sent, "majority");
      pending = pending.filter(({ documentId }) => {
        const point = states.get(documentId);
        return point === undefined || revisionOf(point.payload) !== revisions.get(documentId);
      });
    }
  }

  /** Writes those that are not there as new ones, and the others where they are still as `states` says. Gives the revision
   *  that each has now, unless somebody else was faster. */
  private async writeOnce(
    scope: Scope,
    items: readonly Item[],
    states: ReadonlyMap<string, QdrantPoint>,
  ): Promise<Map<string, string | undefined>> {
    const [first] = items;
    if (first === undefined) return new Map();
    const { namespace } = first.placed;
    const made: QdrantPoint[] = [];
    const replaced: QdrantPoint[] = [];
    const revisions = new Map<string, string | undefined>();
    for (const { documentId, body, draft, placed } of items) {
      const state = states.get(documentId);
      const times =
        state === undefined ? {} : { createdAt: createdAtOf(state.payload), updatedAt: updatedAtOf(state.payload) };
      const hash = requestHashOf(body, placed.collection.id);
      const point = newPoint(this.deps, placed, draft, documentId, hash, times);
      (state === undefined ? made : replaced).push(point);
      revisions.set(documentId, revisionOf(point.payload));
    }
    const how = { ordering: "strong" as const, signal: scope.signal };
    if (made.length > 0) await this.deps.writer.upsert(namespace.id, made, { ...how, mode: "insert_only" });
    if (replaced.length > 0) {
      const updateFilter = unchanged(items.flatMap(({ documentId }) => states.get(documentId) ?? []));
      await this.deps.writer.upsert(namespace.id, replaced, { ...how, mode: "update_only", updateFilter });
    }
    return revisions;
  }

  private async statesOf(
    scope: Scope,
    namespaceId: string,
    ids: readonly string[],
    consistency?: "majority",
  ): Promise<Map<string, QdrantPoint>> {
    const points = await this.deps.reader.retrieve(
      namespaceId,
      ids.map(pointIdOf),
      { payload: STATE, vectors: false },
      { signal: scope.signal, ...(consistency === undefined ? {} : { consistency }) },
    );
    const found = new Map(points.map((point) => [point.id, point]));
    return new Map(
      ids.flatMap((id): [string, QdrantPoint][] => {
        const point = found.get(pointIdOf(id));
        return point === undefined ? [] : [[id, point]];
      }),
    );
  }
}

/** Matches the points whose last write is still the one that was read. Documents that were written together have one time,
 *  so that the filter is short for most upserts. */
function unchanged(points: readonly QdrantPoint[]): QdrantFilter {
  const idsByTime = new Map<string | undefined, string[]>();
  for (const { id, payload } of points) {
    const at = updatedAtOf(payload);
    const ids = idsByTime.get(at);
    if (ids === undefined) idsByTime.set(at, [id]);
    else ids.push(id);
  }
  return {
    should: [...idsByTime].map(([at, ids]) => ({
      must: [
        { has_id: ids },
        at === undefined
          ? { is_empty: { key: "_internal.updated_at" } }
          : { key: "_internal.updated_at", range: { gte: at, lte: at } },
      ],
    })),
  };
}

/** The refusals of a plan as one, with the places in the request. */
function refuseAll({ refusals }: GroupPlan): void {
  if (refusals.size === 0) return;
  const faults: Fault[] = [...refusals].flatMap(([index, { message, details }]) => {
    const errors: unknown = details?.["errors"];
    if (!Array.isArray(errors)) return [{ path: `documents[${index}]`, message }];
    return errors.map((fault: Fault) => ({ ...fault, path: `documents[${index}].${fault.path}` }));
  });
  throw validationError(faults);
}

/** An upsert moves no document from one collection to another. */
function refuseOthers({ collection }: GroupPlan, stored: ReadonlyMap<string, QdrantPoint>): void {
  const others = [...stored].filter(([, { payload }]) => collectionIdOf(payload) !== collection?.id).map(([id]) => id);
  if (others.length === 0) return;
  const shown = others.slice(0, 10);
  throw conflict(
    `${others.length} of the documents are in another collection: ${shown.join(", ")}.`,
    { document_ids: others },
    "document_exists",
  );
}

const busy = (): InletError =>
  new InletError(503, "service_unavailable", "Too many writers change these documents at once; send them again.", {
    code: "busy",
    retryAfterSeconds: 1,
  });
