/** Puts the parts of the lineage calls together. */
import { type Presigner } from "../blobs/presigner";
import { Placement } from "../documents/placement";
import { type DocumentService } from "../documents/service";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type PointWriter } from "../qdrant/gateway";
import { ObjectService } from "./objects";
import { type LineageServices } from "./routes";
import { LineageService } from "./service";

export interface LineageParts {
  qdrant: PointReader & PointWriter;
  resolver: NamespaceResolver;
  documents: DocumentService;
  presigner: Presigner;
}

export function createLineageServices({ qdrant, resolver, documents, presigner }: LineageParts): LineageServices {
  const placement = new Placement({ resolver, parents: qdrant });
  const common = { placement, reader: qdrant, presigner };
  return {
    lineage: new LineageService({ ...common, writer: qdrant, documents }),
    objects: new ObjectService(common),
  };
}
