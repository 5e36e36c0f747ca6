/** Many documents in one request of any length, as an operation. */
import { Type } from "@sinclair/typebox";

import { type DocumentGroups } from "../documents/create-group";
import { scopeOf } from "../documents/routes";
import { CollectionPath, DocumentCreate } from "../documents/schemas";
import { InletError } from "../errors";
import { operation } from "../operation";
import { BulkPipeline } from "./pipeline";
import { JSON_TYPE, NDJSON_TYPES, readItems } from "./reader";
import { BulkLine } from "./results";

/** What the handlers need of the composed service. */
export interface BulkServices {
  groups: DocumentGroups;
  bulkLimits: { documentBytes: number };
}

const Documents = Type.Union(
  [Type.Array(DocumentCreate), Type.Object({ documents: Type.Array(DocumentCreate) }, { additionalProperties: false })],
  {
    examples: [
      { documents: [{ document_id: "doc_talk_1", metadata: { title: "A talk" }, vectors: { dense: [0.5, 1] } }] },
    ],
  },
);
const NDJSON = "application/x-ndjson";

export const createDocuments = operation({
  id: "createDocuments",
  method: "post",
  path: "/v1/collections/:collection/documents/bulk",
  summary: "Create many documents: an array, {documents: […]}, or NDJSON, of any length",
  permission: "write",
  namespaced: true,
  params: CollectionPath,
  query: Type.Object({
    results: Type.Optional(
      Type.Union([Type.Literal("all"), Type.Literal("errors")], {
        description: "errors: a line for each refusal, and the last one",
      }),
    ),
  }),
  stream: {
    types: { [JSON_TYPE]: Documents, ...Object.fromEntries(NDJSON_TYPES.map((type) => [type, DocumentCreate])) },
  },
  headers: ["Idempotency-Key"],
  errors: [409],
  answer: BulkLine,
  answerType: NDJSON,
  handle: async ({ params, query }, { groups, bulkLimits }: BulkServices, context) => {
    const { stream, signal, idempotencyKey } = context;
    if (stream === undefined) throw new InletError(400, "bad_request", "The body is empty.", { code: "missing_body" });
    const scope = scopeOf(context);
    const create = await groups.open(scope, params.collection);
    const pipeline = new BulkPipeline(create, { errorsOnly: query.results === "errors" }, signal);
    const pieces = pipeline.run(readItems(stream, idempotencyKey, bulkLimits));
    return { status: 200, body: undefined, stream: { type: NDJSON, pieces } };
  },
});

export const bulkOperations = [createDocuments];
