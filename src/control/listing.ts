/** Lists of records: filtered, searched, sorted by (value, id) and cut into pages. The control plane's lists are short enough
 *  to be put in order in memory. Pure. */
import { type Static, Type } from "@sinclair/typebox";
import pLimit from "p-limit";

import { type InletError, validationError } from "../errors";
import { type Pagination } from "../schema/common";
import { matches } from "./record-filter";

const Direction = Type.Union([Type.Literal("asc"), Type.Literal("desc")]);
export const SortOption = Type.Object(
  { field: Type.String({ minLength: 1, maxLength: 255 }), direction: Type.Optional(Direction) },
  { additionalProperties: false, examples: [{ field: "created_at", direction: "desc" }] },
);

/** The body of a list call. Its page may also come in the query string, which then rules. */
export const ListRequest = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    page: Type.Optional(Type.Integer({ minimum: 1 })),
    cursor: Type.Optional(Type.String({ maxLength: 4096 })),
    filters: Type.Optional(
      Type.Union([
        Type.Record(Type.String(), Type.Unknown(), {
          description: "`{field: value}`, or AND, OR, NOT of `{field, operator, value}`",
        }),
        Type.Null(),
      ]),
    ),
    sort: Type.Optional(Type.Union([SortOption, Type.Null()])),
    sorts: Type.Optional(Type.Union([Type.Array(SortOption, { maxItems: 1 }), Type.Null()])),
    search: Type.Optional(Type.Union([Type.String({ maxLength: 1024 }), Type.Null()])),
    include_system: Type.Optional(Type.Boolean()),
    case_sensitive: Type.Optional(Type.Boolean()),
  },
  {
    additionalProperties: false,
    title: "ListRequest",
    examples: [{ search: "talk", sort: { field: "created_at", direction: "desc" }, limit: 20 }],
  },
);
export type ListRequest = Static<typeof ListRequest>;

/** A page as it is asked for, in any of the ways of the published API. */
export interface PageAsked {
  limit?: number | undefined;
  page_size?: number | undefined;
  offset?: number | undefined;
  page?: number | undefined;
  cursor?: string | undefined;
  next_cursor?: string | undefined;
  after?: string | undefined;
}

export interface Listed<T> {
  results: T[];
  pagination: Pagination;
  total: number;
}

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 1000;

type Row = Record<string, unknown>;
type Key = string | number | boolean | null;

/** One page of `rows`. `id` names the field that settles ties, `searched` the fields that `search` looks into. */
export function listed<T extends Row>(
  rows: readonly T[],
  request: ListRequest,
  page: PageAsked,
  fields: { id: keyof T & string; searched: readonly (keyof T & string)[] },
): Listed<T> {
  const { field, direction } = sortOf(request);
  const found = rows.filter(
    (row) =>
      searches(row, request, fields.searched) && matches(row, request.filters ?? {}, request.case_sensitive ?? false),
  );
  const sign = direction === "desc" ? -1 : 1;
  const keyOf = (row: Row): Key => keyFrom(row[field]);
  const idOf = (row: Row): string => String(row[fields.id]);
  const compare = (a: [Key, string], b: [Key, string]): number =>
    compareKeys(a[0], b[0], sign) || compareText(a[1], b[1]);
  found.sort((a, b) => compare([keyOf(a), idOf(a)], [keyOf(b), idOf(b)]));

  const asked = { ...request, ...defined(page) };
  const size = Math.min(asked.limit ?? asked.page_size ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const cursor = asked.cursor ?? asked.next_cursor ?? asked.after;
  const start =
    cursor === undefined
      ? (asked.offset ?? ((asked.page ?? 1) - 1) * size)
      : startAfter(found, cursorOf(cursor, field, direction), (row, at) => compare([keyOf(row), idOf(row)], at));
  const results = found.slice(start, start + size);
  const last = results.at(-1);
  const more = start + size < found.length;
  const total = found.length;
  const pageNumber = Math.floor(start / size) + 1;
  return {
    results,
    total,
    pagination: {
      total,
      page: pageNumber,
      page_size: size,
      total_pages: Math.ceil(total / size),
      next_page: more ? `?page=${pageNumber + 1}&page_size=${size}` : null,
      previous_page: pageNumber > 1 ? `?page=${pageNumber - 1}&page_size=${size}` : null,
      next_cursor: more && last !== undefined ? cursorText([field, direction, keyOf(last), idOf(last)]) : null,
    },
  };
}

function sortOf(request: ListRequest): { field: string; direction: "asc" | "desc" } {
  const sort = request.sort ?? request.sorts?.[0];
  return { field: sort?.field ?? "created_at", direction: sort?.direction ?? (sort === undefined ? "desc" : "asc") };
}

function searches(row: Row, request: ListRequest, fields: readonly string[]): boolean {
  const { search } = request;
  if (search === undefined || search === null || search === "") return true;
  const fold = (text: string): string => (request.case_sensitive === true ? text : text.toLowerCase());
  return fields.some((field) => fold(String(row[field] ?? "")).includes(fold(search)));
}

const keyFrom = (value: unknown): Key =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

/** Missing values last, whatever the direction; values of different types by the type's name. */
function compareKeys(a: Key, b: Key, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a !== typeof b) return compareText(typeof a, typeof b);
  return a < b ? -sign : a > b ? sign : 0;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Where the rows after the cursor's begin. */
function startAfter<T>(rows: readonly T[], at: [Key, string], compare: (row: T, at: [Key, string]) => number): number {
  const start = rows.findIndex((row) => compare(row, at) > 0);
  return start === -1 ? rows.length : start;
}

const cursorText = (parts: [string, string, Key, string]): string =>
  Buffer.from(JSON.stringify(parts)).toString("base64url");

/** @throws InletError 422 for what is no cursor of this list and this order */
function cursorOf(text: string, field: string, direction: string): [Key, string] {
  const parts = parsed(text);
  if (!Array.isArray(parts) || parts.length !== 4) throw badCursor("is not a cursor of this list");
  const [ofField, ofDirection, key, id]: unknown[] = parts;
  if (ofField !== field || ofDirection !== direction) throw badCursor("belongs to a list in another order");
  if (typeof id !== "string") throw badCursor("is not a cursor of this list");
  return [keyFrom(key), id];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

const badCursor = (message: string): InletError => validationError([{ path: "cursor", message }]);

/** How many rows of one list ask Qdrant at once: a long page must not take every place in flight. */
const ROWS_AT_ONCE = 8;

/** `each` for all rows, some at a time, in order. */
export async function inTurns<T, R>(rows: readonly T[], each: (row: T) => Promise<R>): Promise<R[]> {
  const limit = pLimit(ROWS_AT_ONCE);
  return await Promise.all(rows.map((row) => limit(() => each(row))));
}

/** The page's part of a query string. */
export function pageOf(query: PageAsked): PageAsked {
  const { limit, page_size, offset, page, cursor, next_cursor, after } = query;
  return { limit, page_size, offset, page, cursor, next_cursor, after };
}

function defined(page: PageAsked): PageAsked {
  return Object.fromEntries(Object.entries(page).filter(([, value]) => value !== undefined));
}
