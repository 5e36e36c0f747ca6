/** Payload indexes: declare and drop. */
import { QdrantError, badRequest, formatError } from "../errors";
import { payloadIndexSchema } from "../filter/index-schema";
import { payloadPath, readPath } from "../filter/path";
import { type Decoder, object } from "../http/decode";
import { readBody } from "../http/requests/body";
import { writeParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { writeJson } from "../json/write";
import { type PayloadIndexSchema } from "../model/collection";
import { type PayloadPath } from "../model/filter";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";
import { checkIndexCount, checkTimeout } from "./strict-mode";
import { twoOperations } from "./vector-names";

const createIndex = object((fields) => {
  // Two names of one field.
  if (fields.present("field_schema") && fields.present("field_type"))
    throw formatError("duplicate field `field_schema`");
  const schema: Decoder<PayloadIndexSchema> = (value) => payloadIndexSchema(value, fields.at.key("field_schema"));
  return {
    path: fields.required("field_name", payloadPath),
    schema: fields.optional("field_schema", schema) ?? fields.optional("field_type", schema),
  };
});

export const indexRoutes: Route<CollectionCatalog>[] = [
  {
    method: "PUT",
    path: "/collections/:collection/index",
    access: "write",
    handle: async (request, catalog) => {
      const { wait, timeout } = writeParams(request.query);
      const { path, schema } = readBody(request, createIndex);
      catalog.collection(nameParam(request));
      const collection = catalog.stored(nameParam(request));
      checkIndexCount(collection);
      checkTimeout(collection, timeout);
      if (schema === undefined) {
        throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
      }
      const before = collection.config.indexes.get(path.text);
      if (before === undefined || !sameIndex(before, schema)) collection.setIndex(path.text, schema);
      return twoOperations(collection, wait, () => collection.table.prepareIndex(path.text));
    },
  },
  {
    method: "DELETE",
    path: "/collections/:collection/index/:field",
    access: "write",
    handle: async (request, catalog) => {
      const { wait } = writeParams(request.query);
      const path = fieldParam(request.params["field"] ?? "");
      const collection = catalog.stored(nameParam(request));
      collection.removeIndex(path.text);
      return twoOperations(collection, wait);
    },
  },
];

/** @throws QdrantError 400 */
function fieldParam(text: string): PayloadPath {
  const path = readPath(text);
  if (path === undefined) {
    throw new QdrantError(400, `Deserialize error in path parameters: Invalid json path: '${text}'`);
  }
  return path;
}

/** Whether the same index is declared again: then the one that is there stays, as it was declared. An option that is not
 *  given and one that is null are one, and an index declared by its type alone has no options. */
function sameIndex(a: PayloadIndexSchema, b: PayloadIndexSchema): boolean {
  const options = ({ type, params }: PayloadIndexSchema): string =>
    writeJson([
      type,
      ...[...(params ?? [])]
        .filter(([name, value]) => value !== null && name !== "type" && !(name === "tokenizer" && value === "word"))
        .sort(([name], [other]) => (name < other ? -1 : 1)),
    ]);
  return options(a) === options(b);
}
