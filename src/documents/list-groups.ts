/** Lists in groups: the documents by the value of a field, groups in the order of the values, those without one last. All
 *  that match are read twice: for the groups there are, then for the documents of those on the page. */
import { InletError } from "../errors";
import { type Field, selectorsOf, valueOf } from "../filters/field";
import { compareValues, hasValue, keyOf } from "../filters/values";
import { type ListPlace } from "./list-cursor";
import { type Compare, FirstOf, type Order } from "./list-order";
import { pointsById, type Source } from "./list-source";

/** What the values of one request may take in memory. */
export const VALUE_LIMITS = { values: 100_000, characters: 32 * 2 ** 20 };

export interface Counted {
  value: unknown;
  count: number;
}

/** Counts documents per value. @throws InletError 422 past the limits */
export class ValueCounts {
  private readonly counts = new Map<string, Counted>();
  private characters = 0;

  constructor(
    private readonly field: string,
    private readonly limits = VALUE_LIMITS,
  ) {}

  add(value: unknown): void {
    const key = keyOf(value);
    const known = this.counts.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    this.characters += key.length;
    if (this.counts.size >= this.limits.values || this.characters > this.limits.characters) throw this.tooMany();
    this.counts.set(key, { value: hasValue(value) ? value : null, count: 1 });
  }

  all(): Counted[] {
    return [...this.counts.values()];
  }

  private tooMany(): InletError {
    return new InletError(
      422,
      "validation_error",
      `${this.field} has more than ${this.limits.values} values, or too long ones; narrow the filters.`,
      { code: "too_many_values", details: { field: this.field, ...this.limits } },
    );
  }
}

/** Every group there is, in order. */
export async function groupsOf(source: Source, field: Field): Promise<Counted[]> {
  const counts = new ValueCounts(field.name);
  const wanted = { payload: selectorsOf(field), vectors: false };
  for await (const { payload } of pointsById(source, wanted)) counts.add(valueOf(payload, field));
  return counts.all().sort((a, b) => compareValues(a.value, b.value));
}

/** The first `size` documents of each of these groups, in the list's order. */
export async function placesInGroups(
  source: Source,
  field: Field,
  groups: readonly Counted[],
  { order, compare, size }: { order: Order | undefined; compare: Compare; size: number },
): Promise<ListPlace[][]> {
  const firsts = new Map(groups.map(({ value }) => [keyOf(value), new FirstOf(size, compare)]));
  const selectors = [...selectorsOf(field), ...(order === undefined ? [] : selectorsOf(order.field))];
  for await (const { id, payload } of pointsById(source, { payload: selectors, vectors: false })) {
    const value = order === undefined ? undefined : valueOf(payload, order.field);
    firsts.get(keyOf(valueOf(payload, field)))?.add({ value: hasValue(value) ? value : null, id });
  }
  return groups.map(({ value }) => firsts.get(keyOf(value))?.sorted() ?? []);
}

/** The documents per value of the field; of a list, each element once. Documents without a value are in none. */
export async function distinctOf(source: Source, field: Field): Promise<Counted[]> {
  const counts = new ValueCounts(field.name);
  for await (const { payload } of pointsById(source, { payload: selectorsOf(field), vectors: false })) {
    const value = valueOf(payload, field);
    const each: unknown[] = Array.isArray(value) ? value : [value];
    const present = new Map(each.filter(hasValue).map((element) => [keyOf(element), element]));
    for (const element of present.values()) counts.add(element);
  }
  return counts.all().sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
}
