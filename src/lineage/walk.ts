/** Up to the root and down to the leaves. Iterative; a document is met once, so that a cycle ends a walk. */
import { InletError } from "../errors";
import { type LineageGraph } from "./graph";
import { type LineageNode } from "./node";

/** The most documents that one walk gathers. */
export const MAX_WALK = 100_000;

export interface WayUp {
  /** From the root to the immediate parent; the document itself is not among them. */
  ancestors: LineageNode[];
  /** The parent that the topmost document names and that is not there. */
  missingId?: string;
  /** The document at which the chain comes back to itself. */
  cycleAt?: string;
}

/** @throws InletError 422 for a chain of more than MAX_WALK documents */
export async function walkUp(graph: LineageGraph, start: LineageNode): Promise<WayUp> {
  const ancestors: LineageNode[] = [];
  const seen = new Set([start.documentId]);
  let at = start;
  while (at.parentId !== undefined) {
    const { parentId } = at;
    if (seen.has(parentId)) return { ancestors: ancestors.reverse(), cycleAt: parentId };
    if (!graph.has(parentId)) await graph.stepTaken(at.rootObjectId);
    const parent = await graph.node(parentId);
    if (parent === undefined) return { ancestors: ancestors.reverse(), missingId: parentId };
    seen.add(parentId);
    ancestors.push(parent);
    if (ancestors.length > MAX_WALK) throw tooMany("ancestors", start.documentId);
    at = parent;
  }
  return { ancestors: ancestors.reverse() };
}

/** All documents below `start`: children first, then theirs, each level in the order of point ids.
 *  @throws InletError 422 where there are more than MAX_WALK */
export async function walkDown(graph: LineageGraph, start: LineageNode): Promise<LineageNode[]> {
  let below = levelsBelow(graph, start);
  for (;;) {
    const unread = [start, ...below].filter(({ documentId }) => !graph.isExpanded(documentId));
    if (unread.length === 0) return below;
    await graph.stepTaken(start.rootObjectId);
    const all = await graph.expand(unread.map(({ documentId }) => documentId));
    if (!all) throw tooMany("descendants", start.documentId);
    below = levelsBelow(graph, start);
  }
}

/** What is known to be below, by levels. */
function levelsBelow(graph: LineageGraph, start: LineageNode): LineageNode[] {
  const seen = new Set([start.documentId]);
  const below: LineageNode[] = [];
  let level = [start];
  while (level.length > 0) {
    const next: LineageNode[] = [];
    for (const { documentId } of level) {
      for (const child of graph.childrenOf(documentId)) {
        if (seen.has(child.documentId)) continue;
        seen.add(child.documentId);
        next.push(child);
      }
    }
    next.sort(byPointId);
    below.push(...next);
    if (below.length > MAX_WALK) throw tooMany("descendants", start.documentId);
    level = next;
  }
  return below;
}

export const byPointId = (a: LineageNode, b: LineageNode): number =>
  a.pointId < b.pointId ? -1 : a.pointId > b.pointId ? 1 : 0;

const tooMany = (what: "ancestors" | "descendants", documentId: string): InletError =>
  new InletError(
    422,
    "validation_error",
    `Document ${documentId} has more than ${MAX_WALK} ${what}. List documents by _internal.lineage.root_object_id or _internal.lineage.source_document_id instead.`,
    { code: "lineage_too_large", details: { document_id: documentId, limit: MAX_WALK } },
  );
