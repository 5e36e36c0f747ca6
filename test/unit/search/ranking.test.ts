import { rankedPage } from "../../../src/search/ranking";
import { type ScoredPoint, type SentQuery } from "../../../src/qdrant/gateway";

const sent: SentQuery = { method: "POST", path: "", body: {} };

/** A Qdrant whose order of equal scores depends on the limit. */
function shuffling(scores: readonly number[]): { ask: (limit: number) => Promise<Answer>; asked: number[] } {
  const asked: number[] = [];
  const points = scores.map((score, index) => ({ id: `p${String(index).padStart(6, "0")}`, score }));
  return {
    asked,
    async ask(limit) {
      asked.push(limit);
      const place = ({ id }: ScoredPoint): number => (Number(id.slice(1)) * (2 * limit + 1)) % 100_003;
      const ordered = [...points].sort((a, b) => b.score - a.score || place(a) - place(b));
      return { points: ordered.slice(0, limit), sent };
    },
  };
}
type Answer = { points: ScoredPoint[]; sent: SentQuery };

async function allPages(scores: readonly number[], limit: number): Promise<string[]> {
  const { ask } = shuffling(scores);
  const ids: string[] = [];
  for (let offset = 0; ; offset += limit) {
    const page = await rankedPage(ask, { offset, limit });
    ids.push(...page.points.map(({ id }) => id));
    if (!page.more) return ids;
  }
}

it.each([1, 7, 50])("gives each hit once over pages of %d, whatever the order of equal scores", async (limit) => {
  const scores = Array.from({ length: 400 }, (_, index) => Math.floor(index / 90));
  const ids = await allPages(scores, limit);
  expect(ids).toHaveLength(400);
  expect(new Set(ids).size).toBe(400);
});

it("asks once where scores differ", async () => {
  const { ask, asked } = shuffling(Array.from({ length: 100 }, (_, index) => 100 - index));
  const page = await rankedPage(ask, { offset: 10, limit: 10 });
  expect(page.points.map(({ score }) => score)).toEqual([90, 89, 88, 87, 86, 85, 84, 83, 82, 81]);
  expect(asked).toHaveLength(1);
});

it("ends for a run of equal scores that is longer than what it asks for, and repeats itself", async () => {
  const { ask, asked } = shuffling(new Array<number>(30_000).fill(1));
  const first = await rankedPage(ask, { offset: 0, limit: 10 });
  const second = await rankedPage(ask, { offset: 10, limit: 10 });
  expect(Math.max(...asked)).toBe(20_000);
  expect(new Set([...first.points, ...second.points].map(({ id }) => id)).size).toBe(20);
});

it("answers past the end", async () => {
  expect(await rankedPage(shuffling([3, 2, 1]).ask, { offset: 5, limit: 5 })).toMatchObject({
    points: [],
    more: false,
  });
});
