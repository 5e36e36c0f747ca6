import { pointIdOf } from "../../../src/ids";
import { LineageGraph } from "../../../src/lineage/graph";
import { type LineageNode, nodeOf } from "../../../src/lineage/node";
import { walkDown, walkUp } from "../../../src/lineage/walk";
import { type PointReader, type QdrantPoint } from "../../../src/qdrant/gateway";

const pointOf = (documentId: string, parentId?: string, root?: string): QdrantPoint => ({
  id: pointIdOf(documentId),
  vector: {},
  payload: {
    document_id: documentId,
    collection_id: "col_1",
    _internal: {
      lineage: {
        ...(parentId === undefined ? {} : { source_document_id: parentId }),
        ...(root === undefined ? {} : { root_object_id: root }),
      },
    },
  },
});

/** A namespace in memory that knows the filters of the graph, and counts the calls. */
function namespaceOf(points: readonly QdrantPoint[]) {
  const byId = new Map(points.map((point) => [point.id, point]));
  const sorted = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const calls = { count: 0 };
  const lineageOf = (point: QdrantPoint) =>
    (point.payload as { _internal: { lineage: Record<string, string> } })._internal.lineage;
  const matches = (point: QdrantPoint, filter: unknown): boolean => {
    if (filter === undefined) return true;
    const [condition] = (filter as { must: { key: string; match: { value?: string; any?: string[] } }[] }).must;
    const value = lineageOf(point)[condition?.key.split(".").at(-1) ?? ""];
    return value !== undefined && (condition?.match.any ?? [condition?.match.value]).includes(value);
  };
  const reader: Pick<PointReader, "retrieve" | "scroll"> = {
    async retrieve(_collection, ids) {
      calls.count += 1;
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    async scroll(_collection, { filter, limit, offset }) {
      calls.count += 1;
      const found = sorted.filter((point) => matches(point, filter) && (offset === undefined || point.id >= offset));
      return { points: found.slice(0, limit), next: found[limit]?.id };
    },
  };
  const start = (documentId: string): { graph: LineageGraph; node: LineageNode } => {
    const point = byId.get(pointIdOf(documentId));
    const node = point && nodeOf(point);
    if (node === undefined) throw new Error(`no ${documentId}`);
    return { graph: new LineageGraph(reader, "ns_test", new AbortController().signal), node };
  };
  return { start, calls };
}

const idsOf = (nodes: readonly LineageNode[]): string[] => nodes.map(({ documentId }) => documentId);
const chainOf = (length: number, root?: string): QdrantPoint[] =>
  Array.from({ length }, (_, level) => pointOf(`d${level}`, level === 0 ? undefined : `d${level - 1}`, root));

it("walks up to a parent that is missing, and up a cycle once", async () => {
  const broken = namespaceOf([pointOf("b", "gone"), pointOf("c", "b")]).start("c");
  expect(await walkUp(broken.graph, broken.node)).toMatchObject({
    ancestors: [{ documentId: "b" }],
    missingId: "gone",
  });
  const cycle = namespaceOf([pointOf("a", "c"), pointOf("b", "a"), pointOf("c", "b")]).start("c");
  const way = await walkUp(cycle.graph, cycle.node);
  expect([idsOf(way.ancestors), way.cycleAt]).toEqual([["a", "b"], "c"]);
});

it.each([
  ["of one object", "obj_1"],
  ["without an object", undefined],
])("reads a chain %s of 3,000 levels in far fewer calls", async (_what, root) => {
  const { start, calls } = namespaceOf(chainOf(3_000, root));
  const bottom = start("d2999");
  expect((await walkUp(bottom.graph, bottom.node)).ancestors).toHaveLength(2_999);
  const top = start("d0");
  expect(idsOf(await walkDown(top.graph, top.node)).at(-1)).toBe("d2999");
  expect(calls.count).toBeLessThan(1_200);
});

it("finds children that are of another object than their parents, after reading ahead too", async () => {
  const chain = chainOf(60, "obj_1");
  const strangers = [pointOf("s1", "d50", "obj_2"), pointOf("s2", "s1"), pointOf("s3", "d3", "obj_3")];
  const { graph, node } = namespaceOf([...chain, ...strangers]).start("d0");
  const below = idsOf(await walkDown(graph, node));
  expect(below).toHaveLength(59 + 3);
  expect(below).toEqual(expect.arrayContaining(["s1", "s2", "s3"]));
});

it("refuses a subtree of more than 100,000 documents", async () => {
  const many = Array.from({ length: 100_002 }, (_, index) => pointOf(`d${index}`, "top"));
  const { graph, node } = namespaceOf([pointOf("top"), ...many]).start("top");
  await expect(walkDown(graph, node)).rejects.toMatchObject({ status: 422, code: "lineage_too_large" });
}, 60_000);
