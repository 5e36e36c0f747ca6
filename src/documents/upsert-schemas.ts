/** Bring your own vectors: the bodies of `POST /v1/namespaces/{id}/documents/upsert`, and what they say as documents. */
import { type Static, Type } from "@sinclair/typebox";

import { type Fault } from "../errors";
import { EmptyObject, IDEMPOTENCY_KEY_PATTERN, notServed } from "../schema/common";
import { indexPath, keyPath } from "../schema/paths";
import { checkUserFields, inspectDocument } from "./inspect";
import { isRecord } from "./json-rules";
import {
  type DocumentCreate,
  DocumentId,
  lineageFields,
  descriptionFields,
  optional,
  UserFields,
  Vectors,
} from "./schemas";

export const MAX_DOCUMENTS = 1_000;
export const DEFAULT_COLLECTION = "default";

const OwnDocument = Type.Object(
  {
    document_id: DocumentId,
    vectors: Vectors,
    payload: optional(UserFields),
    metadata: optional(UserFields),
    ...lineageFields,
    content_hash: descriptionFields.content_hash,
    acl: notServed(EmptyObject),
  },
  { additionalProperties: false, unknownKeyHint: "put it under payload" },
);
type OwnDocument = Static<typeof OwnDocument>;

export const DocumentsUpsert = Type.Object(
  {
    collection_id: optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: `A collection's id or name; ${DEFAULT_COLLECTION} if left out`,
      }),
    ),
    documents: Type.Array(OwnDocument, { minItems: 1, maxItems: MAX_DOCUMENTS }),
    options: optional(
      Type.Object(
        {
          write_token: optional(
            Type.Boolean({ description: "There is none: what is answered is visible to every call that follows" }),
          ),
          idempotency_key: optional(Type.String({ pattern: IDEMPOTENCY_KEY_PATTERN })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        documents: [
          { document_id: "doc_own_1", vectors: { embedding: [0.12, -0.5, 0.33] }, payload: { title: "A talk" } },
        ],
      },
    ],
  },
);

export const DocumentsUpserted = Type.Object({
  inserted: Type.Integer({ description: "How many were made or replaced" }),
  document_ids: Type.Array(Type.String()),
  consistency: Type.Object({ retriever_visible: Type.String(), write_token_available: Type.Boolean() }),
});

/** `payload` and `metadata` are both user fields. */
export function asDocument({ payload, metadata, acl: _none, ...rest }: OwnDocument): DocumentCreate {
  const fields = Object.entries({ ...payload, ...metadata });
  return fields.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(fields) };
}

function inspectOwn(given: Record<string, unknown>): Fault[] {
  const { payload, metadata } = given;
  const faults = inspectDocument(given).filter(({ path }) => !/^payload(?:[.[]|$)/.test(path));
  checkUserFields(payload, "payload", faults);
  if (!isRecord(payload) || !isRecord(metadata)) return faults;
  for (const key of Object.keys(metadata)) {
    if (Object.prototype.hasOwnProperty.call(payload, key)) {
      faults.push({ path: keyPath("metadata", key), message: "stands in payload too" });
    }
  }
  return faults;
}

/** What the schema can't say about an upsert. Takes any JSON. */
export function inspectUpsert(body: unknown): Fault[] {
  const documents = isRecord(body) ? body["documents"] : undefined;
  if (!Array.isArray(documents)) return [];
  const faults: Fault[] = [];
  const indexOf = new Map<unknown, number>();
  for (const [index, given] of documents.entries()) {
    if (!isRecord(given)) continue;
    const path = indexPath("documents", index);
    const id = given["document_id"];
    const other = indexOf.get(id);
    if (other !== undefined && id !== undefined) {
      faults.push({ path: `${path}.document_id`, message: `is that of documents[${other}] too` });
    }
    indexOf.set(id, index);
    for (const fault of inspectOwn(given)) faults.push({ ...fault, path: `${path}.${fault.path}` });
  }
  return faults;
}
