/** The vectors of a collection, by the extractor that made them. Pure. */
import { type CollectionRecord } from "../control/records";
import { type VectorSchema } from "../qdrant/gateway";
import { type CollectionFeatures } from "./schemas";

export interface CountedVector {
  name: string;
  schema: VectorSchema;
  /** Documents of the collection that have it. */
  documents: number;
}

type Feature = CollectionFeatures["features"][number];

/** `text_extractor_v1_embedding` is the vector `embedding` of `text_extractor` in version `v1`. */
const NAMED_BY_EXTRACTOR = /^(.+)_(v\d+(?:[._]\d+)*)_(.+)$/;

/** The vectors that at least one document has; the first of the collection's own extractor is the primary one. */
export function describeFeatures(collection: CollectionRecord, vectors: readonly CountedVector[]): CollectionFeatures {
  const own = collection.feature_extractor;
  const ownId = own === undefined ? undefined : `${String(own.feature_extractor_name)}_${String(own.version)}`;
  const present = vectors.filter(({ documents }) => documents > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
  const primary = present.find(({ name }) => ownId !== undefined && name.startsWith(`${ownId}_`)) ?? present[0];
  return { features: present.map((vector) => featureOf(vector, vector === primary)) };
}

function featureOf(vector: CountedVector, primary: boolean): Feature {
  const [, extractor = "none", version = "v1", key = vector.name] = NAMED_BY_EXTRACTOR.exec(vector.name) ?? [];
  const uri = `inlet://${extractor}@${version}/${key}`;
  return {
    feature_address: uri,
    feature_extractor_name: extractor,
    version,
    vector_index: indexOf(vector),
    primary,
    feature_uri: uri,
  };
}

function indexOf({ name, schema, documents }: CountedVector): Feature["vector_index"] {
  const description = `The named vector ${name} of the namespace's Qdrant collection.`;
  if (schema.kind === "sparse")
    return { name, description, type: "sparse", distance: "dot", document_count: documents };
  return {
    name,
    description,
    dimensions: schema.size,
    type: schema.kind === "multi" ? "multi_dense" : "dense",
    distance: schema.distance.toLowerCase(),
    ...(schema.datatype === undefined ? {} : { datatype: schema.datatype }),
    document_count: documents,
  };
}
