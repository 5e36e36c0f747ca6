/** Parameters of named vectors: at creation, added later, and as changes. */
import { notImplemented } from "../../errors";
import { type Datatype, type DenseParams, type Distance, type SparseParams } from "../../model/collection";
import { type JsonObject, isObject } from "../../model/json";
import { type Decoder, type Place, boolean, object, oneOf, unsigned } from "../decode";
import { hnswDiff, quantization, quantizationDiff } from "./index-config";
import { anonymousMap, datatype, nonZero, numbered, settings } from "./settings";

const distance = oneOf("Cosine", "Dot", "Euclid", "Manhattan");
const multivector = object((fields) => fields.required("comparator", oneOf("max_sim")));

/** 0 is refused by Qdrant's parser where the size is that of a creation. */
const size: Decoder<number> = (value, at) => {
  nonZero(value, at);
  return unsigned({ min: 1, max: 65_536 })(value, at);
};

const vectorSettings = (sizeOf: Decoder<number>): Decoder<JsonObject> =>
  settings(
    {
      size: sizeOf,
      distance,
      hnsw_config: hnswDiff,
      quantization_config: quantization,
      on_disk: boolean,
      datatype,
      multivector_config: multivector,
    },
    { quantization: "quantization_config" },
  );

const denseOf =
  (sizeOf: Decoder<number>): Decoder<DenseParams> =>
  (value, at) =>
    object((fields) => {
      const params = {
        size: fields.required("size", sizeOf),
        distance: fields.required<Distance>("distance", distance),
        datatype: stored(fields.optional("datatype", datatype)),
        multi: fields.has("multivector_config"),
      };
      const given = vectorSettings(sizeOf)(value, at.trial());
      for (const part of ["hnsw_config", "quantization_config"]) {
        const settingsOf = given.get(part);
        if (isObject(settingsOf) && settingsOf.size === 0) given.delete(part);
      }
      checkIndexSettings(fields.at, value);
      return { ...params, given };
    })(value, at);

/** Notes the faults of the nested settings, whose values are kept as given. */
const checkIndexSettings = (at: Place, value: Parameters<Decoder<unknown>>[0]): void => {
  settings({ hnsw_config: hnswDiff, quantization_config: quantization, multivector_config: multivector })(value, at);
};

function stored(given: "float32" | "float16" | "uint8" | "turbo4" | undefined): Datatype {
  if (given === "turbo4") throw notImplemented("the datatype turbo4");
  return given ?? "float32";
}

export const denseParams = denseOf(size);
/** Of a vector added later, where a size of 0 is a value outside its limits. */
export const addedDenseParams: Decoder<DenseParams> = (value, at) => {
  const {
    size: read,
    distance: measure,
    datatype: type,
    multi,
    given,
  } = denseOf(unsigned({ min: 1, max: 65_536 }))(value, at);
  const kept: JsonObject = new Map(
    ["size", "distance", "multivector_config", "datatype"].flatMap((key) => {
      const each = given.get(key);
      return each === undefined ? [] : [[key, each] as const];
    }),
  );
  return { size: read, distance: measure, datatype: type, multi, given: kept };
};

/** `vectors` of a creation: the parameters of the one unnamed vector, or a map by name. */
export const vectorsConfig: Decoder<{ single: boolean; dense: Map<string, DenseParams> }> = (value, at) => {
  const isSingle = isObject(value) && typeof value.get("distance") === "string" && !isObject(value.get("size"));
  if (isSingle) return { single: true, dense: new Map([["", denseParams(value, at)]]) };
  return { single: false, dense: sorted(anonymousMap(denseParams)(value, at)) };
};

const sparseDatatype: Decoder<Datatype> = (value, at) => {
  const read = datatype(value, at);
  if (read !== "turbo4") return read;
  at.fault("sparse vectors do not support the `turbo4` datatype");
  return "float32";
};

const sparseIndex = settings({ full_scan_threshold: unsigned(), on_disk: boolean, datatype: sparseDatatype });
const modifier = oneOf("none", "idf");
const sparseSettings = settings({ index: sparseIndex, modifier });

/** The engine's view of sparse settings as they are shown. */
export function sparseFrom(given: JsonObject): SparseParams {
  const index = given.get("index");
  const type = isObject(index) ? index.get("datatype") : undefined;
  return {
    idf: given.get("modifier") === "idf",
    datatype: type === "float16" || type === "uint8" ? type : "float32",
    given,
  };
}

export const sparseParams: Decoder<SparseParams> = (value, at) => sparseFrom(sparseSettings(value, at));

export const sparseConfig: Decoder<Map<string, SparseParams>> = (value, at) =>
  sorted(anonymousMap(sparseParams, numbered)(value, at));

/** `sparse` of a vector added later: its datatype stands beside the modifier. */
export const addedSparseParams: Decoder<SparseParams> = object((fields) => {
  const type = fields.optional("datatype", sparseDatatype);
  const given: JsonObject = new Map();
  if (type !== undefined) given.set("index", new Map([["datatype", type]]));
  const change = fields.optional("modifier", modifier);
  if (change !== undefined) given.set("modifier", change);
  return sparseFrom(given);
});

/** Changes of existing vectors, by name. */
export const vectorsDiff: Decoder<Map<string, JsonObject>> = anonymousMap(
  settings({ hnsw_config: hnswDiff, quantization_config: quantizationDiff, on_disk: boolean }),
);
export const sparseDiff: Decoder<Map<string, JsonObject>> = anonymousMap(sparseSettings);

const sorted = <T>(map: Map<string, T>): Map<string, T> =>
  new Map([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
