import { type Collection } from "../../model/collection";
import { type JsonObject } from "../../model/json";
import { type PointWrite, type Target } from "../../model/write";
import { merged, mergedAt, without } from "../payload-paths";
import { forEachTarget } from "./target";

type PayloadWrite = Extract<
  PointWrite,
  { kind: "set_payload" | "overwrite_payload" | "delete_payload" | "clear_payload" }
>;

function change(write: PayloadWrite): (payload: JsonObject) => JsonObject {
  switch (write.kind) {
    case "set_payload": {
      const { key, payload: patch } = write;
      return key ? (payload) => mergedAt(payload, key, patch) : (payload) => merged(payload, patch);
    }
    case "overwrite_payload":
      return () => write.payload;
    case "delete_payload":
      return (payload) => write.keys.reduce(without, payload);
    case "clear_payload":
      return () => new Map();
  }
}

/** @throws QdrantError 404 for a listed id that is not there, after the others have changed */
export function applyPayload(collection: Collection, write: PayloadWrite, version: number): void {
  const { table } = collection;
  const changed = change(write);
  const target: Target = write.target;
  forEachTarget(table, target, (slot) => {
    const before = table.payloadAt(slot);
    const after = changed(before);
    if (after === before) table.touch(slot, version);
    else table.replacePayload(slot, after, version);
  });
}
