/** What a namespace or a collection may be called. An id is told from a name by its prefix. */
import { validationError } from "../errors";

export const NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$";
export const NAMESPACE_ID_PATTERN = "^ns_[a-z0-9]{1,60}$";
export const COLLECTION_ID_PATTERN = "^col_[A-Za-z0-9_-]{1,60}$";

const NAME = new RegExp(NAME_PATTERN);
const ID = { namespace: new RegExp(NAMESPACE_ID_PATTERN), collection: new RegExp(COLLECTION_ID_PATTERN) };
const RESERVED_PREFIX = /^(ns_|org_|col_|inlet_)/;
/** Names that plain JavaScript objects have already (`__proto__` fails the pattern). */
const OBJECT_NAMES: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), "prototype"]);

export type Named = "namespace" | "collection";

export const isIdOf = (kind: Named, text: string): boolean => ID[kind].test(text);

/** Why the text is no name of its kind, or undefined. An id is no name, but a thing made under its id alone is called so. */
export function nameFault(text: string): string | undefined {
  if (!NAME.test(text)) return "must be 1 to 64 of letters, digits, _ and -, and start with a letter or digit";
  const [prefix] = RESERVED_PREFIX.exec(text) ?? [];
  if (prefix !== undefined) return `must not start with ${prefix}`;
  return OBJECT_NAMES.has(text) ? "is a reserved word" : undefined;
}

/** Why the text is no id of its kind, or undefined. */
export function idFault(kind: Named, text: string): string | undefined {
  if (isIdOf(kind, text)) return undefined;
  return kind === "namespace"
    ? "must be ns_ and 1 to 60 lower-case letters or digits"
    : "must be col_ and 1 to 60 letters, digits, _ or -";
}

/** Why the text is neither an id nor a name of its kind, or undefined. */
export function nameOrIdFault(kind: Named, text: string): string | undefined {
  if (isIdOf(kind, text)) return undefined;
  return text.startsWith(kind === "namespace" ? "ns_" : "col_") ? idFault(kind, text) : nameFault(text);
}

/** @throws InletError 422 unless the text is an id or a name of its kind */
export function requireNameOrId(kind: Named, text: string, path: string): void {
  const fault = nameOrIdFault(kind, text);
  if (fault !== undefined) throw validationError([{ path, message: fault }]);
}

/** The alias under which a namespace is found in Qdrant by its name; undefined where the collection has that name itself. */
export function aliasOf(
  namespace: { organisation_id: string; namespace_id: string; name: string },
  defaultOrganisation: string,
): string | undefined {
  const { organisation_id: organisation, name } = namespace;
  const alias = organisation === defaultOrganisation ? name : `${organisation}.${name}`;
  return alias === namespace.namespace_id ? undefined : alias;
}
