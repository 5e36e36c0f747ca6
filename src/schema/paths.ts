/** Paths as users read them: `features[0].vectors.embedding[17]`, and `metadata["a.b"]` where a key is no plain name. */

/** `parent` extended by a key of an object. */
export function keyPath(parent: string, key: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

/** `parent` extended by a position in an array. */
export const indexPath = (parent: string, index: number): string => `${parent}[${index}]`;

/** The path of a JSON pointer into `root`, which tells positions from keys that look like numbers. */
export function pathOfPointer(root: unknown, pointer: string): string {
  let path = "";
  let value = root;
  for (const segment of pointer.split("/").slice(1)) {
    const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) {
      path = indexPath(path, Number(key));
      value = value[Number(key)];
    } else {
      path = keyPath(path, key);
      value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
    }
  }
  return path;
}
