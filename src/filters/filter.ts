/** A filter as the service understands it, whatever language it was written in. parse.ts makes it, translate.ts puts it
 *  into Qdrant's words, residual.ts judges a payload by it. */
import { type RE2JS } from "re2js";

import { type QdrantFilter } from "../qdrant/gateway";
import { type Field } from "./field";
import { type GeoShape } from "./geo";

export type Scalar = string | number | boolean | null;

/** What a condition asks of the values under its field. A list under the field is tried element by element, one level; a
 *  value of another type than the test's never passes it. */
export type Test =
  /** Equal to one of them, in type and value; 1 and 1.0 are one number. */
  | { kind: "equals"; values: readonly Scalar[] }
  | { kind: "numbers"; bounds: Bounds<number> }
  /** Texts that are dates as Qdrant reads them. `sent` are the bounds as they were given. */
  | { kind: "dates"; bounds: Bounds<bigint>; sent: Bounds<string> }
  /** Not missing, null or an empty list. */
  | { kind: "present" }
  /** A text with the needle in that place. */
  | { kind: "part"; where: "anywhere" | "start" | "end"; needle: string; fold: boolean }
  /** A text in which the pattern is found. */
  | { kind: "pattern"; pattern: RE2JS }
  /** Whole words: all of them over all the field's texts, any, or in a row in one text. */
  | { kind: "words"; how: "all" | "any" | "row"; words: readonly string[]; fold: boolean }
  | { kind: "place"; shape: GeoShape };

export interface Bounds<T> {
  gt?: T;
  gte?: T;
  lt?: T;
  lte?: T;
}

export type Filter =
  /** All of them; of none: everything. */
  | { kind: "and"; of: readonly Filter[] }
  /** At least one of them; of none: nothing. */
  | { kind: "or"; of: readonly Filter[] }
  | { kind: "not"; of: Filter }
  | { kind: "condition"; field: Field; test: Test }
  /** Checked, and passed on; Qdrant alone judges it. Never inside of another filter. */
  | { kind: "native"; filter: QdrantFilter };

export const EVERYTHING: Filter = { kind: "and", of: [] };
