/** The writes to points, as decoded and validated: what a call or one step of a batch does to one collection. */
import { type Filter, type PayloadPath } from "./filter";
import { type JsonObject } from "./json";
import { type PointId } from "./point-id";
import { type GivenVectors } from "./vector";

/** Which points a write is about. */
export type Target = { kind: "ids"; ids: PointId[] } | { kind: "filter"; filter: Filter };

export interface GivenPoint {
  id: PointId;
  vectors: GivenVectors;
  payload: JsonObject;
}

export type UpdateMode = "upsert" | "insert_only" | "update_only";

export type PointWrite =
  | { kind: "upsert"; points: GivenPoint[]; mode: UpdateMode; filter?: Filter }
  | { kind: "delete"; target: Target }
  | { kind: "set_payload"; payload: JsonObject; target: Target; key?: PayloadPath }
  | { kind: "overwrite_payload"; payload: JsonObject; target: Target }
  | { kind: "delete_payload"; keys: PayloadPath[]; target: Target }
  | { kind: "clear_payload"; target: Target }
  | { kind: "update_vectors"; points: { id: PointId; vectors: GivenVectors }[]; filter?: Filter }
  /** Both may be given: then both are done, the filter first, each under its own operation id. */
  | { kind: "delete_vectors"; names: string[]; ids?: PointId[]; filter?: Filter };
