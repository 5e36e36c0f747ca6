/** What a document was made from and what was made from it. */
import { answerOf, type DocumentAnswer, type Wanted } from "../documents/answer";
import { type Placement, type Scope } from "../documents/placement";
import { type DocumentService } from "../documents/service";
import { type Presigner } from "../blobs/presigner";
import { type Namespace } from "../namespaces/namespace";
import { type PointReader, type PointWriter, type QdrantPoint } from "../qdrant/gateway";
import { lineageAnswer, type LineageAnswer } from "./chain";
import { storedLineageOf } from "./stored";
import { LineageGraph } from "./graph";
import { type LineageNode, nodeOf } from "./node";
import { walkDown, walkUp } from "./walk";

export interface LineageDeps {
  placement: Placement;
  reader: PointReader;
  writer: Pick<PointWriter, "delete">;
  documents: Pick<DocumentService, "locate">;
  presigner: Presigner;
}

/** A part of a long row of documents. */
export interface Page {
  offset: number;
  limit: number;
  wanted: Wanted;
}

export interface Relatives {
  documents: DocumentAnswer[];
  /** How many there are in all. */
  total: number;
  /** Where the next page begins; undefined after the last one. */
  next: number | undefined;
}

interface Start {
  namespace: Namespace;
  point: QdrantPoint;
  node: LineageNode;
  graph: LineageGraph;
}

/** Whole documents are read so many at a time; one may have megabytes. */
const DOCUMENTS_AT_ONCE = 100;
/** A page ends once its documents come to this much JSON. */
const MAX_PAGE_CHARACTERS = 32 * 1024 * 1024;
const DELETES_AT_ONCE = 1_000;

export class LineageService {
  constructor(private readonly deps: LineageDeps) {}

  /** @throws InletError 404 */
  async lineage(scope: Scope, collectionName: string, documentId: string): Promise<LineageAnswer> {
    const { namespace, point, node, graph } = await this.start(scope, collectionName, documentId);
    const way = await walkUp(graph, node);
    const top = way.ancestors[0];
    const [topPoint] =
      top === undefined
        ? [point]
        : await this.deps.reader.retrieve(
            namespace.id,
            [top.pointId],
            { payload: ["_internal.lineage.chain"], vectors: false },
            { signal: scope.signal },
          );
    const topChain = topPoint === undefined ? undefined : storedLineageOf(topPoint.payload)?.chain;
    return lineageAnswer(node, storedLineageOf(point.payload), way, topChain ?? []);
  }

  /** From the root to the immediate parent. @throws InletError 404, 422 */
  async ancestors(scope: Scope, collectionName: string, documentId: string, page: Page): Promise<Relatives> {
    const { namespace, node, graph } = await this.start(scope, collectionName, documentId);
    const { ancestors } = await walkUp(graph, node);
    return await this.pageOf(scope, namespace, ancestors, page);
  }

  /** Children first, then theirs. @throws InletError 404, 422 */
  async descendants(scope: Scope, collectionName: string, documentId: string, page: Page): Promise<Relatives> {
    const { namespace, node, graph } = await this.start(scope, collectionName, documentId);
    return await this.pageOf(scope, namespace, await walkDown(graph, node), page);
  }

  /** Deletes the document and all that was made from it, the lowest first: broken off, it can be sent again and finds the
   *  rest. Returns how many it deleted. @throws InletError 404, 422 where there are too many, with nothing deleted */
  async deleteCascade(scope: Scope, collectionName: string | undefined, documentId: string): Promise<number> {
    const { namespace, node, graph } = await this.start(scope, collectionName, documentId);
    const doomed = [node, ...(await walkDown(graph, node))].map(({ pointId }) => pointId).reverse();
    for (let start = 0; start < doomed.length; start += DELETES_AT_ONCE) {
      const ids = doomed.slice(start, start + DELETES_AT_ONCE);
      await this.deps.writer.delete(namespace.id, { ids }, { ordering: "strong", signal: scope.signal });
    }
    return doomed.length;
  }

  private async start(scope: Scope, collectionName: string | undefined, documentId: string): Promise<Start> {
    const { reader, documents } = this.deps;
    const { namespace, point } = await documents.locate(scope, collectionName, documentId, false);
    const graph = new LineageGraph(reader, namespace.id, scope.signal);
    const collectionId = point.payload["collection_id"];
    const node = nodeOf(point) ?? { pointId: point.id, documentId, collectionId: String(collectionId) };
    return { namespace, point, node, graph };
  }

  private async pageOf(
    scope: Scope,
    namespace: Namespace,
    nodes: readonly LineageNode[],
    { offset, limit, wanted }: Page,
  ): Promise<Relatives> {
    const end = Math.min(offset + limit, nodes.length);
    const documents: DocumentAnswer[] = [];
    let at = offset;
    let characters = 0;
    while (at < end && characters < MAX_PAGE_CHARACTERS) {
      const batch = nodes.slice(at, Math.min(at + DOCUMENTS_AT_ONCE, end));
      const points = await this.deps.reader.retrieve(
        namespace.id,
        batch.map(({ pointId }) => pointId),
        { payload: true, vectors: wanted.vectors },
        { signal: scope.signal },
      );
      for (const point of points) {
        const document = await answerOf(point, wanted, this.deps.presigner);
        documents.push(document);
        characters += JSON.stringify(document).length;
      }
      at += batch.length;
    }
    return { documents, total: nodes.length, next: at < nodes.length ? at : undefined };
  }
}
