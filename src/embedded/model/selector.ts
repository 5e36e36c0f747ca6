/** Which part of a stored point an answer shows. */
import { type PayloadPath } from "./filter";

export type PayloadSelector =
  | { kind: "all" }
  | { kind: "none" }
  | { kind: "include"; paths: PayloadPath[] }
  | { kind: "exclude"; paths: PayloadPath[] };

export type VectorSelector = { kind: "all" } | { kind: "none" } | { kind: "named"; names: string[] };

export interface Selectors {
  payload: PayloadSelector;
  vector: VectorSelector;
}

export const EVERYTHING: Selectors = { payload: { kind: "all" }, vector: { kind: "all" } };
