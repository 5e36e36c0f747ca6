/** Scores of the vector queries that compare a point with several examples. */
import { type PointTable } from "../model/table";
import { type VectorQuery } from "../model/query";
import { type StoredVector } from "../model/vector";
import { contextScore, discoverScore, feedbackScore, ratedPairs } from "./discover";
import { bestScore, sumScores } from "./recommend";
import { type Similarity, similarityTo } from "./similarity";

type CustomQuery = Exclude<VectorQuery<StoredVector>, { kind: "nearest" }>;

/** The larger the better; undefined where the point lacks the vector. */
export async function customScore(table: PointTable, name: string, query: CustomQuery): Promise<Similarity> {
  const similarities = new Map<StoredVector, Similarity>();
  for (const vector of examplesOf(query)) similarities.set(vector, await similarityTo(table, name, vector));
  const score = scoreOf(query, (vector) => {
    const similarity = similarities.get(vector);
    // A sparse vector without a shared index is there all the same.
    return (slot) => similarity?.(slot) ?? 0;
  });
  return (slot) => (table.hasVector(slot, name) ? score(slot) : undefined);
}

function examplesOf(query: CustomQuery): StoredVector[] {
  switch (query.kind) {
    case "recommend":
      return [...query.positive, ...query.negative];
    case "discover":
      return [query.target, ...query.context.flatMap(({ positive, negative }) => [positive, negative])];
    case "context":
      return query.context.flatMap(({ positive, negative }) => [positive, negative]);
    case "feedback":
      return [query.target, ...query.feedback.map(({ example }) => example)];
  }
}

function scoreOf(
  query: CustomQuery,
  compare: (vector: StoredVector) => (slot: number) => number,
): (slot: number) => number {
  switch (query.kind) {
    case "recommend": {
      const positive = query.positive.map(compare);
      const negative = query.negative.map(compare);
      const combine = query.strategy === "best_score" ? bestScore : sumScores;
      return (slot) =>
        combine(
          positive.map((to) => to(slot)),
          negative.map((to) => to(slot)),
        );
    }
    case "discover": {
      const target = compare(query.target);
      const pairs = query.context.map((pair) => ({
        positive: compare(pair.positive),
        negative: compare(pair.negative),
      }));
      return (slot) =>
        discoverScore(
          target(slot),
          pairs.map((pair) => ({ positive: pair.positive(slot), negative: pair.negative(slot) })),
        );
    }
    case "context": {
      const pairs = query.context.map((pair) => ({
        positive: compare(pair.positive),
        negative: compare(pair.negative),
      }));
      return (slot) =>
        contextScore(pairs.map((pair) => ({ positive: pair.positive(slot), negative: pair.negative(slot) })));
    }
    case "feedback": {
      const target = compare(query.target);
      const rated = query.feedback.map(({ example, score }) => ({ example: compare(example), score }));
      const pairs = ratedPairs(rated);
      return (slot) =>
        feedbackScore(
          target(slot),
          pairs.map(({ positive, negative, confidence }) => ({
            positive: positive(slot),
            negative: negative(slot),
            confidence,
          })),
          query,
        );
    }
  }
}
