/** The place in a list as text. It holds the last document's value and point id, and a digest over these and all that decides
 *  which documents the list has and in which order: a text that was changed, or that comes from another list, is known.
 *  The digest needs no secret: a forged cursor could only name another place in a list that the caller may read anyway. */
import { createHash } from "node:crypto";

import canonicalize from "canonicalize";

import { type InletError, validationError } from "../errors";

/** null as `value` stands for none. */
export interface ListPlace {
  value: unknown;
  id: string;
}

const digestOf = (list: unknown, place: ListPlace): string =>
  createHash("sha256")
    .update(canonicalize([list, place.value, place.id]) ?? "")
    .digest("base64url")
    .slice(0, 22);

/** `list`: JSON of all that decides on the list. */
export const cursorOf = (list: unknown, place: ListPlace): string =>
  Buffer.from(JSON.stringify([digestOf(list, place), place.value, place.id])).toString("base64url");

/** @throws InletError 422 for what is no cursor of this list */
export function placeOf(list: unknown, cursor: string): ListPlace {
  const parts = parsed(cursor);
  if (!Array.isArray(parts) || parts.length !== 3) throw refused();
  const [digest, value, id]: unknown[] = parts;
  if (typeof id !== "string") throw refused();
  const place = { value, id };
  if (digest !== digestOf(list, place)) throw refused();
  return place;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

const refused = (): InletError =>
  validationError([
    {
      path: "cursor",
      message:
        "is not a cursor of this list: it was changed, or belongs to other filters, another order or another place",
    },
  ]);
