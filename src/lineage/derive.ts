/** Where a document comes from: what a create request leaves out is derived from its collection and from its parent. Pure. */
import { type Fault } from "../errors";

export type SourceType = "bucket" | "collection" | "direct_upsert" | "signal";

export interface LineageStep {
  collection_id: string;
  feature_extractor_id: string;
  document_id?: string;
  timestamp?: string;
}

/** `_internal.lineage`, as it is stored: a key that is not known is not there. */
export interface Lineage {
  root_object_id?: string;
  root_bucket_id?: string;
  source_type?: SourceType;
  source_object_id?: string;
  source_document_id?: string;
  source_collection_id?: string;
  path?: string;
  chain?: LineageStep[];
}

/** The parent as far as its children inherit from it. */
export interface Parent {
  collectionId: string;
  lineage: Lineage;
}

/** The contradictions that a request holds by itself. */
export function lineageFaults(
  given: { source_type?: string; source_document_id?: string | undefined; source_collection_id?: string | undefined },
  documentId: string | undefined,
): Fault[] {
  const faults: Fault[] = [];
  if (given.source_type === "bucket") {
    for (const path of ["source_document_id", "source_collection_id"] as const) {
      if (given[path] !== undefined) {
        faults.push({
          path,
          message: "contradicts source_type bucket: a document from a bucket has no parent document",
        });
      }
    }
  }
  if (documentId !== undefined && given.source_document_id === documentId) {
    faults.push({ path: "source_document_id", message: "is the document itself" });
  }
  return faults;
}

/** Where request and parent disagree. */
export function parentFaults(given: Lineage, parent: Parent): Fault[] {
  const faults: Fault[] = [];
  const differs = (
    path: "root_object_id" | "root_bucket_id" | "source_collection_id",
    has: string | undefined,
  ): void => {
    const says = given[path];
    if (says !== undefined && has !== undefined && says !== has) {
      faults.push({ path, message: `is ${says}, but the parent document has ${has}` });
    }
  };
  differs("root_object_id", parent.lineage.root_object_id);
  differs("root_bucket_id", parent.lineage.root_bucket_id);
  differs("source_collection_id", parent.collectionId);
  return faults;
}

function sourceTypeOf(given: Lineage): SourceType | undefined {
  if (given.source_type !== undefined) return given.source_type;
  if (given.source_document_id !== undefined || given.source_collection_id !== undefined) return "collection";
  if (given.root_bucket_id !== undefined || given.root_object_id !== undefined) return "bucket";
  return given.source_object_id === undefined ? undefined : "bucket";
}

/** The whole lineage of a document of `collectionId`. The path goes on from the parent's, else from the bucket, else starts
 *  with the collection; the roots are the parent's where there is one. */
export function deriveLineage(given: Lineage, collectionId: string, parent: Parent | undefined): Lineage {
  const rootObject = given.root_object_id ?? parent?.lineage.root_object_id;
  const rootBucket = given.root_bucket_id ?? parent?.lineage.root_bucket_id;
  const above = parent?.lineage.path ?? parent?.collectionId ?? rootBucket;
  const derived: [keyof Lineage, unknown][] = [
    ["root_object_id", rootObject],
    ["root_bucket_id", rootBucket],
    ["source_type", sourceTypeOf(given)],
    ["source_object_id", given.source_object_id],
    ["source_document_id", given.source_document_id],
    ["source_collection_id", given.source_collection_id ?? parent?.collectionId],
    ["path", given.path ?? (above === undefined ? collectionId : `${above}/${collectionId}`)],
    ["chain", given.chain],
  ];
  return Object.fromEntries(derived.filter(([, value]) => value !== undefined));
}
