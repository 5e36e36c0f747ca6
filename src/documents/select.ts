/** The selected part of a document. Pure. */
import { type DocumentAnswer } from "./answer";
import { isRecord } from "./json-rules";

/** Always there: the ids by which a hit is known, and what the request asked for on top. */
const ALWAYS: ReadonlySet<string> = new Set(["document_id", "collection_id", "vectors", "_vectors"]);

/** Selects fields by their paths: `a.b` is the key `b` of `a`, in each element where `a` is a list, unless the document has
 *  the key `a.b` itself; `metadata.x` is `x`. What is not there is left out. undefined selects all. */
export function selection(fields: readonly string[] | undefined): (document: DocumentAnswer) => DocumentAnswer {
  if (fields === undefined) return (document) => document;
  const wanted = fields.map((field) => (field.startsWith("metadata.") ? field.slice("metadata.".length) : field));
  return (document) => {
    const selected: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(document)) if (ALWAYS.has(key)) put(selected, key, value);
    for (const field of wanted) take(document, selected, field);
    return selected;
  };
}

/** Copies what `path` names from one object into the other, beside what is there. */
function take(from: Record<string, unknown>, into: Record<string, unknown>, path: string): void {
  if (Object.hasOwn(from, path)) {
    put(into, path, from[path]);
    return;
  }
  const dot = path.indexOf(".");
  if (dot <= 0) return;
  const key = path.slice(0, dot);
  if (!Object.hasOwn(from, key)) return;
  const part = partOf(from[key], Object.hasOwn(into, key) ? into[key] : undefined, path.slice(dot + 1));
  if (part !== undefined) put(into, key, part);
}

/** Any key is a user's own, `__proto__` too. */
const put = (into: Record<string, unknown>, key: string, value: unknown): void =>
  void Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });

/** `value` with only what `path` names of it, and what is in `before`. */
function partOf(value: unknown, before: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
    return value.map((element: unknown, index) => partOf(element, earlier[index], path) ?? earlier[index] ?? {});
  }
  if (!isRecord(value)) return undefined;
  const part: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  take(value, part, path);
  return Object.keys(part).length === 0 ? undefined : part;
}
