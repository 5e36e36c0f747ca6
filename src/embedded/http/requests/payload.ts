/** The payload calls: set (merge, with `key` below a path), overwrite, delete keys, clear. */
import { payloadPath } from "../../filter/path";
import { type PointWrite } from "../../model/write";
import { type Decoder, jsonObject, listOf, object } from "../decode";
import { pointsSelector, targetOf } from "./target";

export const setPayloadRequest: Decoder<PointWrite> = object((fields) => ({
  kind: "set_payload",
  payload: fields.required("payload", jsonObject),
  key: fields.optional("key", payloadPath),
  target: targetOf(fields),
}));

/** `key` must be a path if it is given, and is then ignored. */
export const overwritePayloadRequest: Decoder<PointWrite> = object((fields) => {
  fields.optional("key", payloadPath);
  return { kind: "overwrite_payload", payload: fields.required("payload", jsonObject), target: targetOf(fields) };
});

export const deletePayloadRequest: Decoder<PointWrite> = object((fields) => ({
  kind: "delete_payload",
  keys: fields.required("keys", listOf(payloadPath)),
  target: targetOf(fields),
}));

export const clearPayloadRequest: Decoder<PointWrite> = (value, at) => ({
  kind: "clear_payload",
  target: pointsSelector(value, at),
});
