/** What a Qdrant holds, asked of it directly and not through Inlet. */
import { type Backend } from "./backend";

export interface QdrantView {
  /** The `result` of a call. `path` from `/`. */
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  collections(): Promise<string[]>;
  /** alias -> collection */
  aliases(): Promise<Record<string, string>>;
  countPoints(collection: string): Promise<number>;
}

export function qdrantView({ url, apiKey }: Pick<Backend, "url" | "apiKey">): QdrantView {
  const headers = { "content-type": "application/json", ...(apiKey === undefined ? {} : { "api-key": apiKey }) };
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url + path, { method, headers, ...sent });
    const answer = (await response.json()) as { result?: unknown };
    return answer.result;
  };
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    async collections() {
      const result = (await call("GET", "/collections")) as { collections: { name: string }[] };
      return result.collections.map(({ name }) => name);
    },
    async aliases() {
      const result = (await call("GET", "/aliases")) as { aliases: { alias_name: string; collection_name: string }[] };
      return Object.fromEntries(result.aliases.map((alias) => [alias.alias_name, alias.collection_name]));
    },
    async countPoints(collection) {
      const result = (await call("POST", `/collections/${collection}/points/count`, { exact: true })) as {
        count: number;
      };
      return result.count;
    },
  };
}
