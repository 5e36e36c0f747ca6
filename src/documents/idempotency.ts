/** Sending a create again. A request is known by the hash of its body (request-hash.ts), taken from what was sent, since
 *  Qdrant may give a long double back one unit off. The hash lies on the document, and an `Idempotency-Key` is bound to hash
 *  and document id by an insert-only record, so that replicas and restarts agree without knowing of each other.
 *
 *      same key, same hash: the bound document id, written insert-only (once, however many send it)
 *      same key, other hash: 409
 *
 *  A key is bound just before its document is written, and unbound when the write is refused. A process that dies between
 *  the two leaves a binding without a document: such a one may be taken over once no request can still be at work on it. */
import { type ControlStore } from "../control/store";
import { conflict, type InletError } from "../errors";
import { pointIdOf } from "../ids";
import { type PointReader } from "../qdrant/gateway";
import { jsonHashOf } from "./request-hash";
import { type DocumentCreate } from "./schemas";

/** Longer than any request lives. */
const ABANDONED_AFTER_MS = 10 * 60_000;
const RECORD_KIND = "idempotency_key";

/** `collection_id` of the body is left out, since the path's collection (its id, `collectionId`) counts. */
export function requestHashOf(body: DocumentCreate, collectionId: string): string {
  const rest = Object.fromEntries(Object.entries(body).filter(([key]) => key !== "collection_id"));
  return jsonHashOf([collectionId, rest]);
}

export const sameKeyOtherBody = (key: string): InletError =>
  conflict("This Idempotency-Key came before with another request.", { idempotency_key: key }, "idempotency_conflict");

export const sameIdOtherBody = (documentId: string): InletError =>
  conflict(
    `There is a document ${documentId} already, made by another request. PUT it with ?replace=true to replace it.`,
    { document_id: documentId },
    "document_exists",
  );

export interface Binding {
  /** The id to write the document under. */
  documentId: string;
  /** Frees the key where this request has bound it. */
  release(): Promise<void>;
}

export interface KeyRequest {
  namespaceId: string;
  key: string;
  requestHash: string;
  /** To bind where the key is free. */
  documentId: string;
}

export class IdempotencyKeys {
  /** `points` are all there are, also those that the request may not see: a key that is another's is never free. */
  constructor(
    private readonly control: Pick<ControlStore, "get" | "claim" | "replace" | "remove">,
    private readonly points: Pick<PointReader, "retrieve">,
    private readonly nowMs: () => number,
  ) {}

  /** Refuses early, before anything is made for the request. @throws InletError 409 where the key is bound to another one */
  async refuseTaken(request: Omit<KeyRequest, "documentId">, signal: AbortSignal): Promise<void> {
    const { namespaceId, key, requestHash } = request;
    const held = await this.control.get(RECORD_KIND, [namespaceId, key], { signal });
    if (held === undefined || held.record.request_hash === requestHash) return;
    if (!(await this.isAbandoned(namespaceId, held.record, signal))) throw sameKeyOtherBody(key);
  }

  /** Binds the key, or finds what it is bound to. @throws InletError 409 where it is bound to another request. */
  async bind(request: KeyRequest, signal: AbortSignal): Promise<Binding> {
    const { namespaceId, key, requestHash, documentId } = request;
    const parts = [namespaceId, key];
    const record = {
      namespace_id: namespaceId,
      request_hash: requestHash,
      document_id: documentId,
      created_at: new Date(this.nowMs()).toISOString(),
    };
    const held = await this.control.claim(RECORD_KIND, parts, record, { signal });
    const bound = (stored: typeof held, mine: boolean): Binding => ({
      documentId: stored.record.document_id,
      release: async () => {
        if (mine) await this.control.remove(RECORD_KIND, parts, stored, { signal });
      },
    });
    if (held.record.request_hash === requestHash) return bound(held, held.won);
    if (await this.isAbandoned(namespaceId, held.record, signal)) {
      const taken = await this.control.replace(RECORD_KIND, parts, held, record, { signal });
      if (taken !== undefined) return bound({ ...taken, won: true }, true);
    }
    throw sameKeyOtherBody(key);
  }

  /** Its document was never written, and no request can still be about to. */
  private async isAbandoned(
    namespaceId: string,
    record: { created_at: string; document_id: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.nowMs() - Date.parse(record.created_at) <= ABANDONED_AFTER_MS) return false;
    const ids = [pointIdOf(record.document_id)];
    const found = await this.points.retrieve(namespaceId, ids, { payload: false, vectors: false }, { signal });
    return found.length === 0;
  }
}
