import { filter } from "../../filter/parse";
import { type Filter } from "../../model/filter";
import { type Decoder, object, string, unsigned } from "../decode";

export interface MatrixRequest {
  filter?: Filter;
  /** How many points are drawn. */
  sample: number;
  /** How many neighbours of each are shown. */
  limit: number;
  /** What strict mode counts: as many of the two as were given, multiplied. */
  demand?: number;
  using?: string;
}

const DEFAULT_SAMPLE = 10;
const DEFAULT_LIMIT = 3;

export const matrixRequest: Decoder<MatrixRequest> = object((fields) => {
  const sample = fields.optional("sample", unsigned({ min: 2 }));
  const limit = fields.optional("limit", unsigned({ min: 1 }));
  return {
    filter: fields.optional("filter", filter),
    sample: sample ?? DEFAULT_SAMPLE,
    limit: limit ?? DEFAULT_LIMIT,
    demand: sample === undefined && limit === undefined ? undefined : (sample ?? 1) * (limit ?? 1),
    using: fields.optional("using", string),
  };
});
