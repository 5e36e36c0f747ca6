/** Documents one at a time: create, read, delete. Updates are update.ts's matter, many at once batch.ts's. */
import { type Presigner } from "../blobs/presigner";
import { InletError, notFound } from "../errors";
import { type IdMaker, pointIdOf } from "../ids";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type PointWriter, type QdrantPoint } from "../qdrant/gateway";
import { answerOf, type DocumentAnswer, headersOf, type Wanted } from "./answer";
import { type Draft, draftOf } from "./document";
import { type Binding, type IdempotencyKeys, requestHashOf, sameIdOtherBody } from "./idempotency";
import { newPoint, type PointSource } from "./new-point";
import { type Placed, type Placement, type Plan, type Scope } from "./placement";
import { collectionIdOf, requestHashOf as storedHashOf } from "./point";
import { type DocumentCreate } from "./schemas";

export interface DocumentDeps extends PointSource {
  placement: Placement;
  reader: PointReader;
  writer: PointWriter;
  keys: IdempotencyKeys;
  presigner: Presigner;
  ids: IdMaker;
}

/** A document with the header fields that go with it. */
export interface Served {
  body: DocumentAnswer;
  headers: Record<string, string>;
}

export const documentNotFound = (documentId: string): InletError =>
  notFound(`Document ${documentId}`, { document_id: documentId });

const CREATED: Wanted = { vectors: false, vectorNames: true, presignedUrls: false };

export class DocumentService {
  constructor(private readonly deps: DocumentDeps) {}

  /** Writes one document that schema and inspectDocument have found right; acknowledged by Qdrant when it returns. Sent
   *  again under its own id or under `key`, it is there once. @throws InletError 404, 409, 413, 422, 503 */
  async create(scope: Scope, collectionName: string, body: DocumentCreate, key: string | undefined): Promise<Served> {
    const { placement } = this.deps;
    const draft = draftOf(body);
    const plan = await placement.plan(scope, collectionName, draft);
    if (key === undefined && draft.documentId === undefined) {
      return await this.served(await this.writeNew(scope, await placement.make(scope, plan, draft), draft));
    }
    const made = await this.alreadyMade(scope, plan, draft, body, key);
    if (made !== undefined) return await this.served(made);
    const placed = await placement.make(scope, plan, draft);
    const requestHash = requestHashOf(body, placed.collection.id);
    const documentId = draft.documentId ?? this.deps.ids.document();
    if (key === undefined)
      return await this.served(await this.writeOnce(scope, placed, draft, documentId, requestHash));
    const binding = await this.deps.keys.bind(
      { namespaceId: placed.namespace.id, key, requestHash, documentId },
      scope.signal,
    );
    try {
      return await this.served(await this.writeOnce(scope, placed, draft, binding.documentId, requestHash));
    } catch (error) {
      await releaseIfRefused(binding, error);
      throw error;
    }
  }

  /** @throws InletError 404, also for a document of another collection than `collectionName` */
  async read(scope: Scope, collectionName: string | undefined, documentId: string, wanted: Wanted): Promise<Served> {
    const { point } = await this.locate(scope, collectionName, documentId, wanted.vectors);
    return await this.served(point, wanted);
  }

  /** @throws InletError 404 */
  async delete(scope: Scope, collectionName: string | undefined, documentId: string): Promise<void> {
    const { namespace, point } = await this.locate(scope, collectionName, documentId, false);
    await this.deps.writer.delete(namespace.id, { ids: [point.id] }, { ordering: "strong", signal: scope.signal });
  }

  /** The document's point, which must be in the collection where one is named. */
  async locate(
    scope: Scope,
    collectionName: string | undefined,
    documentId: string,
    vectors: boolean,
  ): Promise<{ namespace: Namespace; point: QdrantPoint }> {
    const { placement } = this.deps;
    const namespace = await placement.namespace(scope);
    const collection =
      collectionName === undefined ? undefined : await placement.collection(scope, namespace, collectionName);
    const point = await this.find(scope, namespace, documentId, vectors);
    if (point === undefined || (collection && collectionIdOf(point.payload) !== collection.id)) {
      throw documentNotFound(documentId);
    }
    return { namespace, point };
  }

  /** The document that this request has made before; looked for before anything is made on its behalf.
   *  @throws InletError 409 where another request holds its id or its key */
  private async alreadyMade(
    scope: Scope,
    { namespace, collection }: Plan,
    draft: Draft,
    body: DocumentCreate,
    key: string | undefined,
  ): Promise<QdrantPoint | undefined> {
    if (namespace === undefined) return undefined;
    // A collection that is not there yet can hold no document of this request, so that any hash is another's.
    const requestHash = requestHashOf(body, collection?.id ?? "");
    if (key !== undefined) {
      const request = { namespaceId: namespace.id, key, requestHash };
      await this.deps.keys.refuseTaken(request, scope.signal);
    }
    const { documentId } = draft;
    const stored = documentId === undefined ? undefined : await this.find(scope, namespace, documentId, false);
    if (documentId === undefined || stored === undefined) return undefined;
    if (storedHashOf(stored.payload) !== requestHash) throw sameIdOtherBody(documentId);
    // With a key the binding has to be made as well.
    return key === undefined ? stored : undefined;
  }

  private async find(
    scope: Scope,
    namespace: Namespace,
    documentId: string,
    vectors: boolean,
    consistency?: "majority",
  ): Promise<QdrantPoint | undefined> {
    const [point] = await this.deps.reader.retrieve(
      namespace.id,
      [pointIdOf(documentId)],
      { payload: true, vectors },
      { signal: scope.signal, ...(consistency === undefined ? {} : { consistency }) },
    );
    return point;
  }

  /** Under an id that was just made: nothing can be there, and no other writer can mean it. */
  private async writeNew(scope: Scope, placed: Placed, draft: Draft): Promise<QdrantPoint> {
    const point = newPoint(this.deps, placed, draft, this.deps.ids.document(), undefined);
    await this.deps.writer.upsert(placed.namespace.id, [point], { ordering: "weak", signal: scope.signal });
    return point;
  }

  /** Under an id that others may write too: the first one wins, and each learns from what is there then. */
  private async writeOnce(
    scope: Scope,
    placed: Placed,
    draft: Draft,
    id: string,
    requestHash: string,
  ): Promise<QdrantPoint> {
    const point = newPoint(this.deps, placed, draft, id, requestHash);
    const { namespace } = placed;
    const { signal } = scope;
    await this.deps.writer.upsert(namespace.id, [point], { mode: "insert_only", ordering: "strong", signal });
    const stored = await this.find(scope, namespace, id, false, "majority");
    if (stored === undefined) throw deletedMeanwhile();
    if (storedHashOf(stored.payload) !== requestHash) throw sameIdOtherBody(id);
    return stored;
  }

  private async served(point: QdrantPoint, wanted: Wanted = CREATED): Promise<Served> {
    return { body: await answerOf(point, wanted, this.deps.presigner), headers: headersOf(point.payload) };
  }
}

/** Somebody has deleted the document between its writing and the look at who wrote it. */
export const deletedMeanwhile = (): InletError =>
  new InletError(503, "service_unavailable", "The document was deleted while it was made; send it again.", {
    code: "deleted_meanwhile",
    retryAfterSeconds: 1,
  });

/** A refused request does not use its key up; one whose outcome is unknown does. */
export async function releaseIfRefused(binding: Binding, error: unknown): Promise<void> {
  if (error instanceof InletError && error.status < 500) await binding.release();
}
