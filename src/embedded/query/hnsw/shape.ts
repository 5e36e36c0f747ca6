/** What a graph is made of, by distance:
 *
 *  Cosine     the inner product of vectors of length 1, a byte a number
 *  Dot        the inner product, two bytes a number (bfloat16): usearch scales a row to length 1 when it makes bytes of it. Rows as
 *             they are do better here than rows brought to one length by one more number (0.99 against 0.83 of the nearest ten
 *             among 64 candidates, 20,000 x 64 with lognormal lengths)
 *  Euclid     the squared distance, two bytes a number
 *
 *  usearch has no Manhattan distance, and the cosine of uint8 rows, which are not of length 1, is left to the scan. */
import { Index, MetricKind, ScalarKind } from "usearch";
import { type DenseParams } from "../../model/collection";
import { type IndexSettings } from "../../model/table";

export interface GraphShape {
  size: number;
  distance: "Cosine" | "Dot" | "Euclid";
  links: number;
  efConstruct: number;
}

/** undefined where there can be no graph. */
export function shapeOf(params: DenseParams, { links, efConstruct }: IndexSettings): GraphShape | undefined {
  const { size, distance, datatype } = params;
  if (distance === "Manhattan" || (distance === "Cosine" && datatype === "uint8")) return undefined;
  return { size, distance, links, efConstruct };
}

export const isSameShape = (a: GraphShape, b: GraphShape): boolean =>
  a.size === b.size && a.distance === b.distance && a.links === b.links && a.efConstruct === b.efConstruct;

export const metricOf = ({ distance }: GraphShape): MetricKind =>
  distance === "Euclid" ? MetricKind.L2sq : MetricKind.IP;

const LEAST_LINKS = 2;
/** usearch's links for one of `m`. With 32 instead of 16 a search needs fewer than half the candidates: 100,000 x 768 by the squared
 *  distance, 98.6% of the nearest ten in 1.5 ms among 128 instead of 2.4 ms among 320; a build takes 89 s instead of 68. */
const LINKS_PER_M = 2;

export const newIndex = (shape: GraphShape): Index =>
  new Index({
    dimensions: shape.size,
    metric: metricOf(shape),
    quantization: shape.distance === "Cosine" ? ScalarKind.I8 : ScalarKind.BF16,
    connectivity: Math.max(LEAST_LINKS, LINKS_PER_M * shape.links),
    expansion_add: Math.max(1, shape.efConstruct),
    // A search considers as many candidates as it is asked for, if that is more.
    expansion_search: 1,
    multi: false,
  });
