/** All documents of one root object, as a list and as a tree. Objects are no records here: one is there as long as a
 *  document names it. */
import { type Presigner } from "../blobs/presigner";
import { answerOf, type DocumentAnswer, type Wanted } from "../documents/answer";
import { type Placement, type Scope } from "../documents/placement";
import { InletError, notFound, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type QdrantFilter } from "../qdrant/gateway";
import { type Pagination } from "../schema/common";
import { cursorText, pointIdOfCursor } from "./cursor";
import { ofObject } from "./graph";
import { type LineageNode, NODE_FIELDS, nodeOf } from "./node";
import { collectionTree, documentTree, type TreeNode } from "./tree";

export interface ObjectDeps {
  placement: Placement;
  reader: PointReader;
  presigner: Presigner;
}

export interface ListAsked {
  /** Ids or names; undefined for all. */
  collections: readonly string[] | undefined;
  limit: number;
  /** Only without a cursor. */
  offset: number;
  cursor: string | undefined;
  wanted: Wanted;
}

export interface ObjectDocumentsAnswer {
  object_id: string;
  documents: DocumentAnswer[];
  total: number;
  pagination: Pagination;
}

export interface TreeAsked {
  byDocument: boolean;
  maxDepth: number;
  from: string | undefined;
}

export interface TreeAnswer {
  object_id: string;
  root_bucket_id?: string;
  total_documents: number;
  levels: number;
  collections: { collection_id: string; document_count: number }[];
  tree: TreeNode[];
}

/** The most documents of one object that a tree is made of. */
export const MAX_TREE_DOCUMENTS = 100_000;
const PAGE = 1_000;

export class ObjectService {
  constructor(private readonly deps: ObjectDeps) {}

  /** One page in the order of point ids, which writes in between do not shift. @throws InletError 404, 422 */
  async documents(scope: Scope, objectId: string, asked: ListAsked): Promise<ObjectDocumentsAnswer> {
    const { reader, presigner } = this.deps;
    const namespace = await this.deps.placement.namespace(scope);
    const collectionIds = await this.collectionIds(scope, namespace, asked.collections);
    const filter = inCollections(objectId, collectionIds);
    const list = ["object", namespace.id, objectId, collectionIds ?? null];
    const from = asked.cursor === undefined ? undefined : pointIdOfCursor(list, asked.cursor);
    const { signal } = scope;
    const total = await reader.count(namespace.id, filter, { signal });
    if (total === 0) await this.requireObject(scope, namespace, objectId);
    const start = from ?? (await this.idAt(scope, namespace, filter, asked.offset));
    const page =
      start === null
        ? { points: [], next: undefined }
        : await reader.scroll(
            namespace.id,
            {
              filter,
              limit: asked.limit,
              payload: true,
              vectors: asked.wanted.vectors,
              ...(start === undefined ? {} : { offset: start }),
            },
            { signal },
          );
    const documents = await Promise.all(page.points.map((point) => answerOf(point, asked.wanted, presigner)));
    const number = from === undefined ? Math.floor(asked.offset / asked.limit) + 1 : null;
    return {
      object_id: objectId,
      documents,
      total,
      pagination: {
        total,
        page: number,
        page_size: asked.limit,
        total_pages: Math.ceil(total / asked.limit),
        next_cursor: page.next === undefined ? null : cursorText(list, page.next),
      },
    };
  }

  /** @throws InletError 404; 422 where the object has more than MAX_TREE_DOCUMENTS */
  async tree(scope: Scope, objectId: string, asked: TreeAsked): Promise<TreeAnswer> {
    const namespace = await this.deps.placement.namespace(scope);
    const nodes = await this.nodes(scope, namespace, objectId);
    if (nodes.length === 0) throw unknownObject(objectId);
    const { from, maxDepth } = asked;
    const input = { nodes, elsewhere: await this.elsewhere(scope, namespace, nodes), maxDepth };
    const made = asked.byDocument
      ? documentTree({ ...input, ...(from === undefined ? {} : { from }) })
      : collectionTree(input);
    if (made === undefined) {
      throw notFound(`Document ${from ?? ""} of the object`, { document_id: from, object_id: objectId });
    }
    const bucket = nodes.find(({ rootBucketId }) => rootBucketId !== undefined)?.rootBucketId;
    return {
      object_id: objectId,
      ...(bucket === undefined ? {} : { root_bucket_id: bucket }),
      total_documents: nodes.length,
      levels: made.levels,
      collections: countsByCollection(nodes),
      tree: made.tree,
    };
  }

  private async nodes(scope: Scope, namespace: Namespace, objectId: string): Promise<LineageNode[]> {
    const nodes: LineageNode[] = [];
    let offset: string | undefined;
    do {
      const page = await this.deps.reader.scroll(
        namespace.id,
        {
          filter: ofObject(objectId),
          limit: PAGE,
          payload: NODE_FIELDS,
          vectors: false,
          ...(offset === undefined ? {} : { offset }),
        },
        { signal: scope.signal },
      );
      nodes.push(...page.points.flatMap((point) => nodeOf(point) ?? []));
      if (nodes.length > MAX_TREE_DOCUMENTS) throw tooLarge(objectId);
      offset = page.next;
    } while (offset !== undefined);
    return nodes;
  }

  /** The parents that exist but are of another object, or of none. */
  private async elsewhere(scope: Scope, namespace: Namespace, nodes: readonly LineageNode[]): Promise<Set<string>> {
    const own = new Set(nodes.map(({ documentId }) => documentId));
    const parents = new Set(nodes.flatMap(({ parentId }) => parentId ?? []).filter((id) => !own.has(id)));
    const wanted = [...parents].map(pointIdOf);
    const found = new Set<string>();
    for (let start = 0; start < wanted.length; start += PAGE) {
      const points = await this.deps.reader.retrieve(
        namespace.id,
        wanted.slice(start, start + PAGE),
        { payload: ["document_id"], vectors: false },
        { signal: scope.signal },
      );
      for (const { payload } of points) found.add(String(payload["document_id"]));
    }
    return found;
  }

  /** The id of the point that stands at `offset`; undefined for the first, null past the last. */
  private async idAt(
    scope: Scope,
    namespace: Namespace,
    filter: QdrantFilter,
    offset: number,
  ): Promise<string | undefined | null> {
    let at: string | undefined;
    for (let left = offset; left > 0; left -= PAGE) {
      const page = await this.deps.reader.scroll(
        namespace.id,
        {
          filter,
          limit: Math.min(left, PAGE),
          payload: false,
          vectors: false,
          ...(at === undefined ? {} : { offset: at }),
        },
        { signal: scope.signal },
      );
      if (page.next === undefined) return null;
      at = page.next;
    }
    return at;
  }

  /** @throws InletError 422 that names those that are not there */
  private async collectionIds(
    scope: Scope,
    namespace: Namespace,
    names: readonly string[] | undefined,
  ): Promise<string[] | undefined> {
    if (names === undefined) return undefined;
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      try {
        ids.push((await this.deps.placement.collection(scope, namespace, name)).id);
      } catch (error) {
        if (!(error instanceof InletError) || error.status !== 404) throw error;
        const message = `names no collection of this namespace: ${name}`;
        throw validationError([{ path: `collection_ids[${index}]`, message, location: "query" }]);
      }
    }
    return [...new Set(ids)].sort();
  }

  private async requireObject(scope: Scope, namespace: Namespace, objectId: string): Promise<void> {
    if ((await this.deps.reader.count(namespace.id, ofObject(objectId), { signal: scope.signal })) === 0) {
      throw unknownObject(objectId);
    }
  }
}

const inCollections = (objectId: string, collectionIds: readonly string[] | undefined): QdrantFilter =>
  collectionIds === undefined
    ? ofObject(objectId)
    : { must: [ofObject(objectId), { key: "collection_id", match: { any: collectionIds } }] };

function countsByCollection(nodes: readonly LineageNode[]): { collection_id: string; document_count: number }[] {
  const counts = new Map<string, number>();
  for (const { collectionId } of nodes) counts.set(collectionId, (counts.get(collectionId) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, count]) => ({ collection_id: id, document_count: count }));
}

const unknownObject = (objectId: string): InletError => notFound(`Object ${objectId}`, { object_id: objectId });

const tooLarge = (objectId: string): InletError =>
  new InletError(
    422,
    "validation_error",
    `Object ${objectId} has more than ${MAX_TREE_DOCUMENTS} documents, too many for one tree. GET /v1/objects/{object_id}/documents lists them page by page.`,
    { code: "lineage_too_large", details: { object_id: objectId, limit: MAX_TREE_DOCUMENTS } },
  );
