/** Rows into groups, in bounded memory: one accumulator per group and function, and a refusal where the groups, or what they
 *  keep, come to more than the limits. A refusal comes as soon as the limit is passed, so its time is bounded too. */
import { type Payload } from "../documents/point";
import { InletError } from "../errors";
import { type Accumulator, accumulatorOf, NEEDS_POSITION, type Position, SumTooLarge } from "./accumulators";
import { type Aggregation, type GroupKey } from "./aggregation";
import { bucketName } from "./bucket-name";
import { partOf, timeOf, truncate } from "./dates";
import { below, type Field, follow, selectorsOf, valueOf } from "../filters/field";
import { type Group } from "./results";
import { hasValue, keyOf } from "../filters/values";

export interface GroupLimits {
  groups: number;
  /** Of keys and kept values, roughly. */
  bytes: number;
}

/** Bytes of a group and of one of its accumulators, beside what they keep. */
const GROUP_BYTES = 200;
const ACCUMULATOR_BYTES = 120;

function bucketOf(value: unknown, boundaries: readonly number[], otherwise: string | undefined): string | null {
  if (typeof value === "number") {
    // The first boundary above the value; there are at most 1,000.
    const upperIndex = boundaries.findIndex((boundary) => value < boundary);
    const [lower, upper] = [boundaries[upperIndex - 1], boundaries[upperIndex]];
    if (lower !== undefined && upper !== undefined) return bucketName(lower, upper);
  }
  return otherwise ?? null;
}

/** The group's name of a value under one key; null for none. */
export function groupValue(value: unknown, { taken }: Pick<GroupKey, "taken">): unknown {
  switch (taken.kind) {
    case "value":
      return hasValue(value) ? value : null;
    case "range":
      return bucketOf(value, taken.boundaries, taken.otherwise);
    default: {
      const time = timeOf(value);
      if (time === undefined) return null;
      return taken.kind === "trunc" ? truncate(time, taken.unit) : partOf(time, taken.unit);
    }
  }
}

interface OpenGroup {
  values: unknown[];
  accumulators: Accumulator[];
}

type Reader = (payload: Payload, element: unknown) => unknown;

export class GroupTable {
  private readonly groups = new Map<string, OpenGroup>();
  private readonly keyReaders: Reader[];
  private readonly metricReaders: Reader[];
  private bytes = 0;

  constructor(
    private readonly aggregation: Aggregation,
    private readonly limits: GroupLimits,
  ) {
    const readerOf = (field: Field | undefined): Reader => {
      if (field === undefined) return () => null;
      const inside = aggregation.unwind === undefined ? undefined : below(field, aggregation.unwind);
      return inside === undefined
        ? (payload) => valueOf(payload, field)
        : (_payload, element) => follow(element, inside);
    };
    this.keyReaders = aggregation.keys.map(({ field }) => readerOf(field));
    this.metricReaders = aggregation.metrics.map(({ field }) => readerOf(field));
    // All rows are one group where nothing divides them, also when there are none.
    if (aggregation.keys.length === 0) this.groupOf([]);
  }

  /** A document: one row, or one per element of the unwound list (none where it has no value).
   *  @throws InletError 422 past the limits */
  add(payload: Payload): void {
    const { unwind } = this.aggregation;
    if (unwind === undefined) {
      this.addRow(payload, undefined, 0);
      return;
    }
    const list = valueOf(payload, unwind);
    if (!hasValue(list)) return;
    const elements: unknown[] = Array.isArray(list) ? list : [list];
    for (const [index, element] of elements.entries()) this.addRow(payload, element, index);
  }

  /** @throws InletError 422 for a sum that is no double */
  results(): Group[] {
    const { keys, metrics } = this.aggregation;
    return [...this.groups.values()].map(({ values, accumulators }) => ({
      values,
      group: Object.fromEntries(keys.map(({ alias }, index) => [alias, values[index]])),
      metrics: Object.fromEntries(metrics.map(({ alias }, index) => [alias, resultOf(alias, accumulators[index])])),
    }));
  }

  private addRow(payload: Payload, element: unknown, index: number): void {
    const values = this.aggregation.keys.map((key, at) => groupValue(this.keyReaders[at]?.(payload, element), key));
    const { accumulators } = this.groupOf(values);
    const position = positionOf(payload, index);
    let grown = 0;
    for (const [at, accumulator] of accumulators.entries()) {
      grown += accumulator.add(this.metricReaders[at]?.(payload, element), position);
    }
    if (grown !== 0) this.grow(grown);
  }

  private groupOf(values: unknown[]): OpenGroup {
    const key = values.map((value) => lengthPrefixed(keyOf(value))).join("");
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    if (this.groups.size >= this.limits.groups) throw tooManyGroups(this.limits.groups);
    const { metrics } = this.aggregation;
    const accumulators = metrics.map((metric) => accumulatorOf(metric.function, metric.field !== undefined));
    const group = { values, accumulators };
    this.groups.set(key, group);
    this.grow(GROUP_BYTES + 4 * key.length + ACCUMULATOR_BYTES * accumulators.length);
    return group;
  }

  private grow(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.bytes) throw tooMuchKept(this.limits.bytes);
  }
}

const lengthPrefixed = (key: string): string => `${key.length}:${key}`;

function positionOf(payload: Payload, element: number): Position {
  const internal = payload["_internal"];
  const made: unknown =
    typeof internal === "object" && internal !== null ? Reflect.get(internal, "created_at") : undefined;
  const id = payload["document_id"];
  return {
    createdAt: typeof made === "string" ? made : "",
    documentId: typeof id === "string" ? id : "",
    element,
  };
}

function resultOf(alias: string, accumulator: Accumulator | undefined): unknown {
  try {
    return accumulator?.result();
  } catch (error) {
    if (!(error instanceof SumTooLarge)) throw error;
    throw new InletError(422, "validation_error", `The sum for ${alias} is larger than a double can be.`, {
      code: "sum_too_large",
      details: { alias },
    });
  }
}

/** The parts of a document's payload that the aggregation reads. */
export function neededFields({ keys, metrics, unwind }: Aggregation): string[] {
  const fields = [
    ...keys.map(({ field }) => field),
    ...metrics.flatMap(({ field }) => (field === undefined ? [] : [field])),
    ...(unwind === undefined ? [] : [unwind]),
  ];
  const ordered = metrics.some((metric) => NEEDS_POSITION.has(metric.function));
  return [...new Set([...fields.flatMap(selectorsOf), ...(ordered ? ["_internal.created_at", "document_id"] : [])])];
}

const WHAT_TO_DO = "Filter the documents, or group by fewer or coarser fields (date_trunc, range_buckets).";

export const tooManyGroups = (limit: number): InletError =>
  new InletError(422, "validation_error", `The aggregation comes to more than ${limit} groups. ${WHAT_TO_DO}`, {
    code: "too_many_groups",
    details: { limit },
  });

const tooMuchKept = (limit: number): InletError =>
  new InletError(
    422,
    "validation_error",
    `The aggregation would keep more than ${limit / 2 ** 20} MiB of groups and values. ${WHAT_TO_DO}`,
    { code: "aggregation_too_large", details: { limit_bytes: limit } },
  );
