/** What the benchmarks share: repeatable numbers, medians, and text. */

/** Deterministic numbers in −½ … ½ (mulberry32), so that runs can be compared. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296 - 0.5;
  };
}

/** Normally distributed numbers, by Box and Muller. */
export function normalNumbers(seed: number): () => number {
  const next = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(0.5 - next())) * Math.cos(2 * Math.PI * next());
}

export const median = (times: readonly number[]): number => quantile(times, 0.5);

const quantile = (times: readonly number[], share: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
};

/** The middle half of what was measured. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}
export const spreadOf = (measured: readonly number[]): Spread => ({
  median: median(measured),
  low: quantile(measured, 0.25),
  high: quantile(measured, 0.75),
});

/** Milliseconds of each call, the first two not counted. */
export async function timesOf(call: () => unknown, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds + 2; i++) {
    const from = performance.now();
    await call();
    if (i >= 2) times.push(performance.now() - from);
  }
  return times;
}

/** Their median. */
export const timed = async (call: () => unknown, rounds: number): Promise<number> =>
  median(await timesOf(call, rounds));

export const shown = (milliseconds: number): string => `${milliseconds.toFixed(2)} ms`;

/** A median with the middle half: `1.25 ms (1.20 … 1.31)`. */
export const shownSpread = ({ median: middle, low, high }: Spread): string =>
  `${shown(middle)} (${low.toFixed(2)} … ${high.toFixed(2)})`;

/** A line of the report: what, the figure, how it came about. */
export const line = (what: string, figure: string, how: string): string =>
  `${what.padEnd(34)}${figure.padEnd(22)}${how}`;

export function run(main: () => Promise<string[]>): void {
  main().then(
    (lines) => process.stdout.write(lines.map((each) => `${each}\n`).join("")),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
