/** A document's chain from the root object down to itself, as the lineage call answers it. Pure. */
import { type Lineage, type LineageStep } from "./derive";
import { type LineageNode } from "./node";
import { type WayUp } from "./walk";

export interface ChainStep {
  collection_id?: string;
  feature_extractor_id?: string;
  document_id?: string;
  timestamp?: string;
}

export interface LineageAnswer {
  document_id: string;
  collection_id: string;
  lineage: (Omit<Lineage, "chain"> & { lineage_chain: ChainStep[] }) | null;
  /** Steps from the root object to the document, those that the chain can't list too. */
  depth: number;
  /** Entries of the chain. */
  total_steps: number;
  message?: string;
  /** The document above the topmost known one, where it is not there any more. */
  missing_document_id?: string;
  /** The document at which the chain comes back to itself. */
  cycle_document_id?: string;
}

const stepOf = (node: LineageNode): ChainStep => ({
  collection_id: node.collectionId,
  ...(node.extractorId === undefined ? {} : { feature_extractor_id: node.extractorId }),
  document_id: node.documentId,
  ...(node.createdAt === undefined ? {} : { timestamp: node.createdAt }),
});

/** How many steps the stored path tells of: it starts with the bucket where one is known, then has a collection each. */
function stepsOfPath({ path, rootBucketId }: LineageNode): number {
  if (path === undefined) return 1;
  const bucket = rootBucketId !== undefined && path.startsWith(`${rootBucketId}/`);
  return path.split("/").length - (bucket ? 1 : 0);
}

/** `stored` is the document's own lineage and `topChain` the chain that the topmost known document was made with: what its
 *  maker knew of the steps above it, which may never have been documents here. */
export function lineageAnswer(
  node: LineageNode,
  stored: Lineage | undefined,
  way: WayUp,
  topChain: readonly LineageStep[],
): LineageAnswer {
  const { documentId, collectionId } = node;
  const named = { document_id: documentId, collection_id: collectionId };
  if (stored === undefined || Object.keys(stored).length === 0) {
    const message = "The document carries no lineage: it was not written through this API.";
    return { ...named, lineage: null, depth: 0, total_steps: 0, message };
  }
  const documents = [...way.ancestors, node];
  const known = new Set(documents.map((document) => document.documentId));
  // A chain may end with the document itself; its own step says more.
  const above = topChain.filter((step) => step.document_id === undefined || !known.has(step.document_id));
  const chain: ChainStep[] = [...above, ...documents.map(stepOf)];
  const top = documents[0] ?? node;
  const missing = way.missingId === undefined ? 0 : Math.max(1, stepsOfPath(top) - 1);
  const unlisted = Math.max(0, missing - above.length);
  const lineage = Object.fromEntries(Object.entries(stored).filter(([key]) => key !== "chain"));
  return {
    ...named,
    lineage: { ...lineage, lineage_chain: chain },
    depth: chain.length + unlisted,
    total_steps: chain.length,
    ...broken(way, top.documentId),
  };
}

function broken(way: WayUp, topId: string): Partial<LineageAnswer> {
  const { missingId, cycleAt } = way;
  if (missingId !== undefined) {
    const message = `Document ${topId} was made from ${missingId}, which is not there (any more); the chain starts below it.`;
    return { message, missing_document_id: missingId };
  }
  if (cycleAt !== undefined) {
    const message = `The chain comes back to document ${cycleAt}: it is a cycle and has no root.`;
    return { message, cycle_document_id: cycleAt };
  }
  return {};
}
