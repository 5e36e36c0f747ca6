/** The payload indexes that every namespace has: those fields that Inlet itself filters documents by. */
import { type PayloadIndexSpec } from "../qdrant/gateway";

export const STANDARD_INDEXES: readonly PayloadIndexSpec[] = [
  { field: "collection_id", schema: { type: "keyword", is_tenant: true } },
  { field: "document_id", schema: "keyword" },
  { field: "_internal.lineage.root_object_id", schema: "keyword" },
  { field: "_internal.lineage.source_object_id", schema: "keyword" },
  { field: "_internal.lineage.source_document_id", schema: "keyword" },
  { field: "_internal.created_at", schema: "datetime" },
  { field: "_internal.updated_at", schema: "datetime" },
];
