/** The formulas of scores, with numbers computed by hand. */
import { toFloat16 } from "../../../../src/embedded/operations/prepare-vector";
import { contextScore, discoverScore, feedbackScore, ratedPairs } from "../../../../src/embedded/query/discover";
import { kernelFor, passesThreshold, shownScore } from "../../../../src/embedded/query/distance";
import { distributionBasedFusion, reciprocalRankFusion } from "../../../../src/embedded/query/fusion";
import { maximalMarginalRelevance } from "../../../../src/embedded/query/mmr";
import { maxSim } from "../../../../src/embedded/query/multivector";
import { averageVector, bestScore, sumScores } from "../../../../src/embedded/query/recommend";
import { randomSample } from "../../../../src/embedded/query/sample";
import { inverseDocumentFrequency, sparseDot } from "../../../../src/embedded/query/sparse";
import { TopK } from "../../../../src/embedded/query/top-k";
import { type GivenVector } from "../../../../src/embedded/model/vector";

const list = (...scores: number[]) => scores.map((score, id) => ({ id, score }));
const dense = (...data: number[]): GivenVector => ({ kind: "dense", data: Float32Array.from(data) });
const sparse = (entries: Record<number, number>) => ({
  indices: Uint32Array.from(Object.keys(entries), Number),
  values: Float32Array.from(Object.values(entries)),
});

describe("distances", () => {
  const a = Float32Array.of(1, 2, 3);
  const b = Float32Array.of(4, 0, -1);
  const raw = (distance: "Dot" | "Cosine" | "Euclid" | "Manhattan", datatype: "float32" | "uint8" | "float16") =>
    kernelFor({ distance, datatype, size: 3 })(a, 0, b, 0, 3);

  it("are raw similarities, and shown as distances", () => {
    expect(raw("Dot", "float32")).toBe(1);
    expect(raw("Euclid", "float32")).toBe(-29);
    expect(raw("Manhattan", "float32")).toBe(-9);
    expect(shownScore("Euclid", -29)).toBe(Math.fround(Math.sqrt(29)));
    expect(shownScore("Manhattan", -9)).toBe(9);
  });
  it("normalise bytes when they are compared, and give 0 for a vector of zeros", () => {
    expect(raw("Cosine", "uint8")).toBeCloseTo(1 / Math.sqrt(14 * 17), 6);
    expect(kernelFor({ distance: "Cosine", datatype: "uint8", size: 3 })(a, 0, new Float32Array(3), 0, 3)).toBe(0);
  });
  it("round each term of short float16 vectors", () => {
    const [x, y] = [Float32Array.of(toFloat16(2.914)), Float32Array.of(toFloat16(1.671875))];
    expect(kernelFor({ distance: "Dot", datatype: "float16", size: 1 })(x, 0, y, 0, 1)).toBe(
      toFloat16(2.9140625 * 1.671875),
    );
  });
  it("keep what is strictly nearer than a threshold", () => {
    expect(passesThreshold("Dot", 0.5, 0.5)).toBe(false);
    expect(passesThreshold("Dot", 0.6, 0.5)).toBe(true);
    expect(passesThreshold("Euclid", 0.4, 0.5)).toBe(true);
    expect(passesThreshold("Euclid", 0.5, 0.5)).toBe(false);
  });
});

describe("fusion", () => {
  it("sums reciprocal ranks", () => {
    const fused = reciprocalRankFusion([list(9, 8), [{ id: 1, score: 5 }]], 2);
    expect(fused).toEqual([
      { id: 1, score: Math.fround(1 / 3 + 1 / 2) },
      { id: 0, score: 0.5 },
    ]);
  });
  it("weighs ranks, and keeps the points of a list without weight", () => {
    const fused = reciprocalRankFusion([list(9), [{ id: 5, score: 1 }]], 2, [3, -1]);
    expect(fused).toEqual([
      { id: 0, score: Math.fround(1 / (1 / 3 + 1)) },
      { id: 5, score: 0 },
    ]);
  });
  it("lays scores between three deviations around their mean", () => {
    // Mean 2, sample deviation √2: (3 − 2 + 3√2) / 6√2.
    const [best] = distributionBasedFusion([list(3, 1)]);
    expect(best?.score).toBeCloseTo((1 + 3 * Math.SQRT2) / (6 * Math.SQRT2), 6);
  });
  it("gives one half where scores do not spread", () => {
    expect(distributionBasedFusion([list(7)])).toEqual([{ id: 0, score: 0.5 }]);
    expect(distributionBasedFusion([list(2, 2)]).map(({ score }) => score)).toEqual([0.5, 0.5]);
    expect(distributionBasedFusion([[], []])).toEqual([]);
  });
});

describe("recommendation", () => {
  it("averages, and doubles the positive side against negatives", () => {
    expect(averageVector([dense(1, 3), dense(3, 5)], [])).toEqual(dense(2, 4));
    expect(averageVector([dense(1, 3), dense(3, 5)], [dense(1, 1)])).toEqual(dense(3, 7));
  });
  it("averages sparse vectors index by index", () => {
    const average = averageVector(
      [{ kind: "sparse", sparse: sparse({ 1: 2, 4: 2 }) }],
      [{ kind: "sparse", sparse: sparse({ 4: 1, 9: 3 }) }],
    );
    expect(average).toEqual({ kind: "sparse", sparse: sparse({ 1: 4, 4: 3, 9: -3 }) });
  });
  it("refuses to average nothing, or different kinds", () => {
    expect(() => averageVector([], [dense(1)])).toThrow("Positive vectors should not be empty");
    expect(() => averageVector([dense(1), { kind: "sparse", sparse: sparse({ 1: 1 }) }], [])).toThrow(
      "Can't average vectors with different types",
    );
    expect(() => averageVector([dense(1)], [{ kind: "sparse", sparse: sparse({ 1: 1 }) }])).toThrow(
      "Positive and negative vectors should be of the same type",
    );
  });
  it("takes the better side, and is no number where there is none", () => {
    expect(bestScore([1], [0.5])).toBe(0.75);
    expect(bestScore([0.5], [1])).toBe(-0.75);
    expect(bestScore([], [])).toBeNaN();
    expect(sumScores([1, 2], [0.5])).toBe(2.5);
  });
});

describe("discovery", () => {
  it("ranks by pairs, then by the target", () => {
    expect(
      discoverScore(1, [
        { positive: 2, negative: 1 },
        { positive: 0, negative: 3 },
      ]),
    ).toBe(0.75);
    expect(discoverScore(1, [])).toBe(0.75);
  });
  it("loses nothing in a context only where every positive is nearer", () => {
    expect(contextScore([{ positive: 2, negative: 1 }])).toBe(0);
    expect(contextScore([{ positive: 1, negative: 2 }])).toBeCloseTo(-0.5, 6);
  });
  it("weighs every pair of differently rated examples", () => {
    const pairs = ratedPairs([
      { example: "low", score: 0 },
      { example: "high", score: 2 },
      { example: "other high", score: 2 },
    ]);
    expect(pairs).toEqual([
      { positive: "high", negative: "low", confidence: 2 },
      { positive: "other high", negative: "low", confidence: 2 },
    ]);
    expect(feedbackScore(3, [{ positive: 2, negative: 1, confidence: 4 }], { a: 1, b: 0.5, c: 10 })).toBe(23);
  });
});

describe("vectors of several parts", () => {
  it("shares of sparse vectors tell nothing in common from a sum of 0", () => {
    expect(sparseDot(sparse({ 1: 2, 5: 3 }), sparse({ 5: 4, 7: 1 }))).toBe(12);
    expect(sparseDot(sparse({ 1: 1, 2: 1 }), sparse({ 1: 1, 2: -1 }))).toBe(0);
    expect(sparseDot(sparse({ 1: 1 }), sparse({ 2: 1 }))).toBeUndefined();
  });
  it("weighs rare dimensions more", () => {
    expect(inverseDocumentFrequency(10, 2)).toBeCloseTo(Math.log(8.5 / 2.5 + 1), 12);
    expect(inverseDocumentFrequency(10, 10)).toBeGreaterThan(0);
  });
  it("sums each query row's best row", () => {
    const rows = (...data: number[]) => ({ size: 2, data: Float32Array.from(data) });
    const kernel = kernelFor({ distance: "Dot", datatype: "float32", size: 2 });
    expect(maxSim(rows(1, 0, 0, 1), rows(2, 5, 3, 1), kernel)).toBe(8);
  });
});

describe("picking", () => {
  it("keeps the best k, ties by slot, no number last", () => {
    const best = new TopK(3);
    [5, 1, 7, 3, 9].forEach((slot, i) => best.push(slot, [2, 2, NaN, 8, 2][i] ?? 0));
    expect(best.sorted().map(({ slot }) => slot)).toEqual([3, 1, 5]);
    const none = new TopK(0);
    none.push(1, 1);
    expect(none.sorted()).toEqual([]);
  });
  it("picks the most relevant first, then what differs", () => {
    const candidates = [
      { place: 0, relevance: 1 },
      { place: 0.1, relevance: 0.9 },
      { place: 5, relevance: 0.8 },
    ];
    const similarity = (a: { place: number }, b: { place: number }): number => -Math.abs(a.place - b.place);
    const picked = maximalMarginalRelevance(candidates, similarity, 0.5, 2);
    expect(picked.map(({ place }) => place)).toEqual([0, 5]);
    expect(maximalMarginalRelevance(candidates, similarity, 0, 2).map(({ place }) => place)).toEqual([0, 0.1]);
  });
  it("draws each at most once, and all where there are no more", () => {
    expect(randomSample([1, 2, 3], 5).sort()).toEqual([1, 2, 3]);
    expect(
      new Set(
        randomSample(
          Array.from({ length: 50 }, (_, i) => i),
          20,
        ),
      ).size,
    ).toBe(20);
  });
});
