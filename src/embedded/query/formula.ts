/** Evaluates a formula at one point, in doubles; the result is a float32. Constants of the formula and scores are float32,
 *  payload values doubles, as in Qdrant. Pure. */
import { type QdrantError, badInput } from "../errors";
import { haversineMetres } from "../filter/geo";
import { type Condition } from "../model/filter";
import { type Term } from "./formula-check";
import { decimal } from "./decimal";
import { type ValueSource, geoPointAt, numberAt, secondsAt } from "./formula-values";

/** What a formula may ask about the point. */
export interface PointValues extends ValueSource {
  /** The point's score in that prefetch (or its default); 0 where it has none. */
  score(prefetch: number): number;
  matches(condition: Condition): boolean;
}

/** @throws QdrantError 400 where a value is missing or a result is not finite */
export function evaluate(term: Term, point: PointValues): number {
  const result = valueOf(term, point);
  const rounded = Math.fround(result);
  if (!Number.isFinite(rounded)) throw notFinite(`${decimal(result)} as f32`, rounded);
  return rounded;
}

function valueOf(term: Term, point: PointValues): number {
  switch (term.kind) {
    case "constant":
      return term.value;
    case "score":
      return point.score(term.prefetch);
    case "number":
      return numberAt(point, term.path);
    case "datetime":
      return secondsAt(point, term.path);
    case "condition":
      return point.matches(term.condition) ? 1 : 0;
    case "geo_distance":
      return haversineMetres(term.origin, geoPointAt(point, term.path));
    case "sum":
      return term.of.reduce((sum, each) => sum + valueOf(each, point), 0);
    case "mult":
      return product(term.of, point);
    case "neg":
      return -valueOf(term.of, point);
    case "abs":
      return Math.abs(valueOf(term.of, point));
    case "sqrt": {
      const of = valueOf(term.of, point);
      return finite(Math.sqrt(of), () => `√${decimal(of)}`);
    }
    case "exp": {
      const of = valueOf(term.of, point);
      return finite(Math.exp(of), () => `exp(${decimal(of)})`);
    }
    case "log10": {
      const of = valueOf(term.of, point);
      return finite(Math.log10(of), () => `log10(${decimal(of)})`);
    }
    case "ln": {
      const of = valueOf(term.of, point);
      return finite(Math.log(of), () => `ln(${decimal(of)})`);
    }
    case "div":
      return quotient(term, point);
    case "pow": {
      const [base, exponent] = [valueOf(term.base, point), valueOf(term.exponent, point)];
      return finite(base ** exponent, () => `${decimal(base)}^${decimal(exponent)}`);
    }
    case "decay":
      return decayed(term.curve, valueOf(term.x, point) - valueOf(term.target, point), term.scale, term.midpoint);
  }
}

/** Stops at the first 0, so that what stands behind it need not exist. */
function product(terms: readonly Term[], point: PointValues): number {
  let result = 1;
  for (const each of terms) {
    const value = valueOf(each, point);
    if (value === 0) return 0;
    result *= value;
  }
  return result;
}

function quotient({ left, right, byZeroDefault }: Extract<Term, { kind: "div" }>, point: PointValues): number {
  const above = valueOf(left, point);
  if (above === 0) return 0;
  const below = valueOf(right, point);
  if (below === 0 && byZeroDefault !== undefined) return byZeroDefault;
  return finite(above / below, () => `${decimal(above)}/${decimal(below)}`);
}

/** A decay is 1 at distance 0 and `midpoint` at distance `scale`:
 *  lin    max(0, 1 − (1 − midpoint) · |d| / scale)
 *  exp    exp(ln(midpoint) · |d| / scale)
 *  gauss  exp(ln(midpoint) · d² / scale²) */
export function decayed(curve: "lin" | "exp" | "gauss", distance: number, scale: number, midpoint: number): number {
  const ratio = Math.abs(distance) / scale;
  switch (curve) {
    case "lin":
      return Math.max(0, 1 - (1 - midpoint) * ratio);
    case "exp":
      return Math.exp(Math.log(midpoint) * ratio);
    case "gauss":
      return Math.exp(Math.log(midpoint) * ratio * ratio);
  }
}

function finite(result: number, expression: () => string): number {
  if (!Number.isFinite(result)) throw notFinite(expression(), result);
  return result;
}

const notFinite = (expression: string, result: number): QdrantError =>
  badInput(`The expression ${expression} = ${decimal(result)} produced a non-finite number`);
