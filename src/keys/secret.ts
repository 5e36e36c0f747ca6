/** The secrets of API keys: how they are made, what is kept of them, and how they are compared. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;
/** Enough to tell keys apart in a list, far too little to guess the rest. */
const PREFIX_LENGTH = 11;

/** `sk_` and 43 characters of base64url: 256 random bits. */
export const newSecret = (): string => `sk_${randomBytes(SECRET_BYTES).toString("base64url")}`;

/** SHA-256 in hex. No salt and no stretching: what is hashed is 256 random bits. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

export const prefixOf = (secret: string): string => secret.slice(0, PREFIX_LENGTH);

/** Compares two hashes of `hashOf` in a time that does not tell where they differ. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
