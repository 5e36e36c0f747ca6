import { filter } from "../../filter/parse";
import { payloadPath } from "../../filter/path";
import { type Filter, type PayloadPath } from "../../model/filter";
import { type Decoder, boolean, object, unsigned } from "../decode";

export interface FacetRequest {
  key: PayloadPath;
  limit: number;
  filter?: Filter;
  exact: boolean;
}

const DEFAULT_LIMIT = 10;

export const facetRequest: Decoder<FacetRequest> = object((fields) => ({
  key: fields.required("key", payloadPath),
  limit: fields.withDefault("limit", unsigned({ min: 1 }), DEFAULT_LIMIT),
  filter: fields.optional("filter", filter),
  exact: fields.withDefault("exact", boolean, false),
}));
