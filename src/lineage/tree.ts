/** The documents of one object as a tree, or merged into a tree of their collections. Nested only so deep as JSON readers
 *  follow; what lies deeper is counted, and is reached by asking for the tree of the document where it was cut. Pure and
 *  iterative. */
import { type LineageNode } from "./node";
import { byPointId } from "./walk";

export interface TreeNode {
  /** Missing where the tree is one of collections. */
  document_id?: string;
  collection_id: string;
  /** 0 at the top of the whole tree. */
  depth: number;
  /** The documents of this node and of all below it. */
  document_count: number;
  /** True where the children were left out for their depth. */
  truncated?: true;
  /** The parent that the document names and that is not there (any more). */
  missing_document_id?: string;
  /** True for a document of a cycle, which has no top: it stands in for one. */
  cycle?: true;
  children: TreeNode[];
}

export interface TreeInput {
  nodes: readonly LineageNode[];
  /** Parents outside of `nodes` that exist: documents of another object. */
  elsewhere: ReadonlySet<string>;
  /** Levels that are nested. */
  maxDepth: number;
  /** The document whose tree is asked for; undefined for the whole. */
  from?: string;
}

export interface Tree {
  tree: TreeNode[];
  /** Levels of the whole tree, the cut ones too. */
  levels: number;
}

interface Placed {
  node: LineageNode;
  children: Placed[];
  depth: number;
  count: number;
  cycle: boolean;
}

/** Each document below its parent, parents first. */
function place(nodes: readonly LineageNode[]): { tops: Placed[]; order: Placed[] } {
  const sorted = [...nodes].sort(byPointId);
  const ids = new Set(sorted.map(({ documentId }) => documentId));
  const childrenOf = new Map<string, LineageNode[]>();
  for (const node of sorted) {
    const { parentId } = node;
    if (parentId === undefined || !ids.has(parentId)) continue;
    const siblings = childrenOf.get(parentId);
    if (siblings === undefined) childrenOf.set(parentId, [node]);
    else siblings.push(node);
  }
  const placed = new Set<string>();
  const order: Placed[] = [];
  const tops: Placed[] = [];
  const grow = (top: LineageNode, cycle: boolean): void => {
    const first: Placed = { node: top, children: [], depth: 0, count: 1, cycle };
    placed.add(top.documentId);
    tops.push(first);
    let next = order.length;
    order.push(first);
    for (let at = order[next]; at !== undefined; next += 1, at = order[next]) {
      for (const child of childrenOf.get(at.node.documentId) ?? []) {
        if (placed.has(child.documentId)) continue;
        placed.add(child.documentId);
        const below: Placed = { node: child, children: [], depth: at.depth + 1, count: 1, cycle: false };
        at.children.push(below);
        order.push(below);
      }
    }
  };
  for (const node of sorted) if (node.parentId === undefined || !ids.has(node.parentId)) grow(node, false);
  // Whatever no top leads to lies on a cycle or below one, and is all reached from any document of the cycle.
  const byId = new Map(sorted.map((node) => [node.documentId, node]));
  for (const node of sorted) if (!placed.has(node.documentId)) grow(onCycleAbove(node, byId), true);
  for (const at of [...order].reverse()) for (const child of at.children) at.count += child.count;
  return { tops, order };
}

/** The first document, by point id, of the cycle that the parents of `node` lead into. */
function onCycleAbove(node: LineageNode, byId: ReadonlyMap<string, LineageNode>): LineageNode {
  const parentOf = ({ parentId }: LineageNode): LineageNode | undefined =>
    parentId === undefined ? undefined : byId.get(parentId);
  const seen = new Set<LineageNode>();
  let at = node;
  for (let up = parentOf(at); up !== undefined && !seen.has(at); up = parentOf(at)) {
    seen.add(at);
    at = up;
  }
  let first = at;
  for (let up = parentOf(at); up !== undefined && up !== at; up = parentOf(up))
    if (byPointId(up, first) < 0) first = up;
  return first;
}

/** undefined where `from` is not among the nodes. */
export function documentTree(input: TreeInput): Tree | undefined {
  const { tops, order } = place(input.nodes);
  const from = input.from === undefined ? undefined : order.find(({ node }) => node.documentId === input.from);
  if (input.from !== undefined && from === undefined) return undefined;
  const chosen = from === undefined ? tops : [from];
  const present = new Set(order.map(({ node }) => node.documentId));
  const written = (at: Placed): TreeNode => {
    const { parentId } = at.node;
    const missing = parentId !== undefined && !present.has(parentId) && !input.elsewhere.has(parentId);
    return {
      document_id: at.node.documentId,
      collection_id: at.node.collectionId,
      depth: at.depth,
      document_count: at.count,
      ...(missing ? { missing_document_id: parentId } : {}),
      ...(at.cycle ? { cycle: true } : {}),
      children: [],
    };
  };
  return { tree: nested(chosen, written, (at) => at.children, input.maxDepth), levels: levelsOf(order) };
}

const levelsOf = (order: readonly Placed[]): number => order.reduce((most, { depth }) => Math.max(most, depth + 1), 0);

interface Group {
  collectionId: string;
  depth: number;
  count: number;
  members: Placed[];
}

/** The same with all siblings of one collection as one node. */
export function collectionTree(input: TreeInput): Tree {
  const { tops, order } = place(input.nodes);
  const groupsOf = (members: readonly Placed[]): Group[] => {
    const groups = new Map<string, Group>();
    for (const member of members) {
      const { collectionId } = member.node;
      const group = groups.get(collectionId) ?? { collectionId, depth: member.depth, count: 0, members: [] };
      group.count += member.count;
      group.members.push(member);
      groups.set(collectionId, group);
    }
    return [...groups.values()];
  };
  const written = ({ collectionId, depth, count }: Group): TreeNode => ({
    collection_id: collectionId,
    depth,
    document_count: count,
    children: [],
  });
  const below = (group: Group): Group[] => groupsOf(group.members.flatMap(({ children }) => children));
  return { tree: nested(groupsOf(tops), written, below, input.maxDepth), levels: levelsOf(order) };
}

/** Nests level by level, as deep as is wanted. */
function nested<T>(
  tops: readonly T[],
  written: (item: T) => TreeNode,
  below: (item: T) => readonly T[],
  maxDepth: number,
): TreeNode[] {
  const tree = tops.map(written);
  let level = tops.map((item, index) => ({ item, node: tree[index] }));
  for (let depth = 1; level.length > 0; depth += 1) {
    const next: typeof level = [];
    for (const { item, node } of level) {
      const children = below(item);
      if (node === undefined || children.length === 0) continue;
      if (depth >= maxDepth) {
        node.truncated = true;
        continue;
      }
      node.children = children.map(written);
      next.push(...children.map((child, index) => ({ item: child, node: node.children[index] })));
    }
    level = next;
  }
  return tree;
}
