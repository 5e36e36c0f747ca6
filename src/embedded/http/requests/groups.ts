/** Grouped queries: `query/groups`, and the older `search/groups` and `recommend/groups`. */
import { formatError } from "../../errors";
import { payloadPath } from "../../filter/path";
import { isObject } from "../../model/json";
import { type GroupRequest, type WithLookup } from "../../model/query";
import { type Decoder, type Fields, object, string, unsigned } from "../decode";
import { aliased, payloadSelector, vectorSelector } from "./payload-selector";
import { queryFields } from "./query";
import { recommendFields, searchFields } from "./query-legacy";

const DEFAULT_GROUPS = 10;
const DEFAULT_GROUP_SIZE = 3;

/** A collection's name, or `{collection, with_payload, with_vectors}`. */
const withLookup: Decoder<WithLookup> = (value, at) => {
  if (typeof value === "string") return { collection: value, payload: { kind: "all" }, vector: { kind: "none" } };
  if (!isObject(value) || typeof value.get("collection") !== "string") {
    throw formatError("data did not match any variant of untagged enum WithLookupInterface");
  }
  return object((fields): WithLookup => ({
    collection: fields.required("collection", string),
    // Left out is everything, null is nothing.
    payload: fields.withDefault("with_payload", payloadSelector, {
      kind: fields.present("with_payload") ? "none" : "all",
    }),
    vector: fields.withDefault(aliased(fields, "with_vectors", "with_vector"), vectorSelector, { kind: "none" }),
  }))(value, at);
};

/** Qdrant's validator names a group's own limits apart from the rest of the request. */
const limitAt =
  (fields: Fields, name: "limit" | "group_size"): Decoder<number> =>
  (value) =>
    unsigned({ min: 1 })(value, fields.at.key("group_request").key(name));

const grouping = (fields: Fields): Pick<GroupRequest, "groupBy" | "withLookup"> => ({
  groupBy: fields.required("group_by", payloadPath),
  withLookup: fields.optional("with_lookup", withLookup),
});

export const queryGroupsRequest: Decoder<GroupRequest> = object((fields) => ({
  ...queryFields(fields),
  // `with_vectors` is no name of it here.
  vector: fields.withDefault("with_vector", vectorSelector, { kind: "none" }),
  ...grouping(fields),
  offset: 0,
  limit: fields.withDefault("limit", limitAt(fields, "limit"), DEFAULT_GROUPS),
  groupSize: fields.withDefault("group_size", limitAt(fields, "group_size"), DEFAULT_GROUP_SIZE),
}));

export const searchGroupsRequest: Decoder<GroupRequest> = object((fields) => ({
  ...searchFields(fields),
  ...grouping(fields),
  offset: 0,
  limit: fields.required("limit", limitAt(fields, "limit")),
  groupSize: fields.required("group_size", limitAt(fields, "group_size")),
}));

/** Qdrant does not validate the limits of this one. */
export const recommendGroupsRequest: Decoder<GroupRequest> = object((fields) => ({
  ...recommendFields(fields),
  ...grouping(fields),
  offset: 0,
  groupSize: fields.required("group_size", unsigned()),
}));
