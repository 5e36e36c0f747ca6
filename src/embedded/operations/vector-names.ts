/** Named vectors added to and dropped from an existing collection. */
import { badInput, formatError } from "../errors";
import { Place, type Decoder, object } from "../http/decode";
import { readBody } from "../http/requests/body";
import { vectorNameFault } from "../http/requests/names";
import { addedDenseParams, addedSparseParams } from "../http/requests/vector-config";
import { writeParams } from "../http/requests/write-params";
import { type Route } from "../http/route";
import { writeJson } from "../json/write";
import { type DenseParams, type SparseParams } from "../model/collection";
import { type JsonObject } from "../model/json";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { type StoredCollection } from "../storage/collection";
import { nameParam } from "./collections";
import { updateResult } from "./perform-write";
import { checkTimeout } from "./strict-mode";

type AddedVector = { kind: "dense"; params: DenseParams } | { kind: "sparse"; params: SparseParams };

const addedVector: Decoder<AddedVector> = object((fields): AddedVector => {
  if (fields.has("dense")) return { kind: "dense", params: fields.required("dense", addedDenseParams) };
  if (fields.has("sparse")) return { kind: "sparse", params: fields.required("sparse", addedSparseParams) };
  throw formatError("data did not match any variant of untagged enum VectorNameConfig");
});

/** @throws QdrantError 400 where the name is taken by another vector. The same once more changes nothing. */
function add(collection: StoredCollection, name: string, added: AddedVector): void {
  const { dense, sparse } = collection.config;
  const before = added.kind === "dense" ? dense.get(name) : sparse.get(name);
  const ofOtherKind = added.kind === "dense" ? sparse.has(name) : dense.has(name);
  if (ofOtherKind)
    throw badInput(`Vector \`${name}\` already exists as a ${added.kind === "dense" ? "sparse" : "dense"} vector`);
  if (before !== undefined) {
    if (sameConfig(before.given, added.params.given)) return;
    const subject = added.kind === "dense" ? "Vector" : "Sparse vector";
    throw badInput(`${subject} \`${name}\` already exists with a different configuration`);
  }
  if (added.kind === "dense") collection.addDense(name, added.params);
  else collection.addSparse(name, added.params);
  // The unnamed vector is one of several names from now on.
  collection.config.singleVector = false;
  collection.save();
}

const COMPARED = ["size", "distance", "multivector_config", "datatype", "modifier"];

/** What the call can't set (on_disk, HNSW) is not compared. */
function sameConfig(a: JsonObject, b: JsonObject): boolean {
  const part = (of: JsonObject): string => {
    const index = of.get("index");
    const datatype = index instanceof Map ? (index.get("datatype") ?? null) : null;
    return writeJson([...COMPARED.map((key) => of.get(key) ?? null), datatype]);
  };
  return part(a) === part(b);
}

export const vectorNameRoutes: Route<CollectionCatalog>[] = [
  {
    method: "PUT",
    path: "/collections/:collection/vectors/:vector",
    access: "write",
    handle: async (request, catalog) => {
      const name = request.params["vector"] ?? "";
      const at = Place.root();
      const fault = vectorNameFault(name);
      if (fault !== undefined) at.key("vector_name").fault(fault);
      at.check("path parameters");
      const { wait, timeout } = writeParams(request.query);
      const added = readBody(request, addedVector);
      catalog.collection(nameParam(request));
      const collection = catalog.stored(nameParam(request));
      checkTimeout(collection, timeout);
      add(collection, name, added);
      return twoOperations(collection, wait);
    },
  },
  {
    method: "DELETE",
    path: "/collections/:collection/vectors/:vector",
    access: "write",
    handle: async (request, catalog) => {
      const { wait } = writeParams(request.query);
      catalog.collection(nameParam(request));
      const collection = catalog.stored(nameParam(request));
      collection.removeVector(request.params["vector"] ?? "");
      return twoOperations(collection, wait);
    },
  },
];

/** Calls that change a collection's shape take two operation ids and tell the second. `ready`: what a caller that waits
 *  waits for beside the disk. */
export async function twoOperations(
  collection: StoredCollection,
  wait: boolean,
  ready: () => Promise<void> = () => Promise.resolve(),
): Promise<Output> {
  collection.nextOperationId();
  const operationId = collection.nextOperationId();
  if (wait) await Promise.all([collection.committed(), ready()]);
  return updateResult(operationId, wait);
}
