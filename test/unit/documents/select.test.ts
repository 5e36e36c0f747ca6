import { selection } from "../../../src/documents/select";

const document = {
  document_id: "doc_1",
  collection_id: "col_1",
  title: "T",
  "a.b": 1,
  a: { b: 2, c: { d: 3 } },
  list: [{ x: 1, y: 2 }, { y: 3 }, 4],
  nothing: null,
  vectors: { v: [1] },
  _internal: { lineage: { path: "p" }, created_at: "now" },
};
const ids = { document_id: "doc_1", collection_id: "col_1", vectors: { v: [1] } };

it.each<[string[], object]>([
  [[], {}],
  [["title"], { title: "T" }],
  [["metadata.title", "nope", "title.deeper"], { title: "T" }],
  [["a.b"], { "a.b": 1 }],
  [["a.c.d"], { a: { c: { d: 3 } } }],
  [["a.c", "a"], { a: { b: 2, c: { d: 3 } } }],
  [["list.x", "list.y"], { list: [{ x: 1, y: 2 }, { y: 3 }, {}] }],
  [["nothing"], { nothing: null }],
  [["_internal.lineage"], { _internal: { lineage: { path: "p" } } }],
])("selects %j", (fields, selected) => {
  expect(selection(fields)(document)).toEqual({ ...ids, ...selected });
});

it("gives the whole document where nothing is selected", () => {
  expect(selection(undefined)(document)).toBe(document);
});

it("keeps a field named __proto__ a field", () => {
  const odd = JSON.parse('{"document_id": "d", "collection_id": "c", "__proto__": {"x": 1}}') as Record<
    string,
    unknown
  >;
  const selected = selection(["__proto__"])(odd);
  expect(JSON.stringify(selected)).toBe('{"document_id":"d","collection_id":"c","__proto__":{"x":1}}');
});
