/** A random sample without repeats: the first `size` steps of a Fisher–Yates shuffle. O(items) to copy, O(size) to draw.
 *  @param random uniform in 0 … 1, 1 excluded. @returns all items, shuffled, where there are no more than `size`. */
export function randomSample<T>(items: Iterable<T>, size: number, random: () => number = Math.random): T[] {
  const pool = [...items];
  const count = Math.min(size, pool.length);
  const drawn: T[] = [];
  for (let i = 0; i < count; i++) {
    const from = i + Math.floor(random() * (pool.length - i));
    const [chosen, here] = [pool[from], pool[i]];
    if (chosen === undefined || here === undefined) break;
    pool[from] = here;
    drawn.push(chosen);
  }
  return drawn;
}
