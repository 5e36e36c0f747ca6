/** BM25's weights and token ids. The ids are MurmurHash3's published ones for these words, without their signs. */
import { BM25_DEFAULTS, documentVector, queryVector } from "../../../../src/embedded/filter/bm25";

const entries = ({ indices, values }: { indices: Uint32Array; values: Float32Array }) =>
  Array.from(indices, (index, i) => [index, values[i]]);

it("weighs a query's tokens alike, each once", () => {
  expect(entries(queryVector(["hello", "hello"]))).toEqual([[613153351, 1]]);
  expect(entries(queryVector([]))).toEqual([]);
});

it("weighs a document's tokens by how often they stand in it and by its length", () => {
  const averageLength = 4;
  const [first, second] = entries(documentVector(["a", "a", "b", "c"], { ...BM25_DEFAULTS, averageLength })).sort(
    ([, a], [, b]) => Number(b) - Number(a),
  );
  expect(first?.[1]).toBeCloseTo((2 * 2.2) / (2 + 1.2), 6);
  expect(second?.[1]).toBeCloseTo(1, 6);
});

it("sorts indices, and takes letters beyond ASCII as UTF-8", () => {
  const { indices } = documentVector(["zwölf", "boxkämpfer", "jagen"], BM25_DEFAULTS);
  expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
  expect(entries(queryVector(["ü"]))).toEqual([[2017519274, 1]]);
});
