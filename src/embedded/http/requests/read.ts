import { type PointId } from "../../model/point-id";
import { type Selectors } from "../../model/selector";
import { type Decoder, listOf, object } from "../decode";
import { withPayload, withVector } from "./payload-selector";
import { pointId } from "./point-id";

export interface RetrieveRequest extends Selectors {
  ids: PointId[];
}

/** `POST /points`. Qdrant's schema says that the payload is shown by default; the server does not. */
export const retrieveRequest: Decoder<RetrieveRequest> = object((fields) => ({
  ids: fields.required("ids", listOf(pointId)),
  payload: withPayload(fields, "none"),
  vector: withVector(fields),
}));
