/** A stored point as answers show it. */
import { noVectorName } from "../errors";
import { type JsonObject } from "../model/json";
import { type Output, type OutputObject } from "../model/output";
import { type PayloadSelector, type Selectors, type VectorSelector } from "../model/selector";
import { type PointTable, type Slot } from "../model/table";
import { DEFAULT_VECTOR, type StoredVector } from "../model/vector";
import { excluding, including } from "./payload-paths";

export function selectedPayload(payload: JsonObject, selector: PayloadSelector): JsonObject | undefined {
  switch (selector.kind) {
    case "all":
      return payload;
    case "none":
      return undefined;
    case "include":
      return including(payload, selector.paths);
    case "exclude":
      return excluding(payload, selector.paths);
  }
}

export function shownVector(vector: StoredVector): Output {
  switch (vector.kind) {
    case "dense":
      return vector.data;
    case "sparse":
      return { indices: Array.from(vector.sparse.indices), values: vector.sparse.values };
    case "multi": {
      const { size, data } = vector.multi;
      return Array.from({ length: data.length / size }, (_, row) => data.subarray(row * size, (row + 1) * size));
    }
  }
}

/** The point's vectors that are asked for: bare where the unnamed one is the only one, else by name.
 *  @throws QdrantError 400 for a name that the collection does not have */
function selectedVectors(table: PointTable, slot: Slot, selector: VectorSelector): Output | undefined {
  if (selector.kind === "none") return undefined;
  const { dense, sparse } = table.vectorNames;
  if (selector.kind === "named") {
    const unknown = selector.names.find((name) => !dense.has(name) && !sparse.has(name));
    if (unknown !== undefined) throw noVectorName(unknown);
  }
  const shown = new Map<string, Output>();
  for (const [name, vector] of table.vectorsAt(slot)) {
    if (selector.kind === "all" || selector.names.includes(name)) shown.set(name, shownVector(vector));
  }
  const unnamed = shown.get(DEFAULT_VECTOR);
  return unnamed !== undefined && shown.size === 1 ? unnamed : shown;
}

/** `id`, and what the selectors ask for. @throws QdrantError 400 for an unknown vector name */
export function recordOf(table: PointTable, slot: Slot, selectors: Selectors): OutputObject {
  return {
    id: table.idAt(slot),
    payload: selectors.payload.kind === "none" ? undefined : selectedPayload(table.payloadAt(slot), selectors.payload),
    vector: selectedVectors(table, slot, selectors.vector),
  };
}
