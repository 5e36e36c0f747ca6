/** The `filters` of requests as OpenAPI shows them. The schema is loose on purpose: parse.ts checks them to a bounded depth
 *  and says for each fault where it is, which a recursive schema does neither of. */
import { Type } from "@sinclair/typebox";

export const OPERATORS = [
  "eq",
  "ne",
  "gt",
  "lt",
  "gte",
  "lte",
  "in",
  "nin",
  "contains",
  "starts_with",
  "ends_with",
  "regex",
  "exists",
  "is_null",
  "text",
  "phrase",
  "words",
  "geo_radius",
  "geo_bounding_box",
  "geo_polygon",
] as const;
export type Operator = (typeof OPERATORS)[number];

export const Filters = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: `AND, OR, NOT (lists, nested freely) and case_sensitive, of {field, operator, value}; or a native Qdrant filter (must, should, must_not, min_should). Operators: ${OPERATORS.join(", ")}; eq where left out. A field is a user field (metadata.x is x), or one of _internal; a key with dots stands in quotes.`,
      examples: [
        {
          AND: [
            { field: "language", operator: "eq", value: "en" },
            {
              OR: [
                { field: "score", operator: "gte", value: 0.5 },
                { field: "title", operator: "contains", value: "vector" },
              ],
            },
          ],
        },
        { must: [{ key: "language", match: { value: "en" } }] },
      ],
    },
  ),
);
