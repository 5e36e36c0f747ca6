/** A namespace out of one Inlet and into another, as operations. None needs `X-Namespace`: the path names the namespace. */
import { NamespacePath } from "../namespaces/schemas";
import { InletError } from "../errors";
import { ok, operation } from "../operation";
import { Nothing } from "../schema/common";
import { type NamespaceExports } from "./export";
import { type NamespaceImports } from "./import";
import { ImportSummary, TransferLine } from "./schemas";

/** What the handlers need of the composed service. */
export interface TransferServices {
  exports: NamespaceExports;
  imports: NamespaceImports;
}

const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"] as const;
const common = { namespaced: false, method: "post", params: NamespacePath, query: Nothing } as const;

export const exportNamespace = operation({
  ...common,
  id: "exportNamespace",
  path: "/v1/namespaces/:namespace/export",
  summary: "Export a namespace as NDJSON: its declarations, collections and whole documents with their vectors",
  permission: "read",
  answer: TransferLine,
  answerType: NDJSON_TYPES[0],
  handle: ({ params }, { exports }: TransferServices, { principal, signal }) =>
    Promise.resolve({
      status: 200,
      body: undefined,
      stream: { type: NDJSON_TYPES[0], pieces: exports.run(principal, params.namespace, { signal }) },
    }),
});

export const importNamespace = operation({
  ...common,
  id: "importNamespace",
  path: "/v1/namespaces/:namespace/import",
  summary: "Import an exported namespace: the same points, with the same bits",
  permission: "write",
  stream: { types: Object.fromEntries(NDJSON_TYPES.map((type) => [type, TransferLine])) },
  answer: ImportSummary,
  errors: [409],
  handle: async ({ params }, { imports }: TransferServices, { principal, signal, stream }) => {
    if (stream === undefined) throw new InletError(400, "bad_request", "The body is empty.", { code: "missing_body" });
    const request = { who: principal, nameOrId: params.namespace, bytes: stream.bytes };
    return ok(await imports.run(request, { signal }));
  },
});

export const transferOperations = [exportNamespace, importNamespace];
