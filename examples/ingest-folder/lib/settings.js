/** Where Inlet and Qdrant are, from the environment, and the names that ingest and search agree on. */
export const settings = {
  inletUrl: process.env.INLET_URL ?? "http://127.0.0.1:8080",
  apiKey: process.env.INLET_API_KEY,
  namespace: process.env.INLET_NAMESPACE ?? "reading-room",
  /** The address that Inlet prints at its start as the one for Qdrant clients. */
  qdrantUrl: process.env.QDRANT_URL ?? "http://127.0.0.1:6333",
  qdrantApiKey: process.env.QDRANT_API_KEY,
};

export const COLLECTION = "passages";
export const SPARSE_EXTRACTOR = "bm25_v1";
export const DENSE_EXTRACTOR = "word_vectors_v1";
/** Inlet names a vector `<feature_extractor_id>_<key>`, and the key of a bare sparse vector is `sparse`. */
export const SPARSE_VECTOR = `${SPARSE_EXTRACTOR}_sparse`;
export const DENSE_VECTOR = `${DENSE_EXTRACTOR}_embedding`;

/** Prints what went wrong, without a stack, and ends with status 1. */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
