/** Deletes and updates all documents of a collection that match filters. They are read a page at a time in the order of ids,
 *  which no write moves, so that each document that stays is met once. */
import pLimit from "p-limit";

import { InletError } from "../errors";
import { type FilterTranslator } from "../filters/translator";
import { joined, scan, scoped } from "../filters/scan";
import { type PointReader, type PointWriter, type QdrantPoint } from "../qdrant/gateway";
import { type Placement, type Scope } from "./placement";
import { type DocumentUpdate } from "./schemas";
import { type DocumentUpdates } from "./update";

export interface ByFilterDeps {
  placement: Placement;
  reader: PointReader;
  writer: PointWriter;
  updates: DocumentUpdates;
  filters: FilterTranslator;
}

export interface UpdatedByFilter {
  updated: number;
  failed: number;
  /** What the first that failed said. */
  firstError: string | undefined;
}

/** Ids in one delete. */
const DELETED_AT_ONCE = 500;
/** One update is some calls; a long run must not take every place in flight. */
const UPDATED_AT_ONCE = 8;

export class DocumentsByFilter {
  constructor(private readonly deps: ByFilterDeps) {}

  /** How many were deleted. One that is changed meanwhile, so that Qdrant no longer lets it through, stays.
   *  @throws InletError 404, 422, 503 */
  async delete(scope: Scope, collectionName: string, filters: unknown): Promise<number> {
    const { writer } = this.deps;
    const { about, translated, points } = await this.matching(scope, collectionName, filters);
    let deleted = 0;
    for await (const page of inPages(points, DELETED_AT_ONCE)) {
      const filter = joined([about.scope, translated.qdrant, { has_id: page.map(({ id }) => id) }]) ?? {};
      await writer.delete(about.collection, { filter }, { ordering: "strong", signal: scope.signal });
      deleted += page.length;
    }
    return deleted;
  }

  /** Merges the update into each, as PATCH does. One that refuses it fails for itself; when Qdrant is away the whole call
   *  fails, since sending it again is safe. */
  async update(scope: Scope, collectionName: string, filters: unknown, data: DocumentUpdate): Promise<UpdatedByFilter> {
    const { updates } = this.deps;
    const result: UpdatedByFilter = { updated: 0, failed: 0, firstError: undefined };
    const { points } = await this.matching(scope, collectionName, filters);
    const limit = pLimit(UPDATED_AT_ONCE);
    const updateOne = async ({ payload }: QdrantPoint): Promise<void> => {
      try {
        await updates.merge(scope, collectionName, String(payload["document_id"]), data, undefined);
        result.updated += 1;
      } catch (error) {
        if (!(error instanceof InletError) || error.status >= 500) throw error;
        result.failed += 1;
        result.firstError ??= error.message;
      }
    };
    for await (const page of inPages(points, DELETED_AT_ONCE)) {
      await Promise.all(page.map((point) => limit(() => updateOne(point))));
    }
    return result;
  }

  private async matching(scope: Scope, collectionName: string, filters: unknown) {
    const { placement, reader, filters: translator } = this.deps;
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const about = { collection: namespace.id, scope: scoped([collection.id]), signal: scope.signal };
    const translated = await translator.translate(filters, about);
    const asked = { scope: about.scope, filters: translated, payload: ["document_id"], vectors: false };
    return { about, translated, points: scan(reader, namespace.id, asked, { signal: scope.signal }) };
  }
}

async function* inPages<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const each of all) {
    page.push(each);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
