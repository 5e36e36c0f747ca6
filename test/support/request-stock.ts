/** Something of every kind that a path can name, for tests that call every operation. */
import { type TestInlet } from "./inlet";

export const STOCK_NAMESPACE = "stock";

/** By the names of path parameters. */
export const STOCK: Readonly<Record<string, string>> = {
  namespace: STOCK_NAMESPACE,
  collection: "films",
  document_id: "doc_1",
  object_id: "obj_1",
  user_email: "ada@example.com",
  key_name: "stocked",
};

/** `/v1/collections/{collection}` with what there is in place of each parameter, or `changed`. */
export const stockPath = (path: string, changed: Readonly<Record<string, string>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(changed[name] ?? STOCK[name] ?? "text"));

const DOCUMENTS = [
  { document_id: "doc_1", root_object_id: "obj_1", metadata: { language: "en" } },
  { document_id: "doc_2", source_document_id: "doc_1", metadata: { language: "en" } },
].map((document, index) => ({
  ...document,
  features: [{ feature_extractor_id: "text_extractor_v1", vectors: { embedding: [1, index, 2] } }],
  vectors: { bm25: { indices: [7], values: [1] } },
}));

/** Makes it. @throws Error where Inlet refuses */
export async function stockUp(inlet: TestInlet): Promise<void> {
  const namespace = STOCK_NAMESPACE;
  const requests = [
    ...DOCUMENTS.map((body) => ({ path: "/v1/collections/films/documents", body })),
    { path: "/v1/organizations/users/ada@example.com/api-keys", body: { name: "stocked" } },
  ];
  for (const { path, body } of requests) {
    const answer = await inlet.call("POST", path, { namespace, body });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  }
}
