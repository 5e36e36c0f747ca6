import { deriveLineage, parentFaults } from "../../../src/lineage/derive";

describe("deriveLineage", () => {
  it("starts the path with the bucket", () => {
    expect(deriveLineage({ root_bucket_id: "bkt_1", root_object_id: "obj_1" }, "col_a", undefined)).toEqual({
      root_bucket_id: "bkt_1",
      root_object_id: "obj_1",
      source_type: "bucket",
      path: "bkt_1/col_a",
    });
  });

  it("goes on from the parent and inherits its roots", () => {
    const parent = {
      collectionId: "col_a",
      lineage: { root_bucket_id: "bkt_1", root_object_id: "obj_1", path: "bkt_1/col_a" },
    };
    expect(deriveLineage({ source_document_id: "doc_1" }, "col_b", parent)).toEqual({
      root_bucket_id: "bkt_1",
      root_object_id: "obj_1",
      source_type: "collection",
      source_document_id: "doc_1",
      source_collection_id: "col_a",
      path: "bkt_1/col_a/col_b",
    });
  });

  it("keeps what is given and invents nothing", () => {
    expect(deriveLineage({ path: "own/path", source_type: "signal" }, "col_a", undefined)).toEqual({
      path: "own/path",
      source_type: "signal",
    });
    expect(deriveLineage({}, "col_a", undefined)).toEqual({ path: "col_a" });
    expect(deriveLineage({ source_document_id: "doc_gone" }, "col_a", undefined)).toEqual({
      source_document_id: "doc_gone",
      source_type: "collection",
      path: "col_a",
    });
  });
});

describe("parentFaults", () => {
  it("names each field that differs from the parent's", () => {
    const parent = { collectionId: "col_a", lineage: { root_object_id: "obj_1" } };
    const given = { root_object_id: "obj_2", root_bucket_id: "bkt_9", source_collection_id: "col_b" };
    expect(parentFaults(given, parent).map(({ path }) => path)).toEqual(["root_object_id", "source_collection_id"]);
  });
});
