/** Puts the parts of the search calls together. */
import { type Presigner } from "../blobs/presigner";
import { Placement } from "../documents/placement";
import { type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type PointSearch } from "../qdrant/gateway";
import { type Translate, TranslatedFilters } from "./filters";
import { type SearchServices } from "./routes";
import { SearchService } from "./service";

export interface SearchParts {
  qdrant: PointReader & PointSearch;
  resolver: NamespaceResolver;
  presigner: Presigner;
  translate: Translate;
}

export function createSearchServices({ qdrant, resolver, presigner, translate }: SearchParts): SearchServices {
  const placement = new Placement({ resolver, reader: qdrant });
  const filters = new TranslatedFilters({ reader: qdrant, translate });
  return { search: new SearchService({ placement, resolver, reader: qdrant, filters, presigner }) };
}
