import { type JsonValue } from "./json";
import { type PointId } from "./point-id";

/** A parsed filter. All present parts must hold; an absent or empty part constrains nothing (in `nested` an empty `should`
 *  or `min_should` matches nothing, as Qdrant has it). */
export interface Filter {
  must?: Condition[];
  should?: Condition[];
  mustNot?: Condition[];
  minShould?: { conditions: Condition[]; minCount: number };
}

export type Condition =
  | { kind: "field"; path: PayloadPath; clauses: FieldClauses }
  | { kind: "is_empty"; path: PayloadPath }
  | { kind: "is_null"; path: PayloadPath }
  | { kind: "has_id"; ids: Set<PointId> }
  | { kind: "has_vector"; name: string }
  | { kind: "nested"; path: PayloadPath; filter: Filter }
  | { kind: "filter"; filter: Filter };

/** A payload path as Qdrant spells it; `text` is the normal form under which an index of that field is kept. */
export interface PayloadPath {
  text: string;
  steps: PathStep[];
}
export type PathStep = { kind: "key"; key: string } | { kind: "every" } | { kind: "index"; index: number };

/** One field condition may hold several clauses (Qdrant: without an index they are ORed; see filter/evaluate.ts). */
export interface FieldClauses {
  match?: MatchClause;
  range?: NumberRange;
  datetimeRange?: DatetimeRange;
  geoBoundingBox?: GeoBox;
  geoRadius?: GeoCircle;
  geoPolygon?: GeoPolygon;
  valuesCount?: NumberRange;
  isEmpty?: boolean;
  isNull?: boolean;
}

export type MatchClause =
  | { kind: "value"; value: string | number | bigint | boolean }
  | { kind: "any"; values: (string | number | bigint)[] }
  | { kind: "except"; values: (string | number | bigint)[] }
  | { kind: "text" | "text_any" | "phrase"; text: string };

export interface NumberRange {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}
/** Bounds in ticks (filter/datetime.ts), fine enough for nanoseconds and leap seconds. */
export interface DatetimeRange {
  gt?: bigint;
  gte?: bigint;
  lt?: bigint;
  lte?: bigint;
}
export interface GeoPoint {
  lon: number;
  lat: number;
}
export interface GeoBox {
  topLeft: GeoPoint;
  bottomRight: GeoPoint;
}
/** `radius` in metres. */
export interface GeoCircle {
  center: GeoPoint;
  radius: number;
}
export interface GeoPolygon {
  exterior: GeoPoint[];
  interiors: GeoPoint[][];
}

/** A formula's or a condition's constant where any JSON may stand. */
export type Constant = JsonValue;
