/** All operations of the API, from which http makes routes, openapi the document and metrics their labels. A resource adds
 *  its list and its services here, and compose.ts builds the services. */
import { type TObject, type TSchema } from "@sinclair/typebox";

import { aggregationOperations, type AggregationServices } from "./aggregation/routes";
import { bulkOperations, type BulkServices } from "./bulk/routes";
import { collectionOperations, type CollectionServices } from "./collections/routes";
import { documentBatchOperations, type DocumentBatchServices } from "./documents/batch-routes";
import { documentCheckOperations, type DocumentCheckServices } from "./documents/check-routes";
import { documentListOperations, type DocumentListServices } from "./documents/list-routes";
import { documentOperations, type DocumentServices } from "./documents/routes";
import { documentUpdateOperations, type DocumentUpdateServices } from "./documents/update-routes";
import { documentUpsertOperations, type DocumentUpsertServices } from "./documents/upsert-routes";
import { keyOperations, type KeyServices } from "./keys/routes";
import { lineageOperations, type LineageServices } from "./lineage/routes";
import { namespaceOperations, type NamespaceServices } from "./namespaces/routes";
import { type Operation } from "./operation";
import { organisationOperations, type OrganisationServices } from "./organisations/routes";
import { searchOperations, type SearchServices } from "./search/routes";
import { transferOperations, type TransferServices } from "./transfer/routes";

/** Everything that some operation's `handle` may ask for. */
export type Services = DocumentServices &
  DocumentUpdateServices &
  DocumentBatchServices &
  DocumentListServices &
  DocumentUpsertServices &
  DocumentCheckServices &
  BulkServices &
  LineageServices &
  SearchServices &
  AggregationServices &
  NamespaceServices &
  TransferServices &
  CollectionServices &
  KeyServices &
  OrganisationServices;

export type AnyOperation = Operation<TObject, TObject, TSchema, Services>;

export const operations: readonly AnyOperation[] = [
  ...documentOperations,
  ...documentUpdateOperations,
  ...documentBatchOperations,
  ...documentListOperations,
  ...documentUpsertOperations,
  ...documentCheckOperations,
  ...bulkOperations,
  ...lineageOperations,
  ...searchOperations,
  ...aggregationOperations,
  ...namespaceOperations,
  ...transferOperations,
  ...collectionOperations,
  ...keyOperations,
  ...organisationOperations,
];
