/** Puts the parts of the search calls together. */
import { type Presigner } from "../blobs/presigner";
import { Placement } from "../documents/placement";
import { FilterTranslator } from "../filters/translator";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type Admin, type PointReader, type PointSearch } from "../qdrant/gateway";
import { SearchFilters } from "./filters";
import { type SearchServices } from "./routes";
import { SearchService } from "./service";

export interface SearchParts {
  qdrant: PointReader & PointSearch & Pick<Admin, "describeCollection">;
  resolver: NamespaceResolver;
  presigner: Presigner;
}

export function createSearchServices({ qdrant, resolver, presigner }: SearchParts): SearchServices {
  const placement = new Placement({ resolver, parents: qdrant });
  const translator = new FilterTranslator(qdrant);
  const filters = new SearchFilters({
    reader: qdrant,
    translate: (given, about) => translator.translate(given, about),
  });
  return { search: new SearchService({ placement, resolver, reader: qdrant, filters, presigner }) };
}
