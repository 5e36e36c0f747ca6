/** The order of lists: (value, point id), values as filters/values.ts has them, ascending or descending, documents without a
 *  value last in both; equal values by point id, ascending. Pure. */
import { type Field } from "../filters/field";
import { isBefore } from "../filters/scan";
import { compareValues, hasValue } from "../filters/values";
import { type ListPlace } from "./list-cursor";

export interface Order {
  field: Field;
  descending: boolean;
}

export type Compare = (a: ListPlace, b: ListPlace) => number;

export function compareIn(descending: boolean): Compare {
  return (a, b) => {
    const [has, other] = [hasValue(a.value), hasValue(b.value)];
    if (has !== other) return has ? -1 : 1;
    const byValue = compareValues(a.value, b.value);
    if (byValue !== 0) return descending ? -byValue : byValue;
    return a.id === b.id ? 0 : isBefore(a.id, b.id) ? -1 : 1;
  };
}

/** Keeps the first `size` of all that it is given; holds twice as many at most. */
export class FirstOf<T extends ListPlace> {
  private kept: T[] = [];

  constructor(
    private readonly size: number,
    private readonly compare: Compare,
  ) {}

  add(item: T): void {
    this.kept.push(item);
    if (this.kept.length >= 2 * this.size) this.cut();
  }

  sorted(): T[] {
    this.cut();
    return this.kept;
  }

  private cut(): void {
    this.kept.sort(this.compare);
    this.kept = this.kept.slice(0, this.size);
  }
}
