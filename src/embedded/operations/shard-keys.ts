/** A collection here is one shard without keys. A request for the shard of some key is refused as Qdrant refuses a key that it does
 *  not know; answering it from all points would be wrong. */
import { type QdrantError, badInput, badRequest, formatError, notFound } from "../errors";
import { type EngineRequest, type Route, type CollectionLookup } from "../http/route";
import { type JsonObject, type JsonValue, isInteger, isObject } from "../model/json";

/** The route, which refuses requests that name a shard key once their collection is found. */
export const refusingShardKeys = <Engine extends CollectionLookup>(route: Route<Engine>): Route<Engine> => ({
  ...route,
  handle: (request, engine) => {
    const selector = selectorIn(request);
    if (selector === undefined) return route.handle(request, engine);
    engine.collection(request.params["collection"] ?? "");
    throw unknownShardKey(selector, route.access);
  },
});

/** What stands first under `shard_key`, in the request itself or in one of those that it is made of. */
function selectorIn(request: EngineRequest): JsonValue | undefined {
  const body = bodyOf(request);
  if (body === undefined) return undefined;
  const parts = [body, ...objectsIn(body.get("searches"))];
  for (const operation of objectsIn(body.get("operations"))) parts.push(...objectsIn([...operation.values()]));
  return parts.map((part) => part.get("shard_key") ?? undefined).find((each) => each !== undefined);
}

const objectsIn = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Undefined also where it can't be parsed: that is for the route to say, after it has looked at the query string. */
function bodyOf(request: EngineRequest): JsonObject | undefined {
  try {
    const { body } = request;
    return body !== undefined && isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** @throws QdrantError 400 where it is no selector at all */
export function unknownShardKey(selector: JsonValue, access: Route["access"]): QdrantError {
  if (isObject(selector) && selector.has("target") && selector.has("fallback")) {
    const [target, fallback] = [shown(selector.get("target")), shown(selector.get("fallback"))];
    return notFound(`Neither target shard key ${target} nor fallback shard key ${fallback} exist`);
  }
  const text = `Shard key ${shown(Array.isArray(selector) ? selector[0] : selector)} not found`;
  return access === "write" ? badInput(text) : badRequest(text);
}

/** @throws QdrantError 400 */
function shown(key: JsonValue | undefined): string {
  if (typeof key === "string") return `"${key}"`;
  if (key !== undefined && isInteger(key)) return String(key);
  throw formatError("Expected a string or an integer");
}
