/** Payload indexes: declare and drop. */
import { badRequest } from "../errors";
import { payloadIndexSchema } from "../filter/index-schema";
import { parsePath, payloadPath } from "../filter/path";
import { object } from "../http/decode";
import { readBody } from "../http/requests/body";
import { writeParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";
import { twoOperations } from "./vector-names";

const createIndex = object((fields) => ({
  path: fields.required("field_name", payloadPath),
  schema: fields.optional("field_schema", payloadIndexSchema) ?? fields.optional("field_type", payloadIndexSchema),
}));

export const indexRoutes: Route<CollectionCatalog>[] = [
  {
    method: "PUT",
    path: "/collections/:collection/index",
    access: "write",
    handle: async (request, catalog) => {
      const { wait } = writeParams(request.query);
      const { path, schema } = readBody(request, createIndex);
      catalog.collection(nameParam(request));
      const collection = catalog.stored(nameParam(request));
      if (schema === undefined) {
        throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
      }
      collection.setIndex(path.text, schema);
      return twoOperations(collection, wait);
    },
  },
  {
    method: "DELETE",
    path: "/collections/:collection/index/:field",
    access: "write",
    handle: async (request, catalog) => {
      const { wait } = writeParams(request.query);
      const path = parsePath(request.params["field"] ?? "");
      const collection = catalog.stored(nameParam(request));
      collection.removeIndex(path.text);
      return twoOperations(collection, wait);
    },
  },
];
