/** The filters of a search, translated. */
import { validationError } from "../errors";
import { inCollections, type SearchFilters } from "./scope";

export const searchFilters: SearchFilters = {
  async filter(_namespace, collectionIds, filters) {
    if (filters !== undefined) throw validationError([{ path: "filters", message: "are not supported here yet" }]);
    return collectionIds === undefined ? undefined : inCollections(collectionIds);
  },
  fieldPath: (field) => (field.startsWith("metadata.") ? field.slice("metadata.".length) : field),
};
