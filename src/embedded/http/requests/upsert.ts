/** `PUT /points`: a list of points, or their parts side by side in a `batch`. */
import { filter } from "../../filter/parse";
import { formatError } from "../../errors";
import { type JsonObject, type JsonValue, isObject } from "../../model/json";
import { type PointId } from "../../model/point-id";
import { DEFAULT_VECTOR, type GivenVector, type GivenVectors } from "../../model/vector";
import { type GivenPoint, type PointWrite } from "../../model/write";
import { type Decoder, type Fields, type Place, jsonObject, listOf, mapOf, object, oneOf } from "../decode";
import { inferredVector } from "./inference";
import { aliased } from "./payload-selector";
import { pointId } from "./point-id";
import { asVector, noteFaultsOfMany, noteStructFaults, noteVectorFaults, vectorStruct, vectorsByName } from "./vectors";

const emptyPayload = (): JsonObject => new Map();

const pointStruct: Decoder<GivenPoint> = object((fields) => {
  const id = fields.required("id", pointId);
  const struct = fields.required(aliased(fields, "vector", "vectors"), vectorStruct);
  noteStructFaults(struct, fields.at.key("vector"));
  return { id, vectors: vectorsByName(struct), payload: fields.optional("payload", jsonObject) ?? emptyPayload() };
});

/** The vectors of a batch: one list per name, each as long as the ids; a bare list is the unnamed vector's. */
type BatchVectors = Map<string, GivenVector[]>;

const namedVector: Decoder<GivenVector> = (value) => {
  const read = asVector(value) ?? inferredVector(value, "document");
  if (read === undefined) throw formatError("data did not match any variant of untagged enum Vector");
  return read;
};

const bareVector: Decoder<GivenVector> = (value, at) => {
  const struct = vectorStruct(value, at);
  if (struct.kind === "bare") return struct.vector;
  throw formatError("data did not match any variant of untagged enum BatchVectorStruct");
};

const batchVectors: Decoder<{ vectors: BatchVectors; isBare: boolean }> = (value, at) => {
  if (isObject(value)) return { vectors: mapOf(listOf(namedVector))(value, at), isBare: false };
  const vectors = listOf(bareVector)(value, at);
  if (new Set(vectors.map((each) => each.kind)).size > 1) {
    throw formatError("data did not match any variant of untagged enum BatchVectorStruct");
  }
  return { vectors: new Map([[DEFAULT_VECTOR, vectors]]), isBare: true };
};

function noteFirstFault(vectors: GivenVector[], at: Place): void {
  for (const vector of vectors) {
    noteVectorFaults(vector, at);
    if (at.isFaulty) return;
  }
}

/** Notes the first fault alone: of the vectors, then of their number, then of that of the payloads. */
function noteBatchFaults(
  ids: PointId[],
  vectors: BatchVectors,
  isBare: boolean,
  payloads: unknown[] | undefined,
  at: Place,
): void {
  const all = [...vectors.values()].flat();
  const trial = at.trial();
  if (isBare) noteFirstFault(all, trial);
  else noteFaultsOfMany(all, trial);
  if (trial.isFaulty) return at.adopt(trial);
  const unequal = (what: string, count: number): void => {
    at.key("batch").fault(`number of ids and ${what} must be equal (${ids.length} != ${count})`);
  };
  const other = [...vectors.values()].find((each) => each.length !== ids.length);
  if (other) unequal("vectors", other.length);
  else if (payloads && payloads.length !== ids.length) unequal("payloads", payloads.length);
}

const nullablePayload: Decoder<JsonObject> = (value, at) => (value === null ? emptyPayload() : jsonObject(value, at));

const batch: Decoder<GivenPoint[]> = object((fields) => {
  const ids = fields.required("ids", listOf(pointId));
  const { vectors, isBare } = fields.required("vectors", batchVectors);
  const payloads = fields.optional("payloads", listOf(nullablePayload));
  noteBatchFaults(ids, vectors, isBare, payloads, fields.at);
  return ids.map((id, i) => {
    const own: GivenVectors = new Map();
    for (const [name, list] of vectors) {
      const vector = list[i];
      if (vector) own.set(name, vector);
    }
    return { id, vectors: own, payload: payloads?.[i] ?? emptyPayload() };
  });
});

function points(fields: Fields): GivenPoint[] {
  if (fields.present("batch")) return fields.required("batch", batch);
  if (fields.present("points")) return fields.required("points", listOf(pointStruct));
  throw formatError("Invalid PointInsertOperations format");
}

/** Qdrant reads this body as plain JSON before it reads it as points, so that of a repeated key the last value counts. */
export const upsertRequest: Decoder<PointWrite> = (value: JsonValue, at: Place) => {
  if (!isObject(value)) throw formatError("Invalid PointInsertOperations format");
  return object((fields): PointWrite => ({
    kind: "upsert",
    points: points(fields),
    mode: fields.withDefault("update_mode", oneOf("upsert", "insert_only", "update_only"), "upsert"),
    filter: fields.optional("update_filter", filter),
  }))(value, at.takingRepeats());
};
