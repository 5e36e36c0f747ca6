/** Names of collections and vectors. */
import { Place } from "../decode";

/** In the order in which Qdrant looks for them. */
const FORBIDDEN = ["<", ">", ":", '"', "/", "\\", "|", "?", "*", "\0", "\u{1f}"];
const MAX_VECTOR_NAME_BYTES = 200;

const forbiddenIn = (name: string): string | undefined => FORBIDDEN.find((character) => name.includes(character));

/** Notes what is wrong with a collection's name in any path. */
export function checkNameLength(name: string, at: Place): void {
  const length = [...name].length;
  if (length < 1 || length > 255) {
    at.fault(`value ${JSON.stringify(name)} invalid, must be from 1 to 255 characters`);
  }
}

/** Notes what is wrong with the name of a collection to be, beyond its length. */
export function checkNameCharacters(name: string, at: Place): void {
  const character = forbiddenIn(name);
  if (character !== undefined) at.fault(`collection name cannot contain "${character}" char`);
}

/** @throws QdrantError 422 for a name that no new collection may have */
export function checkNewCollectionName(name: string): void {
  const at = Place.root();
  checkNameCharacters(name, at.key("collection_name"));
  at.check("path parameters");
}

/** What is wrong with a vector's name, if anything. */
export function vectorNameFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > MAX_VECTOR_NAME_BYTES) {
    return `vector name must be at most ${MAX_VECTOR_NAME_BYTES} bytes long`;
  }
  const character = forbiddenIn(name);
  return character === undefined ? undefined : `vector name cannot contain "${character}" char`;
}
