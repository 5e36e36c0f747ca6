import fc from "fast-check";

import { queryToSend, vectorToSend, withoutBigInts } from "../../../src/qdrant/wire";

const looksSparse = (text: string): boolean => {
  const [first] = JSON.parse(text) as [unknown];
  return /^\[\[\d+(,\d+)*\],/.test(text) && Array.isArray(first);
};

describe("two-row multivectors", () => {
  it.each([
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      [
        [0, 0],
        [0, 1],
      ],
    ],
    [
      [
        [4_294_967_295, 7],
        [1, 2],
      ],
    ],
  ])("no longer look like a sparse vector: %j", (vector) => {
    expect(looksSparse(JSON.stringify(vectorToSend(vector)))).toBe(false);
  });

  it("keep every number as the float32 that it was", () => {
    const whole = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const rows = fc.array(whole, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const sent = JSON.parse(JSON.stringify(vectorToSend([first, second]))) as number[][];
        expect(sent.map((row) => row.map(Math.fround))).toEqual([first, second].map((row) => row.map(Math.fround)));
        expect(looksSparse(JSON.stringify(vectorToSend([first, second])))).toBe(false);
      }),
    );
  });

  it.each([
    [[1, 2]],
    [[[1, 2]]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      [
        [0.5, 2],
        [3, 4],
      ],
    ],
    [{ indices: [1, 2], values: [3, 4] }],
  ])("leave other vectors as they are: %j", (vector) => {
    expect(vectorToSend(vector)).toEqual(vector);
  });

  it.each([
    [[1, -0]],
    [
      [
        [-0, 2],
        [3, -0],
      ],
    ],
    [[[0], [-0], [1]]],
    [{ indices: [1, 2], values: [-0, 4] }],
  ])("keep the sign of a zero through JSON: %j", (vector) => {
    const rounded = (value: unknown): unknown =>
      typeof value === "number" ? Math.fround(value) : Array.isArray(value) ? value.map(rounded) : value;
    const sent = JSON.parse(JSON.stringify(vectorToSend(vector)));
    expect(Array.isArray(sent) ? rounded(sent) : rounded(sent.values)).toEqual(
      Array.isArray(vector) ? vector : vector.values,
    );
  });

  it("are found in a query at any depth, and nothing else is touched", () => {
    const filter = { must: [{ key: "a", match: { any: [1, 2] } }] };
    const query = {
      prefetch: [
        {
          query: {
            nearest: [
              [1, 2],
              [3, 4],
            ],
          },
          filter,
        },
      ],
      query: { fusion: "rrf" },
    };
    const sent = queryToSend(query);
    expect(JSON.stringify(sent)).toContain("[[1.0000000000000002,2],[3,4]]");
    expect(sent).toMatchObject({ prefetch: [{ filter }], query: { fusion: "rrf" } });
  });
});

it("reads integers beyond 2^53 as numbers, so that they can be written again", () => {
  const payload = { a: [{ b: 2n ** 60n }], c: "x" };
  expect(withoutBigInts(payload)).toEqual({ a: [{ b: 2 ** 60 }], c: "x" });
});
