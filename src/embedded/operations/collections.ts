/** Collections as wholes: create, change, delete, list, exists, info. */
import { alreadyExists, badInput, noVectorName } from "../errors";
import { Place } from "../http/decode";
import { readBody } from "../http/requests/body";
import { createCollection, updateCollection } from "../http/requests/collections";
import { manageParams } from "../http/requests/manage-params";
import { checkNameCharacters, vectorNameFault } from "../http/requests/names";
import { type Route } from "../http/route";
import { type CollectionConfig } from "../model/collection";
import { type VectorIndexes } from "../model/table";
import { type CollectionCatalog } from "../storage/catalog";
import { changeConfig } from "./change-config";
import { collectionInfo } from "./collection-info";

export const nameParam = ({ params }: { params: Record<string, string> }): string => params["collection"] ?? "";

/** @throws QdrantError 400 where a vector's name is not allowed. */
function checkVectorNames({ dense, sparse }: CollectionConfig): void {
  for (const name of sparse.keys()) {
    if (name === "") throw badInput("Sparse vector name cannot be empty");
    if (dense.has(name)) {
      throw badInput(`Dense and sparse vector names must be unique - duplicate found with '${name}'`);
    }
  }
  for (const [kind, names] of [
    ["dense", dense.keys()],
    ["sparse", sparse.keys()],
  ] as const) {
    for (const name of names) {
      const fault = vectorNameFault(name);
      if (fault !== undefined) throw badInput(`Invalid ${kind} vector name \`${name}\`: ${fault}`);
    }
  }
}

export const collectionRoutes = (indexes: VectorIndexes): Route<CollectionCatalog>[] => [
  {
    method: "GET",
    path: "/collections",
    access: "read",
    handle: (_, catalog) => Promise.resolve({ collections: catalog.collectionNames().map((name) => ({ name })) }),
  },
  {
    method: "GET",
    path: "/collections/:collection",
    access: "read",
    handle: (request, catalog) => collectionInfo(catalog.stored(nameParam(request)), indexes),
  },
  {
    method: "GET",
    path: "/collections/:collection/exists",
    access: "read",
    handle: (request, catalog) => {
      const name = nameParam(request);
      const exists = catalog.ownName(catalog.aliasTarget(name) ?? name) !== undefined;
      return Promise.resolve({ exists });
    },
  },
  {
    method: "PUT",
    path: "/collections/:collection",
    access: "write",
    handle: async (request, catalog) => {
      const name = nameParam(request);
      const at = Place.root();
      checkNameCharacters(name, at.key("collection_name"));
      at.check("path parameters");
      manageParams(request.query);
      const config = readBody(request, createCollection);
      if (catalog.ownName(name) !== undefined) throw alreadyExists(`Collection \`${name}\` already exists!`);
      if (catalog.aliasTarget(name) !== undefined) {
        throw badInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
      }
      checkVectorNames(config);
      catalog.create(name, config);
      await catalog.committed();
      return true;
    },
  },
  {
    method: "PATCH",
    path: "/collections/:collection",
    access: "write",
    handle: async (request, catalog) => {
      manageParams(request.query);
      const change = readBody(request, updateCollection);
      const collection = catalog.stored(nameParam(request));
      const { config } = collection;
      changeConfig(config, change);
      if (change.strictMode) collection.rates.refill();
      collection.save();
      const unknown = [
        ...[...change.vectors.keys()].filter((name) => !config.dense.has(name)),
        ...[...change.sparse.keys()].filter((name) => !config.sparse.has(name)),
      ];
      await catalog.committed();
      if (unknown[0] !== undefined) throw noVectorName(unknown[0]);
      return true;
    },
  },
  {
    method: "DELETE",
    path: "/collections/:collection",
    access: "write",
    handle: async (request, catalog) => {
      manageParams(request.query);
      const deleted = catalog.delete(nameParam(request));
      await catalog.committed();
      return deleted;
    },
  },
];
