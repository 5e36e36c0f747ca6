/** Requests and answers of the lineage calls. */
import { type Static, Type } from "@sinclair/typebox";

import { DocumentRead, lineageReadFields, LineageStep } from "../documents/schemas";
import { Pagination } from "../schema/common";

export const MAX_PAGE = 10_000;
export const MAX_OFFSET = 100_000;

/** The page of a chain or of a subtree. */
export const RelativesQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: "10,000 where left out." })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_OFFSET, description: "Documents to skip." })),
  return_vectors: Type.Optional(Type.Boolean({ description: "Adds `vectors`." })),
  return_presigned_urls: Type.Optional(
    Type.Boolean({ description: "Adds `presigned_url` to each blob whose url is s3://." }),
  ),
});
export type RelativesQuery = Static<typeof RelativesQuery>;

export const ObjectPath = Type.Object({ object_id: Type.String({ minLength: 1, maxLength: 1024 }) });

const CollectionIds = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1_000 });

export const ObjectDocumentsQuery = Type.Object({
  collection_ids: Type.Optional(
    Type.Unsafe<string[]>({ ...CollectionIds, description: "Only documents of these collections, by id or name." }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: "Documents per page; 100 left out." })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: "The same as limit." })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_OFFSET, description: "Documents to skip." })),
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_OFFSET, description: "Page to give, from 1." })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 4_096, description: "`next_cursor` of the page before." }),
  ),
  next_cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096, description: "The same as cursor." })),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096, description: "The same as cursor." })),
  return_vectors: Type.Optional(Type.Boolean()),
  return_presigned_urls: Type.Optional(Type.Boolean()),
});
export type ObjectDocumentsQuery = Static<typeof ObjectDocumentsQuery>;

export const DEFAULT_TREE_DEPTH = 50;

export const TreeQuery = Type.Object({
  include_document_ids: Type.Optional(
    Type.Boolean({ description: "false: one node per collection. true, also where left out: one per document." }),
  ),
  depth: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: `Levels to nest; ${DEFAULT_TREE_DEPTH} where left out.` }),
  ),
  document_id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: "The tree below this document, to go on from a cut." }),
  ),
});
export type TreeQuery = Static<typeof TreeQuery>;

export const DocumentLineageRead = Type.Object({
  document_id: Type.String(),
  collection_id: Type.String(),
  lineage: Type.Union([
    Type.Object({
      ...lineageReadFields,
      lineage_chain: Type.Array(Type.Partial(Type.Pick(LineageStep, Type.KeyOf(LineageStep))), {
        description: "From the document that was made of the root object down to this document.",
      }),
    }),
    Type.Null(),
  ]),
  depth: Type.Integer({ description: "Steps from the root object, those too that the chain can't list." }),
  total_steps: Type.Integer({ description: "Entries of the chain." }),
  message: Type.Optional(Type.String({ description: "Why there is no lineage, or why the chain is not whole." })),
  missing_document_id: Type.Optional(Type.String({ description: "The parent that is not there (any more)." })),
  cycle_document_id: Type.Optional(Type.String({ description: "Where the chain comes back to itself." })),
});

export const Relatives = Type.Array(DocumentRead);

export const ObjectDocuments = Type.Object({
  object_id: Type.String(),
  documents: Type.Array(DocumentRead),
  total: Type.Integer({ description: "All documents of the object, in the collections that were asked for." }),
  pagination: Pagination,
});

const TreeNode = Type.Recursive(
  (This) =>
    Type.Object({
      document_id: Type.Optional(Type.String()),
      collection_id: Type.String(),
      depth: Type.Integer({ description: "0 at the top of the object's tree." }),
      document_count: Type.Integer({ description: "The documents of this node and of all below it." }),
      truncated: Type.Optional(Type.Boolean({ description: "The children were left out for their depth." })),
      missing_document_id: Type.Optional(Type.String({ description: "The parent that is not there (any more)." })),
      cycle: Type.Optional(Type.Boolean({ description: "Stands as top for a cycle, which has none." })),
      children: Type.Array(This),
    }),
  { $id: "DecompositionTreeNode" },
);

export const DecompositionTree = Type.Object({
  object_id: Type.String(),
  root_bucket_id: Type.Optional(Type.String()),
  total_documents: Type.Integer(),
  levels: Type.Integer({ description: "Levels of the whole tree, those too that were cut." }),
  collections: Type.Array(Type.Object({ collection_id: Type.String(), document_count: Type.Integer() })),
  tree: Type.Array(TreeNode),
});
