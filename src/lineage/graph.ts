/** The documents of a namespace by their parents, as far as one request has read them.
 *
 *  Most chains are short, and are read link by link. A long one would take a call per level, so that after some calls the
 *  graph reads ahead: first the documents of the same root object, and, where that does not end it, those of the namespace,
 *  up to `MAX_READ_AHEAD` of each. What was not read ahead is still asked for, so that the answer never depends on it. */
import { pointIdOf } from "../ids";
import { type PointReader, type QdrantFilter } from "../qdrant/gateway";
import { NODE_FIELDS, type LineageNode, nodeOf } from "./node";

const PAGE = 1_000;
/** A condition with more values than this makes a slow filter and a large request. */
const PARENTS_AT_ONCE = 500;
/** Calls link by link before the root object's documents are read ahead, and before the namespace's are. */
const CALLS_BEFORE_OBJECT = 32;
const CALLS_BEFORE_NAMESPACE = 500;
export const MAX_READ_AHEAD = 100_000;

const PARENT_FIELD = "_internal.lineage.source_document_id";
const ROOT_FIELD = "_internal.lineage.root_object_id";

export const ofObject = (objectId: string): QdrantFilter => ({
  must: [{ key: ROOT_FIELD, match: { value: objectId } }],
});
const madeFrom = (parentIds: readonly string[]): QdrantFilter => ({
  must: [{ key: PARENT_FIELD, match: { any: parentIds } }],
});

export class LineageGraph {
  private readonly nodes = new Map<string, LineageNode>();
  private readonly children = new Map<string, LineageNode[]>();
  /** Parents all of whose children are known. */
  private readonly expanded = new Set<string>();
  private whole = false;
  private calls = 0;

  constructor(
    private readonly reader: Pick<PointReader, "retrieve" | "scroll">,
    private readonly collection: string,
    private readonly signal: AbortSignal,
  ) {}

  /** The document, or undefined where it is not there (any more). */
  async node(documentId: string): Promise<LineageNode | undefined> {
    const known = this.nodes.get(documentId);
    if (known !== undefined || this.whole) return known;
    const [point] = await this.reader.retrieve(
      this.collection,
      [pointIdOf(documentId)],
      { payload: NODE_FIELDS, vectors: false },
      { signal: this.signal },
    );
    const node = point && nodeOf(point);
    if (node !== undefined) this.add(node);
    return node;
  }

  /** Reads the children of all these documents, in few calls; those of ones read before are known. False where they are too
   *  many to be held. */
  async expand(parentIds: readonly string[]): Promise<boolean> {
    const unknown = this.whole ? [] : parentIds.filter((id) => !this.expanded.has(id));
    for (let start = 0; start < unknown.length; start += PARENTS_AT_ONCE) {
      const batch = unknown.slice(start, start + PARENTS_AT_ONCE);
      if (!(await this.read(madeFrom(batch), MAX_READ_AHEAD))) return false;
      for (const id of batch) this.expanded.add(id);
    }
    return true;
  }

  /** As far as they are known, in the order of their point ids. */
  childrenOf(parentId: string): readonly LineageNode[] {
    return this.children.get(parentId) ?? [];
  }

  isExpanded = (parentId: string): boolean => this.whole || this.expanded.has(parentId);

  /** Counts a step of a walk that needed a call, and reads ahead where that is due. `rootObjectId` is of the document that
   *  the walk is at. */
  async stepTaken(rootObjectId: string | undefined): Promise<void> {
    this.calls += 1;
    if (this.calls === CALLS_BEFORE_OBJECT && rootObjectId !== undefined) {
      await this.read(ofObject(rootObjectId), MAX_READ_AHEAD);
    } else if (this.calls === CALLS_BEFORE_NAMESPACE) {
      this.whole = await this.read(undefined, MAX_READ_AHEAD);
    }
  }

  has = (documentId: string): boolean => this.whole || this.nodes.has(documentId);

  /** True where all that match were read. */
  private async read(filter: QdrantFilter | undefined, most: number): Promise<boolean> {
    let offset: string | undefined;
    let read = 0;
    do {
      const page = await this.reader.scroll(
        this.collection,
        {
          limit: PAGE,
          payload: NODE_FIELDS,
          vectors: false,
          ...(filter === undefined ? {} : { filter }),
          ...(offset === undefined ? {} : { offset }),
        },
        { signal: this.signal },
      );
      for (const point of page.points) {
        const node = nodeOf(point);
        if (node !== undefined) this.add(node);
      }
      read += page.points.length;
      offset = page.next;
    } while (offset !== undefined && read < most);
    return offset === undefined;
  }

  private add(node: LineageNode): void {
    if (this.nodes.has(node.documentId)) return;
    this.nodes.set(node.documentId, node);
    if (node.parentId === undefined) return;
    const siblings = this.children.get(node.parentId);
    if (siblings === undefined) this.children.set(node.parentId, [node]);
    else siblings.push(node);
  }
}
