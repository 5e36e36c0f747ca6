/** What a partial update may touch, and what a document is afterwards. One rule for PATCH, PUT, batch and bulk: a user field
 *  that is sent is set, null removes it, the rest stays; a dotted key sets one nested field, unless the document has that
 *  very key; vectors change only where given; what is derived is refused. Pure. */
import { type Fault } from "../errors";
import { indexPath, keyPath } from "../schema/paths";
import { type VectorSchema } from "../qdrant/gateway";
import { type Description, descriptionOf, type StoredFeature } from "./document";
import { RESERVED_FIELDS } from "./inspect";
import { checkExact, isRecord } from "./json-rules";
import { featuresOf, internalOf, type Payload, vectorEntries } from "./point";
import { descriptionFields, lineageFields, type DocumentUpdate } from "./schemas";
import { collectVectors, type NamedVector } from "./vectors";

/** One user field to set, or with `null` to remove. `key` as it was sent, `metadata.` cut off; `path` is where it stood. */
export interface FieldChange {
  key: string;
  path: string;
  value: unknown;
}

export interface Patch {
  fields: FieldChange[];
  /** System fields to set, and the names of those to remove. */
  description: Description;
  removed: string[];
  features: { feature_extractor_id: string; payload?: Record<string, unknown> | null }[];
  vectors: NamedVector[];
}

const DESCRIPTION_KEYS: ReadonlySet<string> = new Set(Object.keys(descriptionFields));
const LINEAGE_KEYS: ReadonlySet<string> = new Set(Object.keys(lineageFields));
const METADATA_PREFIX = "metadata.";
/** Keys of an update that are no user fields. */
const REQUEST_KEYS: ReadonlySet<string> = new Set([
  ...DESCRIPTION_KEYS,
  ...LINEAGE_KEYS,
  "metadata",
  "features",
  "vectors",
]);

/** The parts of a dotted key; one where it has no dots, or dots that make no path. */
function segmentsOf(key: string): string[] {
  const segments = key.split(".");
  return segments.includes("") ? [key] : segments;
}

function fieldChanges(body: Record<string, unknown>, at: string): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [key, value] of Object.entries(body)) {
    const path = keyPath(at, key);
    if (key === "metadata") {
      if (!isRecord(value)) continue;
      for (const [inner, field] of Object.entries(value))
        changes.push({ key: inner, path: keyPath(path, inner), value: field });
    } else if (key.startsWith(METADATA_PREFIX)) {
      changes.push({ key: key.slice(METADATA_PREFIX.length), path, value });
    } else if (!REQUEST_KEYS.has(key)) {
      changes.push({ key, path, value });
    }
  }
  return changes;
}

/** What the schema can't say about an update that stands at `at` of a request. Takes any JSON. */
export function inspectUpdate(body: unknown, at = ""): Fault[] {
  if (!isRecord(body)) return [];
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const { key, path, value } of fieldChanges(body, at)) {
    const segments = segmentsOf(key);
    const [root = key] = segments;
    if (RESERVED_FIELDS.has(root)) faults.push({ path, message: "is the system's own and can't be changed" });
    if (seen.has(key)) faults.push({ path, message: `sets the user field ${key} a second time` });
    seen.add(key);
    checkExact(key, path, faults);
    checkExact(value, path, faults, segments.length);
  }
  for (const key of Object.keys(body)) {
    const path = keyPath(at, key);
    if (LINEAGE_KEYS.has(key)) {
      faults.push({ path, message: "is set when a document is made; PUT it with ?replace=true to change it" });
    }
    if (DESCRIPTION_KEYS.has(key)) checkExact(body[key], path, faults);
  }
  if (Array.isArray(body["features"])) {
    for (const [index, feature] of body["features"].entries()) {
      if (isRecord(feature))
        checkExact(feature["payload"], `${indexPath(keyPath(at, "features"), index)}.payload`, faults, 0);
    }
  }
  const vectorFaults: Fault[] = [];
  collectVectors(body, vectorFaults);
  faults.push(...vectorFaults.map(({ path, message }) => ({ path: at === "" ? path : `${at}.${path}`, message })));
  return faults;
}

/** Reads an update that schema and inspectUpdate have found right. */
export function patchOf(body: DocumentUpdate): Patch {
  return {
    fields: fieldChanges(body, ""),
    description: descriptionOf(body),
    removed: Object.keys(body).filter((key) => DESCRIPTION_KEYS.has(key) && body[key] === null),
    features: (body.features ?? []).map(({ feature_extractor_id, payload }) => ({
      feature_extractor_id,
      ...(payload === undefined ? {} : { payload }),
    })),
    vectors: collectVectors(body, []),
  };
}

const has = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);

/** `object` with one key set or removed. Built from entries, since assigning to a key `__proto__` would not make one. */
function withKey(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const entries = Object.entries(object).filter(([other]) => other !== key);
  return Object.fromEntries(value === null ? entries : [...entries, [key, value]]);
}

/** Sets or removes what lies at `segments`; adds a fault where something on the way is no object. */
function withNested(
  object: Record<string, unknown>,
  segments: readonly string[],
  change: FieldChange,
  faults: Fault[],
): Record<string, unknown> {
  const [key, ...rest] = segments;
  if (key === undefined) return object;
  if (rest.length === 0) return withKey(object, key, change.value);
  const inner = has(object, key) ? object[key] : undefined;
  if (inner === undefined || inner === null) {
    return change.value === null ? object : withKey(object, key, withNested({}, rest, change, faults));
  }
  if (isRecord(inner)) return withKey(object, key, withNested(inner, rest, change, faults));
  if (change.value !== null) {
    faults.push({ path: change.path, message: `can't be set: ${key} is there and is no object` });
  }
  return object;
}

function patchedFields(payload: Payload, changes: readonly FieldChange[], faults: Fault[]): Payload {
  return changes.reduce<Payload>((fields, change) => {
    const segments = has(fields, change.key) ? [change.key] : segmentsOf(change.key);
    return withNested(fields, segments, change, faults);
  }, payload);
}

/** The feature without these vectors; undefined where it was there for them alone. */
function withoutVectors(feature: StoredFeature, names: ReadonlySet<string>): StoredFeature | undefined {
  const { vectors = [], norms = {}, ...rest } = feature;
  const kept = vectors.filter((name) => !names.has(name));
  if (kept.length === vectors.length) return feature;
  const keptNorms = Object.entries(norms).filter(([name]) => !names.has(name));
  if (kept.length === 0) return rest.feature_extractor_id === undefined ? undefined : rest;
  return { ...rest, vectors: kept, ...(keptNorms.length === 0 ? {} : { norms: Object.fromEntries(keptNorms) }) };
}

function withVectors(feature: StoredFeature, added: Pick<StoredFeature, "vectors" | "norms">): StoredFeature {
  if (added.vectors === undefined) return feature;
  const norms = { ...feature.norms, ...added.norms };
  return {
    ...feature,
    vectors: [...(feature.vectors ?? []), ...added.vectors],
    ...(Object.keys(norms).length === 0 ? {} : { norms }),
  };
}

function patchedFeatures(payload: Payload, patch: Patch, schemas: ReadonlyMap<string, VectorSchema>): StoredFeature[] {
  const names = new Set(patch.vectors.map(({ name }) => name));
  const features = featuresOf(payload).flatMap((feature) => withoutVectors(feature, names) ?? []);
  const change = (extractor: string | undefined, make: (feature: StoredFeature) => StoredFeature): void => {
    const at = features.findIndex((feature) => feature.feature_extractor_id === extractor);
    const found = features[at];
    if (found === undefined) features.push(make(extractor === undefined ? {} : { feature_extractor_id: extractor }));
    else features[at] = make(found);
  };
  for (const [index, { feature_extractor_id: extractor, payload: inner }] of patch.features.entries()) {
    const added = vectorEntries(
      patch.vectors.filter(({ feature }) => feature === index),
      schemas,
    );
    change(extractor, (feature) => {
      const { payload: before, ...rest } = feature;
      const after = inner === undefined ? before : (inner ?? undefined);
      return withVectors({ ...rest, ...(after === undefined ? {} : { payload: after }) }, added);
    });
  }
  const own = patch.vectors.filter(({ feature }) => feature === undefined);
  if (own.length > 0) change(undefined, (feature) => withVectors(feature, vectorEntries(own, schemas)));
  return features;
}

/** The payload after the patch, and what of the patch does not fit this document. */
export function applyPatch(
  payload: Payload,
  patch: Patch,
  schemas: ReadonlyMap<string, VectorSchema>,
  stamp: { updatedAt: string; revision: string },
): { payload: Payload; faults: Fault[] } {
  const faults: Fault[] = [];
  const fields = patchedFields(payload, patch.fields, faults);
  const after: Payload = { ...internalOf(payload), ...patch.description };
  const { metadata, ...described } = after;
  const features = patchedFeatures(payload, patch, schemas);
  const kept = Object.entries(described).filter(([key]) => !patch.removed.includes(key) && key !== "features");
  return {
    payload: {
      ...fields,
      _internal: {
        ...Object.fromEntries(kept),
        updated_at: stamp.updatedAt,
        ...(features.length === 0 ? {} : { features }),
        metadata: { ...(isRecord(metadata) ? metadata : {}), revision: stamp.revision },
      },
    },
    faults,
  };
}
