/** Body and answer of the aggregation call. What one part of a body says of another (aliases, boundaries) is inspect.ts's. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { Filters } from "../filters/schemas";

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const literals = <T extends string>(values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));

/** An answer holds no more groups than this, and a request that comes to more is refused. */
export const MAX_GROUPS = 100_000;
export const MAX_GROUP_KEYS = 16;
export const MAX_METRICS = 32;

const Field = Type.String({
  minLength: 1,
  maxLength: 512,
  description:
    "A user field as `x` or `metadata.x`, nested as `a.b`, in lists as `a[].b`; or a system field (`_internal.…`)",
});
const Alias = Type.String({ minLength: 1, maxLength: 128, description: "The name in the answer" });

export const DATE_TRUNC_UNITS = ["year", "month", "week", "day", "hour", "minute", "second"] as const;
export type DateTruncUnit = (typeof DATE_TRUNC_UNITS)[number];
export const DATE_PART_UNITS = [
  "year",
  "month",
  "week",
  "day",
  "dayOfWeek",
  "dayOfYear",
  "hour",
  "minute",
  "second",
] as const;
export type DatePartUnit = (typeof DATE_PART_UNITS)[number];
export const FUNCTIONS = [
  "count",
  "count_distinct",
  "sum",
  "avg",
  "min",
  "max",
  "first",
  "last",
  "push",
  "add_to_set",
] as const;
export type AggregationFunction = (typeof FUNCTIONS)[number];

const GroupByField = Type.Object(
  {
    field: Field,
    alias: optional(Alias),
    date_trunc: optional(literals(DATE_TRUNC_UNITS)),
    date_part: optional(literals(DATE_PART_UNITS)),
  },
  { additionalProperties: false },
);

const AggregationOperation = Type.Object(
  { function: literals(FUNCTIONS), field: optional(Field), alias: Alias, distinct_field: optional(Field) },
  { additionalProperties: false },
);

const HavingCondition = Type.Object(
  {
    field: Type.String({ minLength: 1, maxLength: 512, description: "The alias of an aggregation or of a group" }),
    operator: Type.String({ minLength: 1, maxLength: 8, description: "eq, ne, gt, gte, lt or lte" }),
    value: Type.Union([Type.Number(), Type.String({ maxLength: 10_000 })]),
  },
  { additionalProperties: false },
);

const RangeBucket = Type.Object(
  {
    field: Field,
    boundaries: Type.Array(Type.Number(), {
      minItems: 1,
      maxItems: 1_000,
      description: "Ascending; a bucket holds its lower boundary and not its upper one",
    }),
    default_bucket: optional(Type.String({ maxLength: 128, description: "Where all other values go; left out: null" })),
  },
  { additionalProperties: false },
);

export const DocumentAggregation = Type.Object(
  {
    group_by: optional(Type.Array(GroupByField, { maxItems: MAX_GROUP_KEYS })),
    aggregations: Type.Array(AggregationOperation, { minItems: 1, maxItems: MAX_METRICS }),
    filters: optional(Filters),
    having: optional(Type.Array(HavingCondition, { maxItems: 32 })),
    unwind: optional(Field),
    range_buckets: optional(Type.Array(RangeBucket, { maxItems: MAX_GROUP_KEYS })),
    sort_by: optional(Type.String({ minLength: 1, maxLength: 512, description: "An alias; left out: the group" })),
    sort_direction: optional(literals(["asc", "desc"])),
    limit: optional(Type.Integer({ minimum: 1, maximum: MAX_GROUPS })),
  },
  {
    additionalProperties: false,
    title: "DocumentAggregation",
    examples: [
      {
        group_by: [{ field: "language" }],
        aggregations: [
          { function: "count", alias: "talks" },
          { function: "avg", field: "minutes", alias: "mean_minutes" },
        ],
        sort_by: "talks",
        limit: 10,
      },
    ],
  },
);
export type DocumentAggregation = Static<typeof DocumentAggregation>;

const anything = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

export const AggregationRead = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        group: anything("By alias, the group's values: null where a document has none."),
        metrics: anything("By alias, what the functions came to: numbers, lists, or values of the field."),
      }),
    ),
    total_groups: Type.Integer({ minimum: 0, description: "Groups after `having` and before `limit`" }),
    query_info: Type.Object({
      strategy: literals(["count", "facet", "stream"]),
      documents: Type.Integer({ minimum: 0, description: "Documents that the filters let through" }),
    }),
  },
  { title: "AggregationRead" },
);
export type AggregationRead = Static<typeof AggregationRead>;
