/** Which points a write is about. Two shapes: an untagged choice of `points` or `filter` (delete, clear), of which the first
 *  that can be read counts and whose filter is not validated; and two optional fields (payload calls), of which `points`
 *  wins. */
import { filter } from "../../filter/parse";
import { QdrantError, formatError } from "../../errors";
import { type JsonValue } from "../../model/json";
import { type Target } from "../../model/write";
import { type Decoder, type Fields, Place, listOf, object } from "../decode";
import { pointId } from "./point-id";

/** The first decoder that can read the value, as an untagged choice in Qdrant; `otherwise` where none can. */
export const firstOf =
  <T>(decoders: readonly Decoder<T>[], otherwise: string): Decoder<T> =>
  (value, at) => {
    for (const decode of decoders) {
      try {
        const trial = at.trial();
        const read = decode(value, trial);
        at.adopt(trial);
        return read;
      } catch (error) {
        if (!(error instanceof QdrantError) || error.status !== 400) throw error;
      }
    }
    throw formatError(otherwise);
  };

const byIds: Decoder<Target> = object((fields) => ({ kind: "ids", ids: fields.required("points", listOf(pointId)) }));
const byFilter: Decoder<Target> = object((fields) => ({
  kind: "filter",
  filter: fields.required("filter", (value: JsonValue) => filter(value, Place.root())),
}));

export const pointsSelector: Decoder<Target> = firstOf(
  [byIds, byFilter],
  "data did not match any variant of untagged enum PointsSelector",
);

/** @throws QdrantError 400 where neither `points` nor `filter` is given */
export function targetOf(fields: Fields): Target {
  const ids = fields.optional("points", listOf(pointId));
  const chosen = fields.optional("filter", filter);
  if (ids) return { kind: "ids", ids };
  if (chosen) return { kind: "filter", filter: chosen };
  throw formatError("Either list of point ids or filter must be provided");
}
