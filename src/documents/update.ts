/** Changes documents that are there: merges (PATCH, PUT) and whole replacements (`PUT …?replace=true`), each as a conditional
 *  write that names the state it goes from. Qdrant answers 200 to winner and loser alike, so a revision is read back; who lost
 *  starts again from what is there then. Without If-Match a lost race is thus never seen, and no change is lost. */
import { type Presigner } from "../blobs/presigner";
import { InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type PointWriter, type QdrantPoint, type QdrantFilter } from "../qdrant/gateway";
import { answerOf, headersOf, type Wanted } from "./answer";
import { draftOf } from "./document";
import { requestHashOf, sameIdOtherBody } from "./idempotency";
import { applyPatch, type Patch, patchOf } from "./patch";
import { type Placement, type Scope } from "./placement";
import { collectionIdOf, createdAtOf, pointOf, revisionOf, updatedAtOf } from "./point";
import { type DocumentCreate, type DocumentUpdate } from "./schemas";
import { type DocumentService, type Served } from "./service";
import { toQdrant } from "./vectors";

export interface UpdateDeps {
  documents: DocumentService;
  placement: Placement;
  reader: PointReader;
  writer: PointWriter;
  presigner: Presigner;
  newRevision: () => string;
  nowMs: () => number;
}

/** Far more than writers of one document ever meet; each lost race means that another one got through. */
const MAX_LOST_RACES = 100;
const UPDATED: Wanted = { vectors: false, vectorNames: true, presignedUrls: false };

/** True where the header allows a write on a document of this revision (RFC 9110, 13.1.1; weak tags never match). */
export function matchesIfMatch(ifMatch: string | undefined, revision: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  if (ifMatch.trim() === "*") return true;
  return ifMatch.split(",").some((tag) => revision !== undefined && tag.trim() === `"${revision}"`);
}

const preconditionFailed = (documentId: string, revision: string | undefined): InletError =>
  new InletError(412, "precondition_failed", `Document ${documentId} is not as If-Match says.`, {
    details: { document_id: documentId, ...(revision === undefined ? {} : { etag: `"${revision}"` }) },
  });

const busy = (documentId: string): InletError =>
  new InletError(503, "service_unavailable", `Too many writers change ${documentId} at once; send it again.`, {
    code: "busy",
    retryAfterSeconds: 1,
  });

/** Matches the point only while its last write is the one that was read: `updated_at` grows with each write of a document,
 *  and it is indexed, which the revision is not. */
function unchanged(point: QdrantPoint): QdrantFilter {
  const at = updatedAtOf(point.payload);
  const state =
    at === undefined
      ? { is_empty: { key: "_internal.updated_at" } }
      : { key: "_internal.updated_at", range: { gte: at, lte: at } };
  return { must: [{ has_id: [point.id] }, state] };
}

export class DocumentUpdates {
  constructor(private readonly deps: UpdateDeps) {}

  /** Merges what is sent into the document. @throws InletError 404, 412, 422, 503 */
  async merge(
    scope: Scope,
    collectionName: string | undefined,
    documentId: string,
    body: DocumentUpdate,
    ifMatch: string | undefined,
  ): Promise<Served> {
    const patch = patchOf(body);
    for (let attempt = 0; attempt < MAX_LOST_RACES; attempt++) {
      const bringsVectors = patch.vectors.length > 0;
      const { namespace, point } = await this.deps.documents.locate(scope, collectionName, documentId, bringsVectors);
      const revision = revisionOf(point.payload);
      if (!matchesIfMatch(ifMatch, revision)) throw preconditionFailed(documentId, revision);
      const written = await this.mergeOnce(scope, namespace, point, patch);
      if (written !== undefined) return await this.served(written);
    }
    throw busy(documentId);
  }

  /** Replaces the whole document, or makes it. @throws InletError 404, 409 for a document of another collection, 412, 422 */
  async replace(
    scope: Scope,
    collectionName: string,
    documentId: string,
    body: DocumentCreate,
    ifMatch: string | undefined,
  ): Promise<Served> {
    const { placement, writer } = this.deps;
    const draft = draftOf(body);
    const placed = await placement.make(scope, await placement.plan(scope, collectionName, draft), draft);
    const { namespace, collection } = placed;
    const requestHash = requestHashOf({ ...body, document_id: documentId }, collection.id);
    for (let attempt = 0; attempt < MAX_LOST_RACES; attempt++) {
      const before = await this.find(scope, namespace, documentId);
      if (before !== undefined && collectionIdOf(before.payload) !== collection.id) throw sameIdOtherBody(documentId);
      const revision = before && revisionOf(before.payload);
      if (before === undefined ? ifMatch !== undefined : !matchesIfMatch(ifMatch, revision)) {
        throw preconditionFailed(documentId, revision);
      }
      const stamp = this.stampAfter(before);
      const place = {
        organisationId: namespace.organisationId,
        namespaceId: namespace.id,
        collectionId: collection.id,
        documentId,
      };
      const createdAt = (before && createdAtOf(before.payload)) ?? stamp.updatedAt;
      const point = pointOf(draft, place, placed.lineage, placed.schemas, { ...stamp, createdAt, requestHash });
      const condition =
        before === undefined
          ? { mode: "insert_only" as const }
          : { mode: "update_only" as const, updateFilter: unchanged(before) };
      await writer.upsert(namespace.id, [point], { ...condition, ordering: "strong", signal: scope.signal });
      const written = await this.wonBy(scope, namespace, documentId, stamp.revision);
      if (written !== undefined) return await this.served(written);
    }
    throw busy(documentId);
  }

  /** One conditional write; undefined where somebody else was faster. */
  private async mergeOnce(
    scope: Scope,
    namespace: Namespace,
    point: QdrantPoint,
    patch: Patch,
  ): Promise<QdrantPoint | undefined> {
    const { placement, writer } = this.deps;
    const stamp = this.stampAfter(point);
    await placement.check(scope, namespace, patch.vectors);
    const trial = applyPatch(point.payload, patch, new Map(), stamp);
    if (trial.faults.length > 0) throw validationError(trial.faults);
    const schemas = await placement.ensure(scope, namespace, patch.vectors);
    const { payload } = applyPatch(point.payload, patch, schemas, stamp);
    const how = { ordering: "strong" as const, signal: scope.signal };
    if (patch.vectors.length === 0) {
      // Vectors are not sent again: what is stored keeps its bits.
      await writer.overwritePayload(namespace.id, payload, unchanged(point), how);
    } else {
      const given = Object.fromEntries(patch.vectors.map(({ name, vector }) => [name, toQdrant(vector)]));
      const whole = { id: point.id, payload, vector: { ...point.vector, ...given } };
      await writer.upsert(namespace.id, [whole], { ...how, mode: "update_only", updateFilter: unchanged(point) });
    }
    return await this.wonBy(scope, namespace, String(payload["document_id"]), stamp.revision);
  }

  private async wonBy(
    scope: Scope,
    namespace: Namespace,
    documentId: string,
    revision: string,
  ): Promise<QdrantPoint | undefined> {
    const stored = await this.find(scope, namespace, documentId, "majority");
    return stored !== undefined && revisionOf(stored.payload) === revision ? stored : undefined;
  }

  private async find(
    scope: Scope,
    namespace: Namespace,
    documentId: string,
    consistency?: "majority",
  ): Promise<QdrantPoint | undefined> {
    const options = { signal: scope.signal, ...(consistency === undefined ? {} : { consistency }) };
    const ids = [pointIdOf(documentId)];
    const [point] = await this.deps.reader.retrieve(namespace.id, ids, { payload: true, vectors: false }, options);
    return point;
  }

  /** Later than the document's last write, also where this replica's clock is behind. */
  private stampAfter(before: QdrantPoint | undefined): { updatedAt: string; revision: string } {
    const lastMs = Date.parse((before && updatedAtOf(before.payload)) ?? "");
    const nowMs = this.deps.nowMs();
    const updatedMs = Number.isNaN(lastMs) ? nowMs : Math.max(nowMs, lastMs + 1);
    return { updatedAt: new Date(updatedMs).toISOString(), revision: this.deps.newRevision() };
  }

  private async served(point: QdrantPoint): Promise<Served> {
    return { body: await answerOf(point, UPDATED, this.deps.presigner), headers: headersOf(point.payload) };
  }
}
