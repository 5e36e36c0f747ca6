/** Schemas that many operations share. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

/** For operations without path parameters or without query. */
export const Nothing = Type.Object({});

export const NOT_SERVED = "is for what Inlet does not have; leave it out";

/** A field of the published API for what Inlet does not have: left out, null and the `harmless` values are fine, which its
 *  client sends where its user gave none; any other is refused by that name rather than passed over. */
export const notServed = <T extends TSchema[]>(...harmless: T) =>
  Type.Optional(
    Type.Union([...harmless, Type.Null()], {
      refusal: NOT_SERVED,
      description: "Not available in Inlet",
    }),
  );
export const EmptyList = Type.Array(Type.Unknown(), { maxItems: 0 });
export const EmptyObject = Type.Object({}, { additionalProperties: false, description: "Without keys" });

/** Paging of every list, in the query string (all forms that the published API knows). */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "Results per page" })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "The same as limit" })),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: "Results to skip" })),
  page: Type.Optional(Type.Integer({ minimum: 1, description: "Page to give, from 1" })),
  cursor: Type.Optional(Type.String({ description: "`next_cursor` of the page before" })),
  next_cursor: Type.Optional(Type.String({ description: "The same as cursor" })),
  after: Type.Optional(Type.String({ description: "The same as cursor" })),
  include_total: Type.Optional(Type.Boolean({ description: "Count all results" })),
});
export type PageQuery = Static<typeof PageQuery>;

const NullableInteger = Type.Optional(Type.Union([Type.Integer(), Type.Null()]));
const NullableString = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** Paging of every list, in the answer. */
export const Pagination = Type.Object(
  {
    total: NullableInteger,
    page: NullableInteger,
    page_size: NullableInteger,
    total_pages: NullableInteger,
    next_page: NullableString,
    previous_page: NullableString,
    next_cursor: NullableString,
  },
  { title: "Pagination" },
);
export type Pagination = Static<typeof Pagination>;

/** Of the header Idempotency-Key. */
export const IDEMPOTENCY_KEY_PATTERN = "^[\\x21-\\x7e]{1,255}$";

const Stored = Type.Union([Type.Integer(), Type.String()], {
  description: "A vector's size, or its kind where that differs",
});
const FaultRead = Type.Object(
  {
    path: Type.String({ description: "Such as `features[0].vectors.embedding[17]`; empty: the whole body" }),
    message: Type.String(),
    location: Type.Optional(Type.Union(["path", "query", "header", "body"].map((place) => Type.Literal(place)))),
    name: Type.Optional(Type.String({ description: "The vector that does not fit" })),
    expected: Type.Optional(Stored),
    got: Type.Optional(Stored),
  },
  { title: "Fault" },
);

/** What went wrong, in every error's envelope and in the lines of streams. */
export const ErrorRead = Type.Object(
  {
    message: Type.String(),
    type: Type.String({ description: "Stable and machine-readable" }),
    code: Type.Optional(Type.String({ description: "Finer than the type, where a client may branch on it" })),
    details: Type.Optional(
      Type.Object(
        { errors: Type.Optional(Type.Array(FaultRead, { description: "Of a validation error: every faulty field" })) },
        { additionalProperties: true, description: "What the error is about, by its type and code" },
      ),
    ),
  },
  { title: "Error" },
);

/** The envelope of every error. */
export const Failure = Type.Object(
  {
    success: Type.Literal(false),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    error: ErrorRead,
  },
  { title: "Failure" },
);
