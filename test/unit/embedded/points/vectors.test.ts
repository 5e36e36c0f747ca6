import { upsertRequest } from "../../../../src/embedded/http/requests/upsert";
import { vector, vectorStruct } from "../../../../src/embedded/http/requests/vectors";
import { updateVectorsRequest } from "../../../../src/embedded/http/requests/point-vectors";
import { decoded, refusal } from "./json";

const kindOf = (text: string): string => decoded(vector(), text).kind;
const bareKindOf = (text: string): string => {
  const struct = decoded(vectorStruct, text);
  return struct.kind === "bare" ? struct.vector.kind : "named";
};

describe("two rows", () => {
  it.each(["[[1,2],[3,4]]", "[[0,4294967295],[0.5,0.25]]", "[[2,1],[3,4]]"])(
    "%s is a sparse vector in a map",
    (text) => {
      expect(kindOf(text)).toBe("sparse");
    },
  );

  it.each([
    "[[1.0,2],[3,4]]",
    "[[-0,2],[3,4]]",
    "[[-1,2],[3,4]]",
    "[[1e0,2],[3,4]]",
    "[[4294967296,2],[3,4]]",
    "[[1.0000000000000002,2],[3,4]]",
    "[[1e-60,2],[3,4]]",
    "[[1,2]]",
    "[[1,2],[3,4],[5,6]]",
  ])("%s is a multivector", (text) => {
    expect(kindOf(text)).toBe("multi");
  });

  it("are a multivector in a bare vector, whatever they hold", () => {
    expect(bareKindOf("[[1,2],[3,4]]")).toBe("multi");
  });
});

describe("a sparse vector", () => {
  it("is sorted by index", () => {
    const read = decoded(vector(), '{"indices":[9,2,5],"values":[0.9,0.2,0.5]}');
    expect(read).toEqual({
      kind: "sparse",
      sparse: { indices: Uint32Array.of(2, 5, 9), values: Float32Array.of(0.2, 0.5, 0.9) },
    });
  });

  it.each(['{"indices":[-1],"values":[1]}', '{"indices":[1.0],"values":[1]}', '{"indices":[4294967296],"values":[1]}'])(
    "%s is not a vector",
    (text) => {
      expect(refusal(() => decoded(vector(), text)).status).toBe(400);
    },
  );

  it("keeps an infinity for what a float32 can't hold", () => {
    const read = decoded(vector(), "[1e39,-1e39]");
    expect(read).toEqual({ kind: "dense", data: Float32Array.of(Infinity, -Infinity) });
  });
});

const upsert = (points: string): unknown => decoded(upsertRequest, `{"points":[${points}]}`);

describe("an upsert's faults come with their paths", () => {
  it.each([
    ['{"id":1,"vector":[]}', "points[0].vector.vector: dense vector must not be empty"],
    ['{"id":1,"vector":[[]]}', "points[0].vector.data: all vectors must be non-empty"],
    [
      '{"id":1,"vector":[[1,2],[1]]}',
      "points[0].vector.data: all vectors must have the same dimension, found vector with dimension 1",
    ],
    [
      '{"id":1,"vector":{"s":{"indices":[1,1],"values":[1,2]}}}',
      "points[0].vector.?.indices: Validation error: must be unique [{}]",
    ],
    [
      '{"id":1,"vector":[1]},{"id":2,"vector":{"s":{"indices":[1],"values":[]}}}',
      "points[1].vector.?.values: Validation error: must be the same length as indices [{}]",
    ],
  ])("%s", (points, fault) => {
    expect(refusal(() => upsert(points))).toEqual({
      status: 422,
      text: `Validation error in JSON body: [${fault}]`,
    });
  });

  it.each([
    '{"id":1,"vector":["1"]}',
    '{"id":1,"vector":[1,null]}',
    '{"id":1,"vector":null}',
    '{"id":1,"vector":3}',
    '{"id":1}',
    '{"vector":[1]}',
    '{"id":1,"vector":[1],"vectors":[1]}',
    '{"id":1,"vector":[1],"payload":[1]}',
  ])("%s has a wrong type", (points) => {
    expect(refusal(() => upsert(points)).status).toBe(400);
  });

  it.each(["{}", "[]", '{"points":{}}', '{"points":null}', '{"batch":{"vectors":[[1]]}}'])(
    "%s is no upsert",
    (text) => {
      expect(refusal(() => decoded(upsertRequest, text)).status).toBe(400);
    },
  );

  it.each([
    ['{"ids":[1,2],"vectors":{"a":[[1]]}}', "batch.batch: number of ids and vectors must be equal (2 != 1)"],
    [
      '{"ids":[1,2],"vectors":{"a":[[1]]},"payloads":[{}]}',
      "batch.batch: number of ids and vectors must be equal (2 != 1)",
    ],
    ['{"ids":[1],"vectors":[[1]],"payloads":[]}', "batch.batch: number of ids and payloads must be equal (1 != 0)"],
    ['{"ids":[1],"vectors":[[],[]]}', "batch.vector: dense vector must not be empty"],
    ['{"ids":[1],"vectors":[[[1.5],[]]],"payloads":[]}', "batch.data: all vectors must be non-empty"],
    ['{"ids":[1],"vectors":{"":[[]]}}', "batch.?.vector: dense vector must not be empty"],
    [
      '{"ids":[1],"vectors":{"s":[{"indices":[1,1],"values":[1,2]}]}}',
      "batch.?.indices: Validation error: must be unique [{}]",
    ],
  ])("the batch %s has one fault told: of its vectors, then of their number, then of the payloads'", (batch, fault) => {
    const refused = refusal(() => decoded(upsertRequest, `{"batch":${batch}}`));
    expect([refused.status, refused.text]).toEqual([422, `Validation error in JSON body: [${fault}]`]);
  });
});

describe("vectors to update", () => {
  it.each(['{"id":1,"vector":{}}', '{"id":1,"vector":[]}', '{"id":1,"vector":{"s":{"indices":[],"values":[]}}}'])(
    "%s names none",
    (point) => {
      expect(refusal(() => decoded(updateVectorsRequest, `{"points":[${point}]}`)).text).toBe(
        "Validation error in JSON body: [points[0].vector: must specify vectors to update for point]",
      );
    },
  );
});
