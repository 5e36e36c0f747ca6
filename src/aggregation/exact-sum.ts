/** Adds doubles without rounding on the way: the sum is the double nearest to the true one, whatever the order. Keeps the
 *  sum as a list of doubles that do not overlap, mostly one or two.
 *  Source: Shewchuk, Adaptive Precision Floating-Point Arithmetic, Discrete & Computational Geometry 18, 1997 (grow
 *  expansion). */
export class ExactSum {
  /** Of growing size, no two with a bit of the same weight. */
  private partials: number[] = [];

  /** `value` is finite. */
  add(value: number): void {
    const next: number[] = [];
    let carry = value;
    for (const partial of this.partials) {
      const [large, small] = Math.abs(carry) < Math.abs(partial) ? [partial, carry] : [carry, partial];
      const sum = large + small;
      const rest = small - (sum - large);
      if (rest !== 0) next.push(rest);
      carry = sum;
    }
    next.push(carry);
    this.partials = next;
  }

  /** NaN or Infinity where the sum has left the range of a double. */
  value(): number {
    const { partials } = this;
    let index = partials.length - 1;
    let sum = partials[index] ?? 0;
    let rest = 0;
    while (index > 0 && rest === 0) {
      index -= 1;
      const partial = partials[index] ?? 0;
      const before = sum;
      sum = before + partial;
      rest = partial - (sum - before);
    }
    // Half-way between two doubles the smaller partials decide, which the addition above has not seen.
    const below = partials[index - 1] ?? 0;
    if ((rest < 0 && below < 0) || (rest > 0 && below > 0)) {
      const doubled = rest * 2;
      const moved = sum + doubled;
      if (moved - sum === doubled) return moved;
    }
    return sum;
  }
}
