/** What the schema can't say about a key's scopes: that they name something that can be there. Takes any JSON. Pure. */
import { type Fault } from "../errors";
import { idFault, isIdOf, type Named, nameFault } from "../namespaces/names";

const PREFIXES = { namespace: "ns_", collection: "col_" } as const;

/** Why the text is neither an id nor a name of its kind. */
function faultOf(kind: Named, text: string): string | undefined {
  if (isIdOf(kind, text)) return undefined;
  return text.startsWith(PREFIXES[kind]) ? idFault(kind, text) : nameFault(text);
}

function scopeFault(type: unknown, id: string): string | undefined {
  if (type === "namespace") return faultOf("namespace", id);
  if (type !== "collection") return undefined;
  const [last = "", namespace, ...more] = id.split("/").reverse();
  if (more.length > 0) return "must be a collection, or namespace/collection";
  const inNamespace = namespace === undefined ? undefined : faultOf("namespace", namespace);
  if (inNamespace !== undefined) return `names a namespace that ${inNamespace}`;
  return faultOf("collection", last);
}

export function inspectScopes(body: unknown): Fault[] {
  const scopes: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "scopes") : undefined;
  if (!Array.isArray(scopes)) return [];
  return scopes.flatMap((scope: unknown, index) => {
    if (typeof scope !== "object" || scope === null) return [];
    const id: unknown = Reflect.get(scope, "resource_id");
    if (typeof id !== "string" || id === "") return [];
    const message = scopeFault(Reflect.get(scope, "resource_type"), id);
    return message === undefined ? [] : [{ path: `scopes[${index}].resource_id`, message }];
  });
}
