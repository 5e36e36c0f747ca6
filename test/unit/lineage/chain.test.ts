import { lineageAnswer } from "../../../src/lineage/chain";
import { type Lineage, type LineageStep } from "../../../src/lineage/derive";
import { type LineageNode } from "../../../src/lineage/node";
import { storedLineageOf } from "../../../src/lineage/stored";

const node = (documentId: string, rest: Partial<LineageNode> = {}): LineageNode => ({
  pointId: documentId,
  documentId,
  collectionId: "col",
  ...rest,
});
const step = (document_id: string): LineageStep => ({ collection_id: "up", feature_extractor_id: "x", document_id });
const stored: Lineage = { source_type: "collection" };
const ids = (answer: ReturnType<typeof lineageAnswer>) => answer.lineage?.lineage_chain.map((each) => each.document_id);

it("puts the steps that the topmost document's maker told before it, its own step once", () => {
  const way = { ancestors: [node("a")] };
  const answer = lineageAnswer(node("b"), stored, way, [step("told"), step("a")]);
  expect(ids(answer)).toEqual(["told", "a", "b"]);
  expect(answer).toMatchObject({ depth: 3, total_steps: 3 });
});

it.each([
  ["the path's steps, less the bucket", { path: "bkt/col_1/col_2/col_3", rootBucketId: "bkt" }, [], 3],
  ["the path's steps without a bucket", { path: "col_1/col_2/col_3" }, [], 3],
  ["one missing step at least", { path: "col_3" }, [], 2],
  ["one where there is no path", {}, [], 2],
  ["told steps once", { path: "col_1/col_2/col_3" }, [step("told_1"), step("told_2")], 3],
])("counts for a missing parent %s", (_what, rest, told, depth) => {
  const answer = lineageAnswer(node("c", rest), stored, { ancestors: [], missingId: "b" }, told);
  expect(answer).toMatchObject({ depth, total_steps: told.length + 1, missing_document_id: "b" });
});

it.each([[undefined], [{}]])("says that there is no lineage in %j", (lineage) => {
  expect(lineageAnswer(node("a"), lineage, { ancestors: [] }, [])).toMatchObject({ lineage: null, depth: 0 });
});

it("reads stored lineage, and leaves out what is none", () => {
  const lineage = {
    root_object_id: "obj",
    path: 7,
    source_type: "ftp",
    chain: [{ collection_id: "c", feature_extractor_id: "f", timestamp: null }, { collection_id: "c" }, "x"],
  };
  expect(storedLineageOf({ _internal: { lineage } })).toEqual({
    root_object_id: "obj",
    chain: [{ collection_id: "c", feature_extractor_id: "f" }],
  });
  for (const payload of [{}, { _internal: null }, { _internal: { lineage: [] } }]) {
    expect(storedLineageOf(payload)).toBeUndefined();
  }
});
