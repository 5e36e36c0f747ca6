/** Puts the parts of export and import together. */
import { type CollectionDirectory } from "../collections/directory";
import { type ControlStore } from "../control/store";
import { type NamespaceDirectory } from "../namespaces/directory";
import { type Admin, type PointReader, type PointWriter } from "../qdrant/gateway";
import { type NamedVectors } from "../qdrant/named-vectors";
import { NamespaceExports } from "./export";
import { NamespaceImports } from "./import";
import { type TransferServices } from "./routes";

export interface TransferParts {
  qdrant: PointReader & PointWriter & Pick<Admin, "describeCollection">;
  control: ControlStore;
  resolver: NamespaceDirectory;
  collectionDirectory: CollectionDirectory;
  namedVectors: NamedVectors;
  now: () => Date;
}

export function createTransferServices(parts: TransferParts): TransferServices {
  const { qdrant, control, resolver: directory, collectionDirectory: collections, namedVectors, now } = parts;
  return {
    exports: new NamespaceExports({ control, directory, qdrant, now }),
    imports: new NamespaceImports({ directory, collections, namedVectors, writer: qdrant }),
  };
}
