/** Creates many documents with few calls to Qdrant; each has its own outcome, as if it had come alone and in this order. */
import { InletError } from "../errors";
import { type IdMaker, pointIdOf } from "../ids";
import { type PointReader, type PointWriter, type QdrantPoint } from "../qdrant/gateway";
import { type Draft, draftOf } from "./document";
import { type GroupPlacement, type GroupPlan } from "./group-placement";
import { requestHashOf, sameIdOtherBody } from "./idempotency";
import { newPoint, type PointSource } from "./new-point";
import { type Placed, type Scope } from "./placement";
import { requestHashOf as storedHashOf } from "./point";
import { type DocumentCreate } from "./schemas";
import { deletedMeanwhile, type DocumentService } from "./service";

export interface GroupDeps extends PointSource {
  placement: GroupPlacement;
  reader: PointReader;
  writer: PointWriter;
  documents: Pick<DocumentService, "create">;
  ids: IdMaker;
}

/** What became of a document: where it is, or why it is not. */
export type Outcome = { documentId: string; error?: undefined } | { documentId?: undefined; error: InletError };

interface Item {
  index: number;
  body: DocumentCreate;
  draft: Draft;
}

interface PlacedItem extends Item {
  placed: Placed;
}

interface Prepared {
  plan: GroupPlan;
  items: readonly Item[];
  placed: readonly PlacedItem[];
  outcomes: Map<number, Outcome>;
}

/** The outcomes of documents in their order. The bodies are such as schema and inspectDocument have found right, no two with
 *  one document_id. @throws InletError 403, 404, 503: then nothing is said of any of them */
export type CreateGroup = (bodies: readonly DocumentCreate[]) => Promise<Outcome[]>;

/** What tells about a stored document whether a request has made it. */
const TRACE = ["document_id", "_internal.metadata"];

export class DocumentGroups {
  constructor(private readonly deps: GroupDeps) {}

  /** Groups of one request, which may be under way at once. Each is looked up, and what it lacks is made, before the next one
   *  is looked at: of two documents that bring one vector's name in two sizes, the one that came first settles it.
   *  @throws InletError 403, 422 where the names can be those of no place */
  async open(scope: Scope, collectionName: string): Promise<CreateGroup> {
    await this.deps.placement.find(scope, collectionName);
    let last: Promise<unknown> = Promise.resolve();
    return async (bodies) => {
      const prepared = last.then(() => this.prepare(scope, collectionName, bodies));
      last = prepared.catch(() => undefined);
      const { plan, items, placed, outcomes } = await prepared;
      for (const [index, outcome] of await this.write(scope, plan, placed)) outcomes.set(index, outcome);
      return items.map(({ index }) => outcomes.get(index) ?? { error: lost() });
    };
  }

  /** All that comes before the writing; `placed` are the documents that are left to write. */
  private async prepare(scope: Scope, collectionName: string, bodies: readonly DocumentCreate[]): Promise<Prepared> {
    const { placement } = this.deps;
    const items = bodies.map((body, index): Item => ({ index, body, draft: draftOf(body) }));
    const plan = await placement.plan(
      scope,
      collectionName,
      items.map(({ draft }) => draft),
    );
    const outcomes = new Map<number, Outcome>();
    for (const [index, error] of plan.refusals) outcomes.set(index, { error });
    const fitting = items.filter(({ index }) => !outcomes.has(index));
    for (const [index, outcome] of await this.alreadyThere(scope, plan, fitting)) outcomes.set(index, outcome);
    const fresh = fitting.filter(({ index }) => !outcomes.has(index));
    if (fresh.length === 0) return { plan, items, placed: [], outcomes };
    try {
      const places = await placement.make(
        scope,
        plan,
        fresh.map(({ draft }) => draft),
      );
      const placed = fresh.flatMap((item, at): PlacedItem[] => {
        const place = places[at];
        return place === undefined ? [] : [{ ...item, placed: place }];
      });
      return { plan, items, placed, outcomes };
    } catch (error) {
      if (!isAboutOneDocument(error)) throw error;
      // Another request was faster with a vector's name: only some of these still fit.
      for (const [index, outcome] of await this.oneByOne(scope, collectionName, fresh)) outcomes.set(index, outcome);
      return { plan, items, placed: [], outcomes };
    }
  }

  /** The outcomes of those whose id is taken, by this very request or by another one. */
  private async alreadyThere(scope: Scope, plan: GroupPlan, items: readonly Item[]): Promise<Map<number, Outcome>> {
    const own = items.filter(({ draft }) => draft.documentId !== undefined);
    if (plan.namespace === undefined || own.length === 0) return new Map();
    const stored = await this.tracesOf(scope, plan.namespace.id, own);
    const collectionId = plan.collection?.id ?? "";
    return new Map(
      own.flatMap((item): [number, Outcome][] => {
        const point = stored.get(item.index);
        if (point === undefined) return [];
        return [[item.index, outcomeOf(item.draft.documentId ?? "", requestHashOf(item.body, collectionId), point)]];
      }),
    );
  }

  /** Those under new ids first: what becomes of the others says nothing about them. */
  private async write(scope: Scope, plan: GroupPlan, items: readonly PlacedItem[]): Promise<Map<number, Outcome>> {
    const made = await this.writeNew(scope, items);
    const own = items.filter(({ draft }) => draft.documentId !== undefined);
    try {
      return new Map([...made, ...(await this.writeOnce(scope, own))]);
    } catch (error) {
      if (!(error instanceof InletError)) throw error;
      // Qdrant may have written some of them: each is sent again by itself, so that each outcome is true.
      const outcomes = isAboutOneDocument(error)
        ? await this.oneByOne(scope, plan.collectionName, own)
        : own.map(({ index }): [number, Outcome] => [index, { error }]);
      return new Map([...made, ...outcomes]);
    }
  }

  /** Under ids that are made here; one that is sent again is sent under its id. */
  private async writeNew(scope: Scope, items: readonly PlacedItem[]): Promise<Map<number, Outcome>> {
    const made = items
      .filter(({ draft }) => draft.documentId === undefined)
      .map(({ index, placed, draft }) => {
        const documentId = this.deps.ids.document();
        return { index, documentId, point: newPoint(this.deps, placed, draft, documentId, undefined) };
      });
    const namespaceId = items[0]?.placed.namespace.id;
    if (namespaceId === undefined || made.length === 0) return new Map();
    const send = (points: QdrantPoint[]): Promise<void> =>
      this.deps.writer.upsert(namespaceId, points, { ordering: "weak", signal: scope.signal });
    const outcomes = new Map<number, Outcome>();
    const settle = async (some: typeof made): Promise<void> => {
      try {
        await send(some.map(({ point }) => point));
        for (const { index, documentId } of some) outcomes.set(index, { documentId });
      } catch (error) {
        if (!(error instanceof InletError)) throw error;
        if (some.length > 1 && isAboutOneDocument(error)) for (const one of some) await settle([one]);
        else for (const { index } of some) outcomes.set(index, { error });
      }
    };
    await settle(made);
    return outcomes;
  }

  /** Under the callers' ids: the first writer wins, and each learns from what is there then. */
  private async writeOnce(scope: Scope, own: readonly PlacedItem[]): Promise<Map<number, Outcome>> {
    const [first] = own;
    if (first === undefined) return new Map();
    const { namespace, collection } = first.placed;
    const sent = own.flatMap(({ index, placed, draft, body }) => {
      const { documentId } = draft;
      if (documentId === undefined) return [];
      const requestHash = requestHashOf(body, collection.id);
      const point = newPoint(this.deps, placed, draft, documentId, requestHash);
      return [{ index, documentId, requestHash, point }];
    });
    const how = { mode: "insert_only", ordering: "strong", signal: scope.signal } as const;
    await this.deps.writer.upsert(
      namespace.id,
      sent.map(({ point }) => point),
      how,
    );
    const stored = await this.tracesOf(scope, namespace.id, own, "majority");
    return new Map(
      sent.map(({ index, documentId, requestHash }) => {
        const point = stored.get(index);
        return [index, point === undefined ? { error: deletedMeanwhile() } : outcomeOf(documentId, requestHash, point)];
      }),
    );
  }

  private async oneByOne(scope: Scope, collectionName: string, items: readonly Item[]): Promise<Map<number, Outcome>> {
    const outcomes = new Map<number, Outcome>();
    for (const { index, body } of items) {
      try {
        const { body: made } = await this.deps.documents.create(scope, collectionName, body, undefined);
        outcomes.set(index, { documentId: String(made["document_id"]) });
      } catch (error) {
        if (!(error instanceof InletError)) throw error;
        outcomes.set(index, { error });
      }
    }
    return outcomes;
  }

  /** What is stored under the items' own ids, by index. */
  private async tracesOf(
    scope: Scope,
    namespaceId: string,
    items: readonly Item[],
    consistency?: "majority",
  ): Promise<Map<number, QdrantPoint>> {
    const indexOf = new Map(
      items.flatMap(({ index, draft }) =>
        draft.documentId === undefined ? [] : [[pointIdOf(draft.documentId), index] as const],
      ),
    );
    const points = await this.deps.reader.retrieve(
      namespaceId,
      [...indexOf.keys()],
      { payload: TRACE, vectors: false },
      { signal: scope.signal, ...(consistency === undefined ? {} : { consistency }) },
    );
    return new Map(
      points.flatMap((point) => {
        const index = indexOf.get(point.id);
        return index === undefined ? [] : [[index, point] as const];
      }),
    );
  }
}

function outcomeOf(documentId: string, requestHash: string, stored: QdrantPoint): Outcome {
  return storedHashOf(stored.payload) === requestHash ? { documentId } : { error: sameIdOtherBody(documentId) };
}

/** A refusal of what was sent, which may be one document's fault; not one of the place or of Qdrant's state. */
const isAboutOneDocument = (error: unknown): boolean =>
  error instanceof InletError && [400, 409, 413, 422].includes(error.status);

const lost = (): InletError =>
  new InletError(500, "internal_error", "The document was neither written nor refused.", { code: "no_outcome" });
