/** Setting and deleting single vectors of points. */
import { filter } from "../../filter/parse";
import { type PointId } from "../../model/point-id";
import { type GivenVector, type GivenVectors } from "../../model/vector";
import { type PointWrite } from "../../model/write";
import { type Decoder, listOf, object, string } from "../decode";
import { aliased } from "./payload-selector";
import { pointId } from "./point-id";
import { noteStructFaults, vectorStruct, vectorsByName } from "./vectors";

const isEmpty = (vector: GivenVector): boolean => {
  switch (vector.kind) {
    case "dense":
      return vector.data.length === 0;
    case "multi":
      return vector.rows.length === 0;
    case "sparse":
      return vector.sparse.indices.length === 0;
  }
};

const pointVectors: Decoder<{ id: PointId; vectors: GivenVectors }> = object((fields) => {
  const id = fields.required("id", pointId);
  const struct = fields.required(aliased(fields, "vector", "vectors"), vectorStruct);
  const vectors = vectorsByName(struct);
  if ([...vectors.values()].every(isEmpty)) fields.at.key("vector").fault("must specify vectors to update for point");
  else noteStructFaults(struct, fields.at);
  return { id, vectors };
});

export const updateVectorsRequest: Decoder<PointWrite> = object((fields) => {
  const points = fields.required("points", listOf(pointVectors));
  if (points.length === 0) fields.at.key("points").fault("must specify points to update");
  return { kind: "update_vectors", points, filter: fields.optional("update_filter", filter) };
});

export const deleteVectorsRequest: Decoder<PointWrite> = object((fields) => {
  const ids = fields.optional("points", listOf(pointId));
  const chosen = fields.optional("filter", filter);
  const names = fields.required(aliased(fields, "vector", "vectors"), listOf(string));
  if (names.length === 0) fields.at.key("vector").fault("must specify vector names to delete");
  return { kind: "delete_vectors", names: [...new Set(names)], ids, filter: chosen };
});
