/** A bulk request's bytes as documents: NDJSON, a JSON array or `{"documents": […]}`, each document checked as a single one is. */
import { createHash } from "node:crypto";

import { inspectDocument } from "../documents/inspect";
import { DocumentCreate } from "../documents/schemas";
import { type Fault, InletError, validationError } from "../errors";
import { type RequestStream } from "../operation";
import { compile } from "../schema/compile";
import { MAX_FAULTS } from "../schema/keywords";
import { readElements } from "../streams/json-array";
import { parseJsonBytes } from "../streams/json-text";
import { type Piece, readLines } from "../streams/ndjson";

export const JSON_TYPE = "application/json";
export const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"] as const;

/** A document of a bulk request, or why it is none. */
export interface BulkItem {
  /** Its place in the request, from 0. */
  index: number;
  bytes: number;
  /** Where it is readable. */
  documentId: string | undefined;
  body?: DocumentCreate;
  error?: InletError;
}

export interface ReaderLimits {
  /** Of one document. */
  documentBytes: number;
}

const checkDocument = compile(DocumentCreate);

function isDocument(value: unknown, faults: readonly Fault[]): value is DocumentCreate {
  return faults.length === 0 && value !== undefined;
}

const tooLarge = (bytes: number, limit: number): InletError =>
  new InletError(413, "payload_too_large", `The document is ${bytes} bytes; one may be ${limit} (INLET_BODY_LIMIT).`, {
    details: { bytes, limit_bytes: limit },
  });

function documentIdIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("document_id" in value)) return undefined;
  return typeof value.document_id === "string" ? value.document_id : undefined;
}

function itemOf(piece: Piece, index: number, limits: ReaderLimits): BulkItem {
  if (piece.bytes === undefined) {
    return { index, bytes: 0, documentId: undefined, error: tooLarge(piece.tooLong, limits.documentBytes) };
  }
  const bytes = piece.bytes.length;
  try {
    const value = parseJsonBytes(piece.bytes, "The document");
    const documentId = documentIdIn(value);
    const faults = [...checkDocument(value), ...inspectDocument(value)].slice(0, MAX_FAULTS);
    if (isDocument(value, faults)) return { index, bytes, documentId, body: value };
    return { index, bytes, documentId, error: validationError(faults) };
  } catch (error) {
    if (error instanceof InletError) return { index, bytes, documentId: undefined, error };
    throw error;
  }
}

/** The id of a document that has none of its own, in a request with an Idempotency-Key: the same one when it is sent again,
 *  so that no record of the request is needed. */
export const documentIdUnder = (key: string, index: number): string =>
  `doc_${createHash("sha256")
    .update(JSON.stringify([key, index]))
    .digest("hex")
    .slice(0, 24)}`;

/** The documents in their order, each held only until the next is asked for.
 *  @throws InletError 400, 422 where what is around the documents is not as it must be */
export async function* readItems(
  stream: RequestStream,
  idempotencyKey: string | undefined,
  limits: ReaderLimits,
): AsyncGenerator<BulkItem> {
  const pieces =
    stream.type === JSON_TYPE
      ? readElements(stream.bytes, "documents", limits.documentBytes)
      : readLines(stream.bytes, limits.documentBytes);
  let index = 0;
  for await (const piece of pieces) {
    const item = itemOf(piece, index, limits);
    const { body } = item;
    yield body === undefined || idempotencyKey === undefined || typeof body.document_id === "string"
      ? item
      : { ...item, body: { ...body, document_id: documentIdUnder(idempotencyKey, index) } };
    index += 1;
  }
}
