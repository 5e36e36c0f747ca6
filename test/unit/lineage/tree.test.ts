import { type LineageNode } from "../../../src/lineage/node";
import { collectionTree, documentTree, type TreeNode } from "../../../src/lineage/tree";

/** `"b<a"` is b made from a; the collection is the first letter. */
const nodes = (...edges: string[]): LineageNode[] =>
  edges.map((edge) => {
    const [documentId = "", parentId] = edge.split("<");
    return { pointId: documentId, documentId, collectionId: documentId.charAt(0), ...(parentId ? { parentId } : {}) };
  });

const drawn = (tree: TreeNode[]): string =>
  tree
    .map(({ document_id, collection_id, truncated, children }) => {
      const below = truncated === true ? "(…)" : children.length === 0 ? "" : `(${drawn(children)})`;
      return `${document_id ?? collection_id}${below}`;
    })
    .join(" ");

const draw = (edges: string[], maxDepth = 100, from?: string): string | undefined => {
  const input = { nodes: nodes(...edges), elsewhere: new Set<string>(), maxDepth, ...(from ? { from } : {}) };
  const made = documentTree(input);
  return made && drawn(made.tree);
};

it.each([
  ["several tops", ["a", "b", "c<b"], "a b(c)"],
  ["children before their parents", ["c<b", "b<a", "a"], "a(b(c))"],
  ["siblings in the order of ids", ["a", "a3<a", "a1<a", "a2<a"], "a(a1 a2 a3)"],
  ["an orphan as a top", ["a", "b<gone", "c<b"], "a b(c)"],
  ["a document that is its own parent", ["a<a", "b<a"], "a(b)"],
  ["a cycle from its first document", ["c<b", "b<a", "a<c"], "a(b(c))"],
  ["what hangs below a cycle", ["b<c", "c<b", "a<b", "d<a"], "b(a(d) c)"],
  ["two cycles", ["a<b", "b<a", "c<d", "d<c"], "a(b) c(d)"],
])("draws %s", (_what, edges, tree) => {
  expect(draw(edges)).toBe(tree);
});

it("marks orphans and cycles, and not a parent of another object", () => {
  const input = { nodes: nodes("a<gone", "b<other", "c<d", "d<c"), elsewhere: new Set(["other"]), maxDepth: 9 };
  expect(documentTree(input)?.tree).toMatchObject([
    { document_id: "a", missing_document_id: "gone" },
    { document_id: "b" },
    { document_id: "c", cycle: true, children: [{ document_id: "d" }] },
  ]);
  expect(documentTree(input)?.tree[1]).not.toHaveProperty("missing_document_id");
});

it("cuts at the depth and goes on from a document, with its true depth and count", () => {
  expect(draw(["a", "b<a", "c<b", "d<c"], 2)).toBe("a(b(…))");
  expect(draw(["a", "b<a", "c<b", "d<c"], 2, "b")).toBe("b(c(…))");
  expect(draw(["a"], 2, "z")).toBeUndefined();
});

it("answers 100,000 levels", () => {
  const deep = Array.from({ length: 100_000 }, (_, level) => (level === 0 ? "a0" : `a${level}<a${level - 1}`));
  const made = documentTree({ nodes: nodes(...deep), elsewhere: new Set(), maxDepth: 100 });
  expect(made?.levels).toBe(100_000);
  expect(made?.tree[0]).toMatchObject({ document_count: 100_000 });
});

it("merges siblings of one collection", () => {
  const input = { nodes: nodes("a1", "a2", "b1<a1", "b2<a2", "c1<a2"), elsewhere: new Set<string>(), maxDepth: 9 };
  const { tree, levels } = collectionTree(input);
  expect([drawn(tree), levels]).toEqual(["a(b c)", 2]);
  expect(tree).toMatchObject([{ document_count: 5, children: [{ document_count: 2 }, { document_count: 1 }] }]);
});
