/** The ids of Inlet: how they look, how they are made, and the one mapping from a document to its Qdrant point. */
import { randomBytes } from "node:crypto";

import { v5 as uuidV5 } from "uuid";

/** The UUID namespace of all documents: `uuid5(POINT_NAMESPACE, document_id)` is the point, in any language. Fixed for good:
 *  another value would lose every document that is stored. */
export const POINT_NAMESPACE = "5d0c5b1e-6a0f-4d5c-9f6e-1f4b2a7c8e90";

/** The Qdrant point of a document: UUIDv5 (RFC 9562, SHA-1) of its id under `POINT_NAMESPACE`. */
export const pointIdOf = (documentId: string): string => uuidV5(documentId, POINT_NAMESPACE);

/** A caller's own document id. Each id that Inlet makes has this form too. */
export const DOCUMENT_ID_PATTERN = "^doc_[A-Za-z0-9_-]{1,124}$";

export interface IdMaker {
  /** `doc_` + 24 hex characters; later ones sort after earlier ones, within one process strictly. */
  document(): string;
  /** `org_` + 12 lower-case alphanumerics. */
  organisation(): string;
  /** `ns_` + 12 lower-case alphanumerics. */
  namespace(): string;
  /** `col_` + 12 lower-case alphanumerics. */
  collection(): string;
}

const ALPHANUMERICS = "0123456789abcdefghijklmnopqrstuvwxyz";
const SHORT_LENGTH = 12;
/** The largest multiple of 36 that a byte holds: bytes from here on are thrown away, so that no character is likelier. */
const FAIR_BYTES = 252;

function shortId(prefix: string): string {
  let text = prefix;
  while (text.length < prefix.length + SHORT_LENGTH) {
    for (const byte of randomBytes(2 * SHORT_LENGTH)) {
      if (byte < FAIR_BYTES && text.length < prefix.length + SHORT_LENGTH) text += ALPHANUMERICS[byte % 36];
    }
  }
  return text;
}

const RANDOM_BITS = 48;
/** Leaves room to count on from a random start within one millisecond. */
const RANDOM_START = 2 ** (RANDOM_BITS - 1);

/** Makes ids from the clock (milliseconds since 1970) and random bytes. A document id is 48 bits of time and 48 random
 *  bits; within one millisecond, or when the clock steps back, it counts on from the last one, as ULIDs do. */
export function idMaker(nowMs: () => number): IdMaker {
  let lastMs = 0;
  let low = 0;
  return {
    document() {
      const now = nowMs();
      if (now > lastMs) {
        lastMs = now;
        low = randomBytes(6).readUIntBE(0, 6) % RANDOM_START;
      } else {
        low += 1;
      }
      return `doc_${lastMs.toString(16).padStart(12, "0")}${low.toString(16).padStart(12, "0")}`;
    },
    organisation: () => shortId("org_"),
    namespace: () => shortId("ns_"),
    collection: () => shortId("col_"),
  };
}
