/** A list as it is asked for, from its body and its query string, and what the schemas can't say about it. Pure. */
import { type Fault, validationError } from "../errors";
import { type Field, parseField } from "../filters/field";
import { inspectFilters } from "../filters/parse";
import { type Order } from "./list-order";
import { isRecord } from "./json-rules";
import { DEFAULT_LIMIT, type ListNamespaceDocuments, type ListQuery, MAX_REACH } from "./list-schemas";

export interface ListAsked {
  /** Checked; undefined: none. */
  filters: Record<string, unknown> | undefined;
  search: string | undefined;
  /** undefined: as list-source.ts has it. */
  order: Order | undefined;
  cursor: string | undefined;
  partition: { index: number; count: number } | undefined;
  /** undefined: where it costs little. */
  total: boolean | undefined;
  /** `vectors` false, true for all, or their names. */
  wanted: { presignedUrls: boolean; vectors: boolean | string[]; vectorNames: boolean | string[] };
  groupBy: Field | undefined;
  select: readonly string[] | undefined;
  limit: number;
  offset: number;
}

const NO_FIELD = 'is no path of a field: a.b, a[].b, a[0]; a key with other characters stands in quotes ("tb_9.6.1")';

/** What a list's schema can't say. Takes any JSON. */
export function inspectList(body: unknown): Fault[] {
  if (!isRecord(body)) return [];
  const faults = inspectFilters(body["filters"]);
  const sort = body["sort"];
  const named: [string, unknown][] = [
    ["sort.field", isRecord(sort) ? sort["field"] : undefined],
    ["group_by", body["group_by"]],
  ];
  for (const [path, field] of named) {
    if (typeof field === "string" && field !== "" && parseField(field) === undefined) {
      faults.push({ path, message: NO_FIELD });
    }
  }
  const partition = body["partition"];
  if (isRecord(partition)) {
    const { index, count } = partition;
    if (typeof index === "number" && typeof count === "number" && index >= count) {
      faults.push({ path: "partition.index", message: `must be less than partition.count, which is ${count}` });
    }
  }
  return faults;
}

/** The field of a body's `field`, for calls that name one. */
export function inspectField(body: unknown): Fault[] {
  const field = isRecord(body) ? body["field"] : undefined;
  if (typeof field !== "string" || field === "" || parseField(field) !== undefined) return [];
  return [{ path: "field", message: NO_FIELD }];
}

/** The request with what its query string says. The query string rules on the page, since clients send a body's defaults; the
 *  body rules on filters, search and sort; what either wants returned is returned. @throws InletError 422 for texts that are not what they should be */
export function withQuery<T extends ListNamespaceDocuments>(body: T, query: ListQuery): T {
  const {
    filters,
    sort,
    search,
    cursor,
    next_cursor: next,
    after,
    limit,
    page_size,
    offset,
    page,
    include_total,
    ...want
  } = query;
  const faults: Fault[] = [];
  const readFilters = filters === undefined ? undefined : filtersOf(filters, faults);
  const readSort = sort === undefined ? undefined : sortOf(sort, faults);
  if (faults.length > 0) throw validationError(faults.map((fault) => ({ ...fault, location: "query" as const })));
  const size = limit ?? page_size;
  return {
    ...body,
    ...given({ page, offset, include_total, cursor: cursor ?? next ?? after }),
    ...given({ limit: size }),
    // A page counts from its own offset, whatever the body's default says.
    ...(page !== undefined && offset === undefined ? { offset: null } : {}),
    ...given(Object.fromEntries(Object.entries(want).filter(([, value]) => value === true))),
    ...given({
      filters: body.filters ?? readFilters,
      search: body.search ?? search,
      sort: body.sort ?? readSort,
    }),
  };
}

/** Without what is undefined. */
const given = <T extends object>(fields: T): Partial<T> => {
  const kept: Partial<T> = { ...fields };
  for (const key of Object.keys(fields)) if (Reflect.get(fields, key) === undefined) Reflect.deleteProperty(kept, key);
  return kept;
};

function filtersOf(text: string, faults: Fault[]): Record<string, unknown> | undefined {
  const filters = parsed(text);
  if (!isRecord(filters)) {
    faults.push({ path: "filters", message: "must be a JSON object" });
    return undefined;
  }
  faults.push(...inspectFilters(filters));
  return filters;
}

function sortOf(text: string, faults: Fault[]): { field: string; direction: "asc" | "desc" } | undefined {
  const json = text.startsWith("{") ? parsed(text) : undefined;
  const [, minus, name, suffix] = /^(-?)(.*?)(?::(asc|desc))?$/s.exec(text) ?? [];
  const field = isRecord(json) ? json["field"] : name;
  const direction = isRecord(json) ? (json["direction"] ?? "asc") : (suffix ?? (minus === "-" ? "desc" : "asc"));
  if (typeof field !== "string" || parseField(field) === undefined) {
    faults.push({ path: "sort", message: NO_FIELD });
    return undefined;
  }
  if (direction !== "asc" && direction !== "desc") {
    faults.push({ path: "sort", message: "must go in the direction asc or desc" });
    return undefined;
  }
  return { field, direction };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a request that its schema and inspectList have found right. @throws InletError 422 for pages that are none */
export function listAskedOf(request: ListNamespaceDocuments): ListAsked {
  const limit = request.limit ?? request.page_size ?? DEFAULT_LIMIT;
  const paged = ((request.page ?? 1) - 1) * limit;
  // Clients send a body's default of 0 beside a page.
  const offset = request.offset === 0 ? paged : (request.offset ?? paged);
  const cursor = request.cursor ?? undefined;
  if (cursor !== undefined && offset > 0) {
    throw validationError([{ path: "cursor", message: "goes without offset and page: it names the place itself" }]);
  }
  if (offset > MAX_REACH) {
    throw validationError([
      { path: "page", message: `begins behind more than ${MAX_REACH} documents; go on by next_cursor` },
    ]);
  }
  const names = request.return_vector_names ?? false;
  const groupBy = request.group_by ?? undefined;
  const order = request.sort ?? undefined;
  return {
    filters: request.filters ?? undefined,
    search: request.search?.trim() === "" ? undefined : (request.search ?? undefined),
    order: order && { field: fieldOf(order.field), descending: order.direction === "desc" },
    cursor,
    partition: request.partition ?? undefined,
    total: request.include_total ?? undefined,
    wanted: {
      presignedUrls: (request.return_presigned_urls ?? false) || (request.return_url ?? false),
      vectors: (request.return_vectors ?? false) && (Array.isArray(names) ? names : true),
      vectorNames: names,
    },
    groupBy: groupBy === undefined ? undefined : fieldOf(groupBy),
    select: request.select ?? undefined,
    limit,
    offset,
  };
}

/** @throws InletError 422 */
export function fieldOf(name: string, path = "field"): Field {
  const field = parseField(name);
  if (field === undefined) throw validationError([{ path, message: NO_FIELD }]);
  return field;
}
