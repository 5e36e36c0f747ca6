/** The Qdrant that the engine is true to: clients compare the version with their own. */
export const QDRANT_VERSION = "1.18.3";
/** The commit of that version. */
export const QDRANT_COMMIT = "db8fa43fcb6aedec1e739487e17a99731b74590a";
