import { inspectDocument } from "../../../src/documents/inspect";

const pathsOf = (body: unknown): string[] => inspectDocument(body).map(({ path }) => path);

/** `levels` arrays around a number. */
const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`);

describe("inspectDocument", () => {
  it("finds nothing wrong with odd user fields", () => {
    const metadata: unknown = JSON.parse(
      '{"a.b": 1, "x y": null, "@": [null, {"": true}], "__proto__": {"constructor": 1}, "\\"q": "😀", "n": -9007199254740991}',
    );
    expect(inspectDocument({ metadata })).toEqual([]);
  });

  it.each(["_internal", "document_id", "collection_id", "document_blobs", "vectors", "_vectors"])(
    "refuses the user field %s",
    (key) => {
      expect(pathsOf({ metadata: { [key]: 1, other: 2 } })).toEqual([`metadata.${key}`]);
    },
  );

  it.each([
    ["an integer past 2^53 - 1", { metadata: { a: [{ n: 2 ** 53 }] } }, ["metadata.a[0].n"]],
    ["one below -(2^53 - 1)", { metadata: { n: -(2 ** 53) } }, ["metadata.n"]],
    ["a lone surrogate", { metadata: { a: "x\ud800" } }, ["metadata.a"]],
    ["a lone surrogate in a key", { metadata: { "\udc00": 1 } }, ['metadata["\\udc00"]']],
    ["a lone surrogate in a system field", { modality: "\ud83d" }, ["modality"]],
    ["101 levels", { metadata: { deep: nested(101) } }, [`metadata.deep${"[0]".repeat(100)}`]],
    ["an integer in a feature's payload", { features: [{ payload: { n: 1e16 } }] }, ["features[0].payload.n"]],
  ])("refuses %s", (_what, body, paths) => {
    expect(pathsOf(body)).toEqual(paths);
  });

  it("takes 100 levels, and answers for 100,000", () => {
    expect(pathsOf({ metadata: { deep: nested(100) } })).toEqual([]);
    expect(pathsOf({ metadata: { deep: nested(100_000) } })).toHaveLength(1);
  });

  it("refuses two vectors that come to one name", () => {
    const features = [
      { feature_extractor_id: "text_v1", vectors: { embedding: [1] } },
      { feature_extractor_id: "text_v1", vectors: { text_v1_embedding: [2] } },
    ];
    expect(pathsOf({ features })).toEqual(["features[1].vectors.text_v1_embedding"]);
    expect(pathsOf({ features: features.slice(0, 1), vectors: { text_v1_embedding: [2] } })).toEqual([
      "vectors.text_v1_embedding",
    ]);
  });

  it.each(["a/b", "a:b", "x".repeat(201), "", "tab\t"])("refuses the vector name %j", (name) => {
    expect(pathsOf({ vectors: { [name]: [1] } })).toHaveLength(1);
  });

  it.each([
    [{ source_type: "bucket", source_document_id: "doc_1" }, ["source_document_id"]],
    [{ source_type: "bucket", source_collection_id: "col_1" }, ["source_collection_id"]],
    [{ document_id: "doc_1", source_document_id: "doc_1" }, ["source_document_id"]],
  ])("refuses the contradiction %j", (body, paths) => {
    expect(pathsOf(body)).toEqual(paths);
  });

  it("tells all faults at once", () => {
    const body = {
      metadata: { vectors: 1, n: 2 ** 60 },
      features: [{ feature_extractor_id: "e", vectors: { a: ["x"] } }],
    };
    expect(pathsOf(body)).toEqual(["metadata.vectors", "metadata.n", "features[0].vectors.a[0]"]);
  });

  it.each([null, [], "text", 7, { features: "x", metadata: 3, vectors: 4 }, { features: [null, 1] }])(
    "takes any JSON: %j",
    (body) => {
      expect(() => inspectDocument(body)).not.toThrow();
    },
  );
});
