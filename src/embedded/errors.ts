/** Errors as Qdrant words them: an HTTP status and a text whose prefix names the kind. Only http/server.ts answers them. */
export class QdrantError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Seconds, sent as Retry-After (429 alone). */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "QdrantError";
  }
}

export const badInput = (text: string): QdrantError => new QdrantError(400, `Wrong input: ${text}`);
export const badRequest = (text: string): QdrantError => new QdrantError(400, `Bad request: ${text}`);
export const alreadyExists = (text: string): QdrantError => new QdrantError(409, `Wrong input: ${text}`);
export const notFound = (text: string): QdrantError => new QdrantError(404, `Not found: ${text}`);
export const forbidden = (text: string): QdrantError => new QdrantError(403, `Forbidden: ${text}`);
export const internal = (text: string): QdrantError => new QdrantError(500, `Service internal error: ${text}`);
export const rateLimited = (text: string, seconds: number): QdrantError =>
  new QdrantError(429, `Rate limiting exceeded: ${text}`, seconds);
/** What a single node does not do, or this engine not yet: named, never answered wrongly. */
export const notImplemented = (what: string): QdrantError =>
  new QdrantError(501, `Service internal error: the embedded engine does not implement ${what}`);

/** The body (or query string, or path) could not be read as the type that it should be. */
export const formatError = (text: string): QdrantError => new QdrantError(400, `Format error in JSON body: ${text}`);
export const queryStringError = (text: string): QdrantError =>
  new QdrantError(400, `Deserialize error in query parameters: ${text}`);

export const noCollection = (name: string): QdrantError => notFound(`Collection \`${name}\` doesn't exist!`);
export const noVectorName = (name: string): QdrantError => badInput(`Not existing vector name error: ${name}`);
export const wrongDimension = (expected: number, got: number, name = ""): QdrantError =>
  badInput(
    `Vector dimension error: expected dim: ${expected}, got ${got}${name === "" ? "" : ` for vector '${name}'`}`,
  );
export const noPointFound = (id: string | number | bigint): QdrantError => notFound(`No point with id ${id} found`);
