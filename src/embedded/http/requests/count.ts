import { filter } from "../../filter/parse";
import { type Filter } from "../../model/filter";
import { type Decoder, boolean, object } from "../decode";

export interface CountRequest {
  filter?: Filter;
  exact: boolean;
}

/** `exact` may be absent but not null. */
export const countRequest: Decoder<CountRequest> = object((fields) => ({
  filter: fields.optional("filter", filter),
  exact: fields.present("exact") ? fields.required("exact", boolean) : true,
}));
