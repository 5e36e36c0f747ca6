import { filter } from "../../filter/parse";
import { type Filter } from "../../model/filter";
import { type PointId } from "../../model/point-id";
import { type OrderBy } from "../../model/query";
import { type Selectors } from "../../model/selector";
import { orderBy } from "../../query/order-by";
import { type Decoder, object, unsigned } from "../decode";
import { withPayload, withVector } from "./payload-selector";
import { pointId } from "./point-id";

export interface ScrollRequest extends Selectors {
  /** As given: strict mode limits no other. */
  limit?: number;
  /** The first id of the page, be it there or not. */
  offset?: PointId;
  filter?: Filter;
  orderBy?: OrderBy;
}

export const scrollRequest: Decoder<ScrollRequest> = object((fields) => ({
  limit: fields.optional("limit", unsigned({ min: 1 })),
  offset: fields.optional("offset", pointId),
  filter: fields.optional("filter", filter),
  orderBy: fields.optional("order_by", orderBy),
  payload: withPayload(fields, "all"),
  vector: withVector(fields),
}));
