import { filter } from "../../filter/parse";
import { type Filter } from "../../model/filter";
import { type Decoder, object, string, unsigned } from "../decode";

export interface MatrixRequest {
  filter?: Filter;
  /** How many points are drawn. */
  sample: number;
  /** How many neighbours of each are shown. */
  limit: number;
  using?: string;
}

const DEFAULT_SAMPLE = 10;
const DEFAULT_LIMIT = 3;

export const matrixRequest: Decoder<MatrixRequest> = object((fields) => ({
  filter: fields.optional("filter", filter),
  sample: fields.withDefault("sample", unsigned({ min: 2 }), DEFAULT_SAMPLE),
  limit: fields.withDefault("limit", unsigned({ min: 1 }), DEFAULT_LIMIT),
  using: fields.optional("using", string),
}));
