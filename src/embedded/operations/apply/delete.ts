import { type Collection } from "../../model/collection";
import { type Target } from "../../model/write";
import { findTarget } from "./target";

/** Deletes the points that are there; an id that is not is no fault. */
export function applyDelete(collection: Collection, target: Target): void {
  for (const slot of findTarget(collection.table, target).slots) collection.table.delete(slot);
}
