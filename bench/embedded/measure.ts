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

export const median = (times: number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;

/** Median milliseconds of one call, the first two not counted. */
export async function timed(call: () => unknown, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds + 2; i++) {
    const from = performance.now();
    await call();
    if (i >= 2) times.push(performance.now() - from);
  }
  return median(times);
}

export const shown = (milliseconds: number): string => `${milliseconds.toFixed(2)} ms`;

export function run(main: () => Promise<string[]>): void {
  main().then(
    (lines) => process.stdout.write(`${lines.join("\n")}\n`),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
