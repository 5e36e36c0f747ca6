/** The place in a list by point ids, as text that is good for that list alone. */
import { createHash } from "node:crypto";

import { type InletError, validationError } from "../errors";

const POINT_ID = /^(?:\d{1,20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const MARK_LENGTH = 16;

/** Of all that decides which rows the list has. */
const markOf = (list: unknown): string =>
  createHash("sha256").update(JSON.stringify(list)).digest("base64url").slice(0, MARK_LENGTH);

/** `pointId` is the first of the next page. */
export const cursorText = (list: unknown, pointId: string): string =>
  Buffer.from(`${markOf(list)}${pointId}`).toString("base64url");

/** @throws InletError 422 for what is no cursor of this list */
export function pointIdOfCursor(list: unknown, cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("latin1");
  const pointId = text.slice(MARK_LENGTH);
  if (!POINT_ID.test(pointId)) throw faulty("is not a cursor");
  if (text.slice(0, MARK_LENGTH) !== markOf(list)) throw faulty("belongs to another list");
  return pointId;
}

const faulty = (message: string): InletError => validationError([{ path: "cursor", message, location: "query" }]);
