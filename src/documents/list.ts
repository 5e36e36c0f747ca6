/** Lists of documents: filtered, searched, in order, in pages, in groups, in parts. list-request.ts reads what is asked,
 *  list-source.ts finds the places, this one puts the answer together. */
import { type Presigner } from "../blobs/presigner";
import { InletError, validationError } from "../errors";
import { type Field } from "../filters/field";
import { joined, scoped } from "../filters/scan";
import { type Translated } from "../filters/translate";
import { type About, type FilterTranslator } from "../filters/translator";
import { type Namespace } from "../namespaces/namespace";
import { type Admin, type PointReader, type QdrantFilter, type QdrantPoint } from "../qdrant/gateway";
import { type Pagination } from "../schema/common";
import { answerOf, type DocumentAnswer } from "./answer";
import { cursorOf, type ListPlace, placeOf } from "./list-cursor";
import { distinctOf, groupsOf, placesInGroups } from "./list-groups";
import { compareIn } from "./list-order";
import { partOf } from "./list-partition";
import { fieldOf, type ListAsked } from "./list-request";
import {
  DEFAULT_DISTINCT,
  type Distinct,
  type DistinctAnswer,
  MAX_GROUP_DOCUMENTS,
  MAX_GROUPED_DOCUMENTS,
} from "./list-schemas";
import { countAll, isCounted, naturalOrder, placesById, placesInOrder, pointsById, type Source } from "./list-source";
import { type Placement, type Scope } from "./placement";
import { selection } from "./select";

export interface ListDeps {
  placement: Placement;
  reader: PointReader & Pick<Admin, "describeCollection">;
  presigner: Presigner;
  filters: FilterTranslator;
}

export interface DocumentList {
  results?: DocumentAnswer[];
  groups?: { group_key: unknown; documents: DocumentAnswer[]; count: number }[];
  group_by_field?: string;
  unknown_collection_ids?: string[];
  pagination: Pagination;
  total_documents?: number;
  stats?: { total_documents: number; total_groups: number; avg_documents_per_group: number };
}

/** How many whole documents are fetched by their ids at once. */
const READ_AT_ONCE = 200;

export class DocumentLists {
  constructor(private readonly deps: ListDeps) {}

  /** The documents of one collection. @throws InletError 404, 422, 503 */
  async list(scope: Scope, collectionName: string, asked: ListAsked): Promise<DocumentList> {
    const namespace = await this.deps.placement.namespace(scope);
    const collection = await this.deps.placement.collection(scope, namespace, collectionName);
    return await this.listOf(scope, namespace, [collection.id], asked);
  }

  /** The documents of these collections of the namespace (undefined: of all). Names of collections that are not there are
   *  told, not refused. */
  async listNamespace(
    scope: Scope,
    collectionNames: readonly string[] | undefined,
    asked: ListAsked,
  ): Promise<DocumentList> {
    const namespace = await this.deps.placement.namespace(scope);
    if (collectionNames === undefined) return await this.listOf(scope, namespace, undefined, asked);
    const ids = new Set<string>();
    const unknown: string[] = [];
    for (const name of collectionNames) {
      try {
        ids.add((await this.deps.placement.collection(scope, namespace, name)).id);
      } catch (error) {
        if (!(error instanceof InletError) || error.status !== 404) throw error;
        unknown.push(name);
      }
    }
    const list = await this.listOf(scope, namespace, [...ids].sort(), asked);
    return unknown.length === 0 ? list : { ...list, unknown_collection_ids: unknown };
  }

  /** The values of a field and how many documents have each. @throws InletError 422 where there are too many */
  async distinct(scope: Scope, collectionName: string, request: Distinct): Promise<DistinctAnswer> {
    const { placement, reader, filters } = this.deps;
    const field = fieldOf(request.field);
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const about = { collection: namespace.id, scope: scoped([collection.id]), signal: scope.signal };
    const translated = await filters.translate(request.filters, about);
    const source: Source = { reader, ...about, filters: translated, range: { from: undefined, until: undefined } };
    const values = await distinctOf(source, field);
    return {
      field: request.field,
      values: values.slice(0, request.limit ?? DEFAULT_DISTINCT),
      total_distinct: values.length,
    };
  }

  private async listOf(
    scope: Scope,
    namespace: Namespace,
    collectionIds: readonly string[] | undefined,
    asked: ListAsked,
  ): Promise<DocumentList> {
    const about = { collection: namespace.id, scope: scoped(collectionIds), signal: scope.signal };
    const source: Source = {
      reader: this.deps.reader,
      ...about,
      filters: await this.filtersOf(about, asked),
      range: asked.partition === undefined ? { from: undefined, until: undefined } : partOf(asked.partition),
    };
    const order = asked.order ?? naturalOrder(source);
    // All that decides on the list, beside the cursor's own place.
    const identity = [
      namespace.id,
      collectionIds ?? null,
      asked.filters ?? null,
      asked.search ?? null,
      order === undefined ? null : [order.field.name, order.descending],
      asked.partition === undefined ? null : [asked.partition.index, asked.partition.count],
      asked.groupBy?.name ?? null,
    ];
    const after = asked.cursor === undefined ? undefined : placeOf(identity, asked.cursor);
    return asked.groupBy === undefined
      ? await this.plainList(source, { ...asked, order }, identity, after)
      : await this.groupedList(source, asked, asked.groupBy, identity, after);
  }

  private async plainList(
    source: Source,
    asked: ListAsked,
    identity: unknown,
    after: ListPlace | undefined,
  ): Promise<DocumentList> {
    const { order, limit, offset } = asked;
    // One more tells whether there is another page.
    const count = offset + limit + 1;
    let total: number | undefined;
    let found: ListPlace[];
    let points: QdrantPoint[] | undefined;
    if (order === undefined && offset === 0) {
      points = await firstOf(pointsById(source, this.whole(asked, count + 1), after?.id), count);
      found = points.map(({ id }) => ({ value: null, id }));
    } else {
      const places =
        order === undefined
          ? await placesById(source, count, after?.id)
          : await placesInOrder(source, order, count, after);
      found = places.places;
      ({ total } = places);
    }
    const page = found.slice(offset, offset + limit);
    const last = page.at(-1);
    const more = found.length > offset + limit;
    points = points === undefined ? await this.read(source, asked, page) : points.slice(0, limit);
    const wantsTotal = asked.total ?? (after === undefined && isCounted(source));
    total = wantsTotal ? (total ?? (await countAll(source))) : undefined;
    return {
      results: await this.answers(points, asked),
      pagination: paginationOf(asked, total, more && last ? cursorOf(identity, last) : undefined, more),
      ...(total === undefined ? {} : { total_documents: total }),
    };
  }

  private async groupedList(
    source: Source,
    asked: ListAsked,
    field: Field,
    identity: unknown,
    after: ListPlace | undefined,
  ): Promise<DocumentList> {
    const { order, limit, offset } = asked;
    const groups = await groupsOf(source, field);
    const documents = groups.reduce((sum, { count }) => sum + count, 0);
    const inOrder = compareIn(false);
    // A group has no point id of its own.
    const placeOfGroup = (value: unknown): ListPlace => ({ value, id: "" });
    const rest = after === undefined ? groups : groups.filter(({ value }) => inOrder(placeOfGroup(value), after) > 0);
    const page = rest.slice(offset, offset + limit);
    const size = Math.max(1, Math.min(MAX_GROUP_DOCUMENTS, Math.floor(MAX_GROUPED_DOCUMENTS / limit)));
    const compare = compareIn(order?.descending ?? false);
    const places = page.length === 0 ? [] : await placesInGroups(source, field, page, { order, compare, size });
    const points = await this.read(source, asked, places.flat());
    const answers = await this.answers(points, asked);
    const byId = new Map(answers.map((answer, index) => [points[index]?.id, answer]));
    const last = page.at(-1);
    const more = rest.length > offset + limit;
    const next = more && last ? cursorOf(identity, placeOfGroup(last.value)) : undefined;
    return {
      groups: page.map(({ value, count }, index) => ({
        group_key: value,
        documents: (places[index] ?? []).flatMap(({ id }) => {
          const document = byId.get(id);
          return document === undefined ? [] : [document];
        }),
        count,
      })),
      group_by_field: field.name,
      pagination: paginationOf(asked, groups.length, next, more),
      total_documents: documents,
      stats: {
        total_documents: documents,
        total_groups: groups.length,
        avg_documents_per_group: groups.length === 0 ? 0 : documents / groups.length,
      },
    };
  }

  /** The filters, and the search's words in any field with a text index. */
  private async filtersOf(about: About, asked: ListAsked): Promise<Translated> {
    const filters = await this.deps.filters.translate(asked.filters, about);
    if (asked.search === undefined) return filters;
    const { collection, signal } = about;
    const description = await this.deps.reader.describeCollection(collection, { signal });
    const indexed = [...(description?.indexTypes ?? [])].flatMap(([key, type]) => (type === "text" ? [key] : []));
    if (indexed.length === 0) {
      throw validationError([
        {
          path: "search",
          message: "needs a field with a text index, and the namespace declares none (payload_indexes)",
        },
      ]);
    }
    const anyField: QdrantFilter = { should: indexed.map((key) => ({ key, match: { text: asked.search } })) };
    return { ...filters, qdrant: joined([filters.qdrant, anyField]) };
  }

  private whole({ wanted }: ListAsked, pagePoints: number) {
    return { payload: true as const, vectors: wanted.vectors, pagePoints };
  }

  /** The points at these places; those that went meanwhile are left out. */
  private async read(source: Source, { wanted }: ListAsked, places: readonly ListPlace[]): Promise<QdrantPoint[]> {
    const points: QdrantPoint[] = [];
    for (let start = 0; start < places.length; start += READ_AT_ONCE) {
      const ids = places.slice(start, start + READ_AT_ONCE).map(({ id }) => id);
      const want = { payload: true, vectors: wanted.vectors };
      points.push(...(await source.reader.retrieve(source.collection, ids, want, { signal: source.signal })));
    }
    return points;
  }

  private async answers(points: readonly QdrantPoint[], { wanted, select }: ListAsked): Promise<DocumentAnswer[]> {
    const { vectorNames: names, presignedUrls } = wanted;
    const selected = selection(select);
    const only = Array.isArray(names) ? { only: names } : {};
    const on = { vectors: wanted.vectors !== false, vectorNames: names !== false, presignedUrls, ...only };
    return await Promise.all(points.map(async (point) => selected(await answerOf(point, on, this.deps.presigner))));
  }
}

async function firstOf<T>(all: AsyncIterable<T>, count: number): Promise<T[]> {
  const first: T[] = [];
  for await (const each of all) {
    first.push(each);
    if (first.length >= count) break;
  }
  return first;
}

/** Pages have numbers where they are asked for by number; behind a cursor there are none. */
function paginationOf(
  { limit, offset, cursor }: ListAsked,
  total: number | undefined,
  next: string | undefined,
  more: boolean,
): Pagination {
  const page = cursor === undefined ? Math.floor(offset / limit) + 1 : null;
  const link = (number: number): string => `?page=${number}&page_size=${limit}`;
  return {
    total: total ?? null,
    page,
    page_size: limit,
    total_pages: total === undefined ? null : Math.ceil(total / limit),
    next_page: page !== null && more ? link(page + 1) : null,
    previous_page: page !== null && page > 1 ? link(page - 1) : null,
    next_cursor: next ?? null,
  };
}
